// A ban's own tests: cases that say what is to be decided, and which rules they reach.

#pragma once

#include <string>
#include <vector>

#include "policy/policy.hpp"
#include "policy/toml_tree.hpp"

namespace interdict::policy {

/// A [[case]] table, added to the ban's cases. `at` is local to the account's organisation (to the
/// first organisation for an account that is outside).
void read_case(const Node& table, Ban& ban, Problems& problems);
/// A file that holds [[case]] tables and nothing else, for this ban.
Result<std::vector<Case>> read_cases(std::string_view text, const Ban& ban, Problems& problems);

struct CaseResult {
  bool passed = false;
  std::string got;  // "refuse by no-apple-mobile", "outside", or why the case could not be run
};
struct CasesReport {
  std::vector<CaseResult> results;  // one a case, in order
  std::size_t passed = 0, failed = 0;
  /// Stages that decided no case: "no-apple-mobile: refuse".
  std::vector<std::string> uncovered;
  std::size_t stages = 0;  // in all
  std::vector<std::string> unused_exemptions;
};
CasesReport run_cases(const Policy& policy, const std::vector<Case>& cases);

}  // namespace interdict::policy
