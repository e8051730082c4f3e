// A device as a person names it on a command line or in a case: a class of the ban, or what was
// seen.
//
//   apple-mobile                          a class: a device of which that is certain
//   nothing                               nothing was seen
//   user-agent=iOS/16.5 (20F75) dataaccessd/1.0
//   header=X-Mailer: iPhone Mail (20F66)
//   ehlo=smtpclient.apple + header=X-Mailer: iPhone Mail (20F66)
// Signals: header, ehlo, imap-id, activesync (the query), user-agent, certificate; several parted
// by " + " or by lines. A bare `Name: value` is a header, a bare `("name" …)` an IMAP ID.

#pragma once

#include <string_view>

#include "policy/claims.hpp"

namespace interdict::policy {

/// Errc::usage with a suggestion for what is neither.
Result<ClaimRow> row_of_device(const Ban& ban, std::string_view text);

}  // namespace interdict::policy
