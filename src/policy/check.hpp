// What is wrong with a ban that can be read: what contradicts itself, what never does anything,
// whom it locks out.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace interdict::policy {

struct Finding {
  std::string_view kind;  // "shadowed-rule"; docs/ban-file.md lists them
  bool note = false;      // worth knowing, not wrong
  Place place;
  std::string text;
  bool operator==(const Finding&) const = default;
};

/// In the order of the file. Bounded: of each kind at most 100 findings, and a last one that counts
/// the rest. Pairs of rules are compared while there are fewer than 20,000 at one organisation.
std::vector<Finding> check(const Policy& policy);

/// One standing a class for devices of every line there is, and for nothing seen at all: what a
/// lock-out is looked for with.
std::vector<ClaimRow> probe_rows(const Ban& ban);

}  // namespace interdict::policy
