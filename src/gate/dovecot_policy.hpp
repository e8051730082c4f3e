// Dovecot's auth policy: what its HTTP requests ask, and the answers it understands.
//
// Format  POST /?command=allow before and after a password is checked, /?command=report when a login
//         is over; the body is a JSON object of the attributes in auth_policy_request_attributes:
//         login, remote, device_id (the IMAP ID without its parentheses; empty before one was
//         given), protocol, session_id; a report has success. Answer {"status": 0 | -1, "msg": …}:
//         -1 refuses and msg is shown to the user. Tried with Dovecot 2.3.19.
// Judged  an allow is judged but is no sighting: its user may be nobody. A successful report is one.
// Bounds  kMaxBody bytes; members that are no plain value are passed over.

#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "gate/submission.hpp"

namespace interdict::gate::dovecot {

inline constexpr std::size_t kMaxBody = 64 << 10;

/// The JSON to answer a request with. Errc::malformed, unsupported, limit: answer 400; Dovecot then
/// does what auth_policy_reject_on_fail says.
Result<std::string> answer(std::string_view command, std::string_view body, Judge& judge);

}  // namespace interdict::gate::dovecot
