// The canonical form of a ban: what it means, without how it is spelt.
//
// Lines of text; names resolved, instants in UTC, defaults written out, everything sorted but
// people, who stand in the order of the file (sorting a million of them would cost more than the
// rest of loading). Comments, blanks, the order of tables and the cases of [[case]] do not matter.

#pragma once

#include <functional>
#include <string_view>

#include "crypto/digest.hpp"
#include "policy/ban.hpp"

namespace interdict::policy {

/// Calls `write` with the pieces of the canonical form, in order.
void canonical(const Ban& ban, const std::function<void(std::string_view)>& write);
crypto::Sha256 digest_of(const Ban& ban);

}  // namespace interdict::policy
