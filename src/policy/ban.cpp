#include "policy/ban.hpp"

#include <algorithm>

namespace interdict::policy {

std::string_view name_of(DeviceState s) {
  switch (s) {
    case DeviceState::none:
      return "none";
    case DeviceState::compromised:
      return "compromised";
    case DeviceState::managed:
      return "managed";
    case DeviceState::unmanaged:
      return "unmanaged";
    case DeviceState::unknown:
      return "unknown";
  }
  return "none";
}

Action Rule::at(UtcTime t) const {
  Action action = Action::allow;
  for (const Stage& stage : stages) {
    if (stage.from > t) break;
    action = stage.action;
  }
  return action;
}

bool Exemption::covers(RuleIndex rule) const {
  return rules.empty() || std::ranges::binary_search(rules, rule);
}

std::string_view Ban::organisation_name(OrgIndex o) const {
  const auto name = text(organisations[o].name);
  return name.empty() ? organisation_id(o) : name;
}

bool Ban::within(OrgIndex o, OrgIndex above) const {
  for (; o != kNone; o = organisations[o].parent) {
    if (o == above) return true;
  }
  return false;
}

std::optional<ClassIndex> Ban::find_class(std::string_view class_id) const {
  const auto at = std::ranges::find(classes, class_id, &Class::id);
  if (at == classes.end()) return std::nullopt;
  return static_cast<ClassIndex>(at - classes.begin());
}

std::optional<RuleIndex> Ban::find_rule(std::string_view rule_id) const {
  const auto at = std::ranges::lower_bound(rules, rule_id, {}, &Rule::id);
  if (at == rules.end() || at->id != rule_id) return std::nullopt;
  return static_cast<RuleIndex>(at - rules.begin());
}

bool Ban::meant(const Scope& scope, OrgIndex scope_org, OrgIndex o,
                std::span<const Attribute> attributes) const {
  const auto has = [&](Attribute a) { return std::ranges::binary_search(attributes, a); };
  if (!within(o, scope_org) || std::ranges::any_of(scope.except, has)) return false;
  return scope.everyone() || std::ranges::any_of(scope.any, has);
}

}  // namespace interdict::policy
