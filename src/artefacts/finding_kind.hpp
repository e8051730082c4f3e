// What a finding means. A visit to a vendor's web site is not an infection; there is no second
// scale.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace interdict {

enum class FindingKind : std::uint8_t {  // in rising order
  note,                                  // worth knowing, means nothing alone
  weakness,                              // posture: what makes the phone easier to attack
  exposure,                              // contact with a listed thing, e.g. a visited site
  attempt,                               // an attack reached the phone
  compromise,                            // code ran or was planted
};

std::string_view name_of(FindingKind kind);
std::optional<FindingKind> finding_kind(std::string_view name);

}  // namespace interdict
