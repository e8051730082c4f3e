// The parts of `check` that look at rules and exemptions beside each other.

#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "policy/checker.hpp"
#include "policy/explain.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kMostCompared = 20'000;

/// Whoever `inner` means, `outer` means too. False when that is not certain.
bool covers_scope(const Scope& outer, const Scope& inner) {
  const bool any =
      outer.everyone() || (!inner.everyone() && std::ranges::includes(outer.any, inner.any));
  return any && std::ranges::includes(inner.except, outer.except);
}

}  // namespace

bool Checker::covers_class(ClassIndex outer, ClassIndex inner) const {
  if (outer == inner || ban_.classes[outer].any_device) return true;
  const auto& members = ban_.classes[outer].any_of;
  if (std::ranges::find(members, inner) != members.end()) return true;
  const Class &a = ban_.classes[outer], &b = ban_.classes[inner];
  return a.any_of.empty() && b.any_of.empty() && a.has_levels && b.has_levels &&
         a.state == DeviceState::none && devices::contains(a.levels, b.levels);
}

bool Checker::never_laxer(const Rule& by, const Rule& rule) const {
  const auto holds = [&](UtcTime t) { return by.at(t) >= rule.at(t); };
  return std::ranges::all_of(rule.stages, [&](const Stage& s) { return holds(s.from); }) &&
         std::ranges::all_of(by.stages, [&](const Stage& s) { return holds(s.from); });
}

bool Checker::shadows(const Rule& by, const Rule& rule) const {
  if ((rule.channels & ~by.channels) != 0 || by.overridable) return false;
  if (!covers_class(by.device_class, rule.device_class) || !covers_scope(by.scope, rule.scope)) {
    return false;
  }
  // An exemption that lifts only the other would bring this one to light.
  const auto index = [&](const Rule& r) { return static_cast<RuleIndex>(&r - ban_.rules.data()); };
  for (const Exemption& e : ban_.exemptions) {
    if (e.covers(index(by)) && !e.covers(index(rule))) return false;
  }
  return never_laxer(by, rule);
}

void Checker::shadowed() {
  std::unordered_map<OrgIndex, std::vector<RuleIndex>> of;
  for (RuleIndex r = 0; r < ban_.rules.size(); ++r) of[ban_.rules[r].organisation].push_back(r);
  for (RuleIndex r = 0; r < ban_.rules.size(); ++r) {
    const Rule& rule = ban_.rules[r];
    const Rule* by = nullptr;
    for (OrgIndex o = rule.organisation; o != kNone && by == nullptr;
         o = ban_.organisations[o].parent) {
      const auto found = of.find(o);
      if (found == of.end() || found->second.size() > kMostCompared) continue;
      for (const auto other : found->second) {
        if (other == r || !shadows(ban_.rules[other], rule)) continue;
        // Two that say the same: the second is one too many.
        if (o == rule.organisation && other > r && shadows(rule, ban_.rules[other])) continue;
        by = &ban_.rules[other];
        break;
      }
    }
    // Replacing a rule further up is something a rule does even where another is stricter.
    if (by == nullptr || (rule.overrides && ban_.rules[*rule.overrides].overridable)) continue;
    add("shadowed-rule", false, rule.place,
        fmt::format("rule '{}' never decides: '{}' of '{}' covers it and is never laxer", rule.id,
                    by->id, ban_.organisation_id(by->organisation)));
  }
}

void Checker::overrides() {
  for (const Rule& rule : ban_.rules) {
    if (!rule.overrides || ban_.rules[*rule.overrides].overridable) continue;
    const Rule& above = ban_.rules[*rule.overrides];
    const auto laxer = [&](const Stage& s) { return rule.at(s.from) < above.at(s.from); };
    const bool contradicts =
        std::ranges::any_of(above.stages, laxer) || std::ranges::any_of(rule.stages, laxer);
    if (!contradicts) continue;
    add("contradiction", false, rule.place,
        fmt::format("rule '{}' wants laxer dates than '{}' of '{}', which is not overridable and "
                    "stays in force",
                    rule.id, above.id, ban_.organisation_id(above.organisation)));
  }
}

bool Checker::anybody(const Scope& scope, OrgIndex o) const {
  // People without roles of a work domain count as everyone.
  if (scope.everyone()) return true;
  return std::ranges::any_of(scope.any, [&](Attribute a) {
    const auto with = kinds_with_.find(a);
    return with != kinds_with_.end() && std::ranges::any_of(with->second, [&](std::uint32_t i) {
             const auto& [org, set] = kinds_of_people_[i];
             return ban_.meant(scope, o, org, ban_.people.sets[set]);
           });
  });
}

void Checker::audiences() {
  for (const Rule& rule : ban_.rules) {
    if (anybody(rule.scope, rule.organisation)) continue;
    add("no-audience", false, rule.place,
        fmt::format("rule '{}' is for nobody: no person of '{}' or below has those roles or groups",
                    rule.id, ban_.organisation_id(rule.organisation)));
  }
}

bool Checker::lifts_anything(const Exemption& e) const {
  for (RuleIndex r = 0; r < ban_.rules.size(); ++r) {
    const Rule& rule = ban_.rules[r];
    if (!e.covers(r) || (e.channels & rule.channels) == 0) continue;
    if (!ban_.within(rule.organisation, e.organisation) &&
        !ban_.within(e.organisation, rule.organisation)) {
      continue;
    }
    if (e.device_class) {
      const Class &a = ban_.classes[*e.device_class], &b = ban_.classes[rule.device_class];
      const bool apart = a.any_of.empty() && b.any_of.empty() && a.has_levels && b.has_levels &&
                         devices::disjoint(a.levels, b.levels);
      if (apart) continue;
    }
    if (e.from != kBeginning && rule.at(e.from) != Action::allow) return true;
    const auto inside = [&](const Stage& s) {
      return s.action != Action::allow && e.valid(s.from);
    };
    if (std::ranges::any_of(rule.stages, inside)) return true;
  }
  return false;
}

void Checker::exemptions() {
  for (const Exemption& e : ban_.exemptions) {
    if (e.until == kEnd) {
      add("immortal-exemption", false, e.place,
          fmt::format("exemption '{}' has no 'until': nobody will look at it again", e.id));
    }
    if (!anybody(e.scope, e.organisation)) {
      add("dead-exemption", false, e.place,
          fmt::format("exemption '{}' is for nobody in '{}' or below", e.id,
                      ban_.organisation_id(e.organisation)));
    } else if (!lifts_anything(e)) {
      add("dead-exemption", false, e.place,
          fmt::format("exemption '{}' lifts nothing: no rule it covers is in force while it lasts",
                      e.id));
    }
    if (!e.scope.everyone() || e.device_class || e.channels != kAllChannels) continue;
    for (RuleIndex r = 0; r < ban_.rules.size(); ++r) {
      const Rule& rule = ban_.rules[r];
      if (!e.covers(r) || !ban_.within(rule.organisation, e.organisation)) continue;
      if (!e.scope.except.empty() || e.from > rule.stages.front().from || e.until != kEnd) continue;
      add("contradiction", false, e.place,
          fmt::format("exemption '{}' lifts rule '{}' for everybody and always", e.id, rule.id));
    }
  }
}

}  // namespace interdict::policy
