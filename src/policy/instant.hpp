// Instants as a person types them: local to an organisation, or absolute.

#pragma once

#include <string_view>

#include "base/result.hpp"
#include "base/zone.hpp"

namespace interdict::policy {

/// "2023-07-17" (its local midnight), "2023-07-16T23:59", "2023-07-16T23:59:30" in `zone`, or with
/// "Z" or "+02:00" behind. Errc::usage for anything else.
Result<Resolved> parse_instant(std::string_view text, const Zone& zone);

}  // namespace interdict::policy
