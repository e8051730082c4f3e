#include "policy/check.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "policy/checker.hpp"
#include "policy/explain.hpp"
#include "policy/interpreter.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kMostOfAKind = 100;
constexpr std::size_t kMostInstants = 2000;
constexpr std::size_t kMostAdministrators = 200;
constexpr std::int64_t kDay = 86'400'000'000;

}  // namespace

void Checker::add(std::string_view kind, bool note, Place place, std::string text) {
  if (++count_[kind] <= kMostOfAKind) list_.push_back({kind, note, place, std::move(text)});
}

void Checker::dates() {
  for (const DateNote& note : ban_.notes) add("date", true, note.place, note.text);
}

void Checker::classes() {
  std::vector<bool> used(ban_.classes.size()), nothing(ban_.classes.size());
  for (const Rule& rule : ban_.rules) used[rule.device_class] = true;
  for (const Exemption& e : ban_.exemptions) {
    if (e.device_class) used[*e.device_class] = true;
  }
  for (std::size_t c = ban_.classes.size(); c-- > 0;) {
    if (!used[c]) continue;
    for (const auto member : ban_.classes[c].any_of) used[member] = true;
  }
  for (std::size_t c = 0; c < ban_.classes.size(); ++c) {
    const Class& one = ban_.classes[c];
    nothing[c] = one.any_of.empty()
                     ? one.has_levels && devices::empty(one.levels)
                     : std::ranges::all_of(one.any_of, [&](ClassIndex m) { return nothing[m]; });
    if (one.made || one.any_device) continue;
    if (nothing[c]) {
      add("empty-class", false, one.place,
          fmt::format("device class '{}' matches nothing: what it says contradicts itself",
                      one.id));
    } else if (!used[c]) {
      add("unused-class", true, one.place, fmt::format("no rule asks for class '{}'", one.id));
    }
  }
}

void Checker::stages() {
  for (const Rule& rule : ban_.rules) {
    const auto shown_at = [&](UtcTime t) { return local_text(ban_, rule.organisation, t); };
    if (rule.announced && rule.stages.front().from < *rule.announced) {
      add("announced-late", false, rule.place,
          fmt::format("rule '{}' begins on {}, before it is announced on {}", rule.id,
                      shown_at(rule.stages.front().from), shown_at(*rule.announced)));
    }
    bool strict_before = false;
    for (std::size_t i = 0; i < rule.stages.size(); ++i) {
      const Stage& stage = rule.stages[i];
      const bool last = i + 1 == rule.stages.size();
      if (stage.action == Action::allow && strict_before && !last) {
        add("gap", false, stage.place,
            fmt::format("rule '{}' allows everything from {} to {}, between two stages", rule.id,
                        shown_at(stage.from), shown_at(rule.stages[i + 1].from)));
      }
      if (!last && stage.action == rule.stages[i + 1].action) {
        add("same-stage", false, rule.stages[i + 1].place,
            fmt::format("rule '{}' goes from '{}' to '{}': nothing changes on {}", rule.id,
                        name_of(stage.action), name_of(stage.action),
                        shown_at(rule.stages[i + 1].from)));
      }
      const Action before = i == 0 ? Action::allow : rule.stages[i - 1].action;
      if (stage.action >= Action::hold && before < Action::warn) {
        add("no-warning", true, stage.place,
            fmt::format("rule '{}' goes from '{}' to '{}' on {} without a warning before", rule.id,
                        name_of(before), name_of(stage.action), shown_at(stage.from)));
      } else if (stage.action >= Action::hold && i > 0 && before == Action::warn &&
                 stage.from.micros - rule.stages[i - 1].from.micros < 7 * kDay) {
        add("short-warning", true, stage.place,
            fmt::format("rule '{}' warns for less than seven days before {}", rule.id,
                        shown_at(stage.from)));
      }
      strict_before = strict_before || stage.action >= Action::warn;
    }
  }
}

void Checker::people() {
  const People& people = ban_.people;
  std::size_t without_account = 0, under_no_rule = 0;
  PersonIndex first_without = 0, first_free = 0;
  std::set<std::pair<OrgIndex, AttributeSet>> kinds;
  std::vector<bool> ruled(ban_.organisations.size());
  for (const Rule& rule : ban_.rules) ruled[rule.organisation] = true;
  // Parents may stand behind their children, so what is below a rule is found by walking up.
  std::vector<std::int8_t> known(ban_.organisations.size(), -1);
  const auto has_rules = [&](OrgIndex o) {
    std::vector<OrgIndex> path;
    while (o != kNone && known[o] < 0 && !ruled[o]) {
      path.push_back(o);
      o = ban_.organisations[o].parent;
    }
    const bool answer = o != kNone && (ruled[o] || known[o] == 1);
    for (const auto p : path) known[p] = answer ? 1 : 0;
    return answer;
  };
  for (PersonIndex p = 0; p < people.size(); ++p) {
    if (people.accounts_of(p).empty() && without_account++ == 0) first_without = p;
    if (!has_rules(people.organisation[p]) && under_no_rule++ == 0) first_free = p;
    kinds.emplace(people.organisation[p], people.set[p]);
  }
  kinds_of_people_.assign(kinds.begin(), kinds.end());
  for (std::uint32_t i = 0; i < kinds_of_people_.size(); ++i) {
    for (const auto a : people.sets[kinds_of_people_[i].second]) kinds_with_[a].push_back(i);
  }
  if (without_account > 0) {
    add("no-account", false, {},
        fmt::format("{} people have no account, so no rule can reach them; the first is '{}'",
                    without_account, ban_.text(people.id[first_without])));
  }
  if (under_no_rule > 0) {
    add("under-no-rule", true, {},
        fmt::format("{} people belong to no organisation with a rule at or above it; the first is "
                    "'{}' of '{}'",
                    under_no_rule, ban_.text(people.id[first_free]),
                    ban_.organisation_id(people.organisation[first_free])));
  }
}

