#include "policy/claims.hpp"

#include <algorithm>

namespace interdict::policy {
namespace {

using devices::Membership;

constexpr std::array<std::string_view, kStandings> kStandingNames{
    "no", "unknown", "conflict", "conflict", "yes", "yes", "yes", "yes"};
constexpr float kCertain = 10;

/// What a claim says of a class before a policy weighs it.
struct Belief {
  Membership membership = Membership::no;
  float odds = kCertain;
  bool needs_session = false;  // the lattice decided, not a state
};

bool in_state(DeviceState state, const devices::Claim& claim) {
  switch (state) {
    case DeviceState::compromised:
      return claim.compromised;
    case DeviceState::managed:
      return claim.managed;
    case DeviceState::unmanaged:
      return !claim.managed;
    case DeviceState::unknown:
      return claim.nothing_seen() || claim.position == devices::Position{};
    case DeviceState::none:
      break;
  }
  return true;
}

/// A box, a state, or both: one `no` is enough, and the least sure part decides the rest.
Belief belief_of(const Class& c, const devices::Claim& claim, const Thresholds& thresholds) {
  if (!in_state(c.state, claim)) return {};
  if (!c.has_levels) return {Membership::yes, kCertain, false};
  const auto found = devices::belonging(c.levels, claim);
  Belief belief{found.membership, found.odds, true};
  if (belief.membership == Membership::no && belief.odds < thresholds.other_class) {
    belief.membership = Membership::unknown;
  }
  return belief;
}

/// A union: the surest `yes`; else a conflict, else unknown, else `no`.
Belief union_of(const std::vector<ClassIndex>& members, const std::vector<Belief>& beliefs) {
  const auto rank = [](const Belief& b) {
    const int kind = b.membership == Membership::yes        ? 3
                     : b.membership == Membership::conflict ? 2
                     : b.membership == Membership::unknown  ? 1
                                                            : 0;
    return std::tuple(kind, !b.needs_session, b.odds);
  };
  Belief best;
  for (const auto member : members) {
    if (rank(beliefs[member]) > rank(best)) best = beliefs[member];
  }
  return best;
}

Standing standing_of(const Belief& belief, bool session, const Thresholds& thresholds) {
  if (belief.membership == Membership::no) return Standing::no;
  if (belief.membership == Membership::unknown) return Standing::unknown;
  const bool free = session || !belief.needs_session;
  if (belief.membership == Membership::conflict) {
    return free ? Standing::conflict : Standing::conflict_soft;
  }
  const Action from = thresholds.session_evidence_from;
  for (auto i = kActions - 1; i > 0; --i) {
    const auto action = static_cast<Action>(i);
    const bool heard = free || from == Action::allow || action < from;
    if (!heard || belief.odds < thresholds.odds[i]) continue;
    return static_cast<Standing>(static_cast<std::size_t>(Standing::yes_advise) + i - 1);
  }
  return Standing::unknown;
}

ClaimRow weighed(const Ban& ban, const std::vector<Belief>& beliefs, bool session) {
  ClaimRow row(beliefs.size());
  for (std::size_t c = 0; c < row.size(); ++c) {
    row[c] = standing_of(beliefs[c], session, ban.thresholds);
  }
  return row;
}

/// The boxes and states a class is made of, through all unions.
std::vector<ClassIndex> leaves_of(const Ban& ban, ClassIndex c) {
  std::vector<ClassIndex> leaves, open{c};
  std::vector<bool> seen(ban.classes.size());
  while (!open.empty()) {
    const auto next = open.back();
    open.pop_back();
    if (seen[next]) continue;
    seen[next] = true;
    const auto& members = ban.classes[next].any_of;
    if (members.empty()) leaves.push_back(next);
    open.insert(open.end(), members.begin(), members.end());
  }
  return leaves;
}

/// What membership of the leaf `known` says of the leaf `asked`.
Membership implied(const Class& known, const Class& asked) {
  if (asked.any_device) return Membership::yes;
  Membership levels = Membership::yes;
  if (asked.has_levels) {
    if (!known.has_levels) {
      levels = Membership::unknown;
    } else if (devices::contains(asked.levels, known.levels)) {
      levels = Membership::yes;
    } else {
      levels = devices::disjoint(asked.levels, known.levels) ? Membership::no : Membership::unknown;
    }
  }
  // Every state but the one that is named is taken as absent; a device is managed unless named
  // otherwise.
  const bool in_state =
      asked.state == DeviceState::none || asked.state == known.state ||
      (asked.state == DeviceState::managed && known.state != DeviceState::unmanaged);
  return in_state ? levels : Membership::no;
}

}  // namespace

std::string_view name_of(Standing s) { return kStandingNames[static_cast<std::size_t>(s)]; }

Outcomes outcomes_of(const Ban& ban) {
  Outcomes all{};
  const Action from = ban.thresholds.session_evidence_from;
  for (std::size_t i = 1; i < kActions; ++i) {
    const auto stage = static_cast<Action>(i);
    const auto at = [&](Standing s) -> Action& { return all[static_cast<std::size_t>(s)][i]; };
    at(Standing::unknown) = ban.on_unknown[i];
    at(Standing::conflict) = ban.on_conflict[i];
    at(Standing::conflict_soft) =
        from == Action::allow
            ? ban.on_conflict[i]
            : std::min(ban.on_conflict[i], static_cast<Action>(static_cast<int>(from) - 1));
    at(Standing::yes_advise) = std::min(stage, Action::advise);
    at(Standing::yes_warn) = std::min(stage, Action::warn);
    at(Standing::yes_hold) = std::min(stage, Action::hold);
    at(Standing::yes_refuse) = stage;
  }
  return all;
}

ClaimRow standings(const Ban& ban, const devices::Claim& claim) {
  std::vector<Belief> beliefs(ban.classes.size());
  for (std::size_t c = 0; c < beliefs.size(); ++c) {
    const Class& one = ban.classes[c];
    beliefs[c] =
        one.any_of.empty() ? belief_of(one, claim, ban.thresholds) : union_of(one.any_of, beliefs);
  }
  return weighed(ban, beliefs, claim.session_level);
}

ClaimRow standings_of_class(const Ban& ban, ClassIndex c) {
  const auto known = leaves_of(ban, c);
  std::vector<std::vector<Belief>> worlds;
  for (const auto leaf : known) {
    std::vector<Belief> beliefs(ban.classes.size());
    for (std::size_t i = 0; i < beliefs.size(); ++i) {
      const Class& one = ban.classes[i];
      beliefs[i] = one.any_of.empty() ? Belief{implied(ban.classes[leaf], one), kCertain, false}
                                      : union_of(one.any_of, beliefs);
    }
    worlds.push_back(std::move(beliefs));
  }
  // A device of a union is in one of these worlds; where they differ, nothing is known.
  auto row = weighed(ban, worlds.front(), true);
  for (std::size_t w = 1; w < worlds.size(); ++w) {
    const auto other = weighed(ban, worlds[w], true);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] != other[i]) row[i] = Standing::unknown;
    }
  }
  return row;
}

ClaimRow standings_of_nothing(const Ban& ban) { return standings(ban, devices::Claim{}); }

Result<ClaimId> ClaimTable::intern(const devices::Claim& claim) {
  return intern(standings(*ban_, claim));
}

Result<ClaimId> ClaimTable::intern(const ClaimRow& row) {
  std::string key;
  for (const auto s : row) key += static_cast<char>('0' + static_cast<int>(s));
  const auto found = index_.find(key);
  if (found != index_.end()) return ClaimId{found->second};
  if (size() >= kMost) return Error{Errc::limit, "more than a million different claims"};
  const ClaimId id{static_cast<std::uint32_t>(size())};
  rows_.insert(rows_.end(), row.begin(), row.end());
  for (ClassIndex c = 0; c < row.size(); ++c) {
    if (row[c] != Standing::no) live_.push_back(c);
  }
  first_live_.push_back(live_.size());
  index_.emplace(std::move(key), id.value);
  return id;
}

}  // namespace interdict::policy
