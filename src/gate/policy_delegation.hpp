// Postfix's policy delegation on the wire: attributes in, one action out.
//
// Format  lines "name=value" and an empty line; the answer is "action=…" and an empty line. One
//         connection carries many requests. Postfix, SMTPD_POLICY_README. No headers of the message
//         are among the attributes: enough for EHLO, certificate and what is known of the person.
// Bounds  kMaxRequest bytes and kMaxAttributes lines a request.

#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "gate/submission.hpp"

namespace interdict::gate::policy_delegation {

inline constexpr std::size_t kMaxRequest = 32 << 10;
inline constexpr std::size_t kMaxAttributes = 200;

class Session {
 public:
  explicit Session(Judge& judge) : judge_(judge) {}
  /// Takes what has arrived and appends answers to `out`. After an error the connection must be
  /// closed; Postfix then does its smtpd_policy_service_default_action.
  Status receive(std::string_view bytes, std::string& out);

 private:
  Result<std::string> answer(std::string_view request);
  Judge& judge_;
  std::string waiting_;
};

}  // namespace interdict::gate::policy_delegation
