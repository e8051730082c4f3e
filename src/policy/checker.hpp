// The parts of `check`. Of this room alone.

#pragma once

#include <map>
#include <unordered_map>

#include "policy/check.hpp"

namespace interdict::policy {

class Checker {
 public:
  explicit Checker(const Policy& policy) : policy_(policy), ban_(policy.ban()) {}
  std::vector<Finding> run();

 private:
  void add(std::string_view kind, bool note, Place place, std::string text);

  // check.cpp
  void dates();
  void classes();
  void stages();
  void people();
  void break_glass();
  void lock_out();
  // check_rules.cpp
  void overrides();
  void audiences();
  void shadowed();
  bool shadows(const Rule& by, const Rule& rule) const;
  bool covers_class(ClassIndex outer, ClassIndex inner) const;
  bool never_laxer(const Rule& by, const Rule& rule) const;
  void exemptions();
  bool lifts_anything(const Exemption& e) const;
  [[nodiscard]] bool anybody(const Scope& scope, OrgIndex o) const;

  const Policy& policy_;
  const Ban& ban_;
  std::map<std::string_view, std::size_t> count_;
  std::vector<Finding> list_;
  /// Organisations of people by the set of their attributes; each pair once.
  std::vector<std::pair<OrgIndex, AttributeSet>> kinds_of_people_;
  std::unordered_map<Attribute, std::vector<std::uint32_t>> kinds_with_;  // indexes of the above
};

}  // namespace interdict::policy