void Checker::break_glass() {
  const auto strict = [](const Rule& rule) {
    return std::ranges::any_of(rule.stages,
                               [](const Stage& s) { return s.action >= Action::hold; });
  };
  if (ban_.break_glass.empty() && std::ranges::any_of(ban_.rules, strict)) {
    add("no-break-glass", true, {},
        "mail can be held or refused and there is no break-glass account");
  }
  for (const BreakGlass& glass : ban_.break_glass) {
    const auto account = ban_.text(glass.account);
    Ban const& ban = ban_;
    const auto at = account.rfind('@');
    const auto domain = at == account.npos ? account : account.substr(at + 1);
    const bool work =
        ban.people.by_account.find(ban.people.texts, account).has_value() ||
        std::ranges::any_of(ban.domains,
                            [&](const auto& d) { return ban.text(d.first) == domain; }) ||
        std::ranges::any_of(ban.below_domains, [&](const auto& d) {
          return domain.ends_with(fmt::format(".{}", ban.text(d.first)));
        });
    if (work) continue;
    add("dead-break-glass", false, glass.place,
        fmt::format("break-glass account '{}' is no work account: it was never in danger",
                    account));
  }
}

std::vector<ClaimRow> probe_rows(const Ban& ban) {
  std::vector<ClaimRow> rows{standings_of_nothing(ban)};
  for (std::size_t l = 1; l <= devices::line_names().size(); ++l) {
    devices::Claim claim;
    claim.position.line = static_cast<devices::Line>(l);
    claim.position = devices::completed(claim.position);
    claim.against_interest.fill(10);
    claim.in_interest.fill(10);
    claim.managed = claim.session_level = true;
    claim.evidence.push_back({"probe", devices::Mouth::inventory, {}, 10, 10});
    rows.push_back(standings(ban, claim));
  }
  std::ranges::sort(rows);
  const auto [first, last] = std::ranges::unique(rows);
  rows.erase(first, last);
  return rows;
}

/// An administrator is locked out when, with every kind of device there is, reading or sending is
/// held or refused.
void Checker::lock_out() {
  if (ban_.administrators.empty()) {
    add("no-administrator", true, {},
        "no 'administrator_roles': nobody can say whether the ban locks them out");
    return;
  }
  std::vector<PersonId> administrators;
  std::set<std::uint32_t> profiles;
  for (PersonIndex p = 0; p < ban_.people.size(); ++p) {
    const auto attributes = ban_.people.attributes_of(p);
    const auto is = [&](Attribute a) { return std::ranges::binary_search(attributes, a); };
    if (!std::ranges::any_of(ban_.administrators, is) || ban_.people.accounts_of(p).empty())
      continue;
    const auto who = policy_.person(p);
    if (profiles.insert(policy_.profile_of(who)).second) administrators.push_back(who);
    if (administrators.size() == kMostAdministrators) break;
  }
  if (administrators.empty()) {
    add("no-administrator", false, {}, "nobody with an account has an administrator role");
    return;
  }
  if (!ban_.break_glass.empty()) return;
  ClaimTable claims(ban_);
  std::vector<ClaimId> probes;
  for (const ClaimRow& row : probe_rows(ban_)) probes.push_back(*claims.intern(row));
  const auto free = [&](PersonId who, UtcTime at) {
    return std::ranges::any_of(probes, [&](ClaimId probe) {
      using devices::Channel;
      return policy_.decide(who, claims, probe, Channel::mail_read, at).action < Action::hold &&
             policy_.decide(who, claims, probe, Channel::mail_send, at).action < Action::hold;
    });
  };
  auto instants = policy_.boundaries();
  if (instants.size() > kMostInstants) instants.resize(kMostInstants);
  for (const UtcTime at : instants) {
    if (std::ranges::any_of(administrators, [&](PersonId who) { return free(who, at); })) continue;
    add("lock-out", false, {},
        fmt::format("from {} on every administrator is locked out with every kind of device",
                    local_text(ban_, policy_.organisation_of(administrators.front()), at)));
    return;
  }
}

std::vector<Finding> Checker::run() {
  dates();
  classes();
  stages();
  people();
  overrides();
  audiences();
  shadowed();
  exemptions();
  break_glass();
  lock_out();
  for (const auto& [kind, count] : count_) {
    if (count <= kMostOfAKind) continue;
    const auto like = std::ranges::find(list_, kind, &Finding::kind);
    list_.push_back({kind, like->note, {}, fmt::format("{} more of these", count - kMostOfAKind)});
  }
  std::ranges::sort(list_, {}, [](const Finding& f) {
    return std::tuple(f.place, f.kind, std::string_view(f.text));
  });
  return std::move(list_);
}

std::vector<Finding> check(const Policy& policy) { return Checker(policy).run(); }

}  // namespace interdict::policy
