#include <algorithm>

#include "base/text.hpp"
#include "policy/table.hpp"

namespace interdict::policy {
namespace {

/// The best of what was seen, ordered by what comes of it and then by rank.
struct Best {
  Action action = Action::allow;
  Rank rank = 0;
  Standing standing = Standing::no;
  ExemptionIndex exemption = kNone;

  void offer(Action a, Rank r, Standing s, ExemptionIndex e) {
    if (r == 0 || a < action || (a == action && r <= rank)) return;
    *this = {a, r, s, e};
  }
};

struct Deciding {
  const Table& table;
  std::span<const Standing> row;
  devices::Channel channel;
  std::uint32_t now;  // of Table::instants
  std::uint32_t until;
  Best active{}, lifted{};

  /// The first device-bound exemption that is in force for this claim.
  ExemptionIndex condition_met(const Group& group) {
    ExemptionIndex met = kNone;
    for (std::uint32_t i = 0; i < group.conditions.count; ++i) {
      const Condition& c = table.conditions[group.conditions.first + i];
      if ((c.channels & mask_of(channel)) == 0 || !carries_exemption(row[c.device_class])) continue;
      if (c.from > now) until = std::min(until, c.from);
      if (c.until > now) until = std::min(until, c.until);
      if (met == kNone && c.from <= now && now < c.until) met = c.exemption;
    }
    return met;
  }

  void consider(const Group& group, Standing standing) {
    // Timelines are a handful of segments: the first begins before every instant, and one from
    // kNever stands behind the last.
    const Segment* here = &table.segments[group.timeline[static_cast<std::size_t>(channel)]];
    while (here[1].from <= now) ++here;
    until = std::min(until, here[1].from);
    const auto& outcome = table.outcomes[static_cast<std::size_t>(standing)];
    const auto action_of = [&](Rank r) { return outcome[static_cast<std::size_t>(stage_of(r))]; };
    const ExemptionIndex met = group.conditions.count == 0 ? kNone : condition_met(group);
    (met == kNone ? active : lifted).offer(action_of(here->active), here->active, standing, met);
    lifted.offer(action_of(here->lifted), here->lifted, standing, here->exemption);
  }
};

Decision decided(const Deciding& d) {
  Decision decision;
  if (d.until < d.table.instants.size()) decision.valid_until = {d.table.instants[d.until]};
  decision.action = d.active.action;
  decision.kind =
      d.active.action == Action::allow ? Decision::Kind::allowed : Decision::Kind::ruled;
  if (d.active.rank != 0) {
    decision.rule = d.table.rule_of(d.active.rank);
    decision.stage = stage_of(d.active.rank);
    decision.standing = d.active.standing;
  }
  if (d.lifted.action > d.active.action) {
    decision.exemption = d.lifted.exemption;
    if (decision.kind == Decision::Kind::allowed) decision.kind = Decision::Kind::exempt;
  }
  return decision;
}

}  // namespace

Decision Policy::decide(PersonId who, const ClaimTable& claims, ClaimId claim,
                        devices::Channel channel, UtcTime at) const {
  const Table& t = *table_;
  if (who.outside()) return {};
  if (who.profile == kGlassProfile) {
    Decision decision;
    decision.kind = Decision::Kind::break_glass;
    return decision;
  }
  Deciding d{.table = t,
             .row = claims.row(claim),
             .channel = channel,
             .now = t.index_of(at),
             .until = kNever};
  const Range layers = t.profiles[who.profile];
  const auto live = claims.live(claim);
  for (std::uint32_t l = 0; l < layers.count; ++l) {
    const Range layer = t.layers[t.layer_list[layers.first + l]];
    const auto classes = std::span(t.group_class).subspan(layer.first, layer.count);
    // A layer of many classes is asked for the few that this claim may be of.
    if (classes.size() <= 16 || live.size() * 8 > classes.size()) {
      for (std::uint32_t g = 0; g < layer.count; ++g) {
        const Standing standing = d.row[classes[g]];
        if (standing != Standing::no) d.consider(t.groups[layer.first + g], standing);
      }
      continue;
    }
    for (const auto c : live) {
      auto g = std::ranges::lower_bound(classes, c) - classes.begin();
      for (; static_cast<std::size_t>(g) < classes.size() &&
             classes[static_cast<std::size_t>(g)] == c;
           ++g) {
        d.consider(t.groups[layer.first + static_cast<std::size_t>(g)], d.row[c]);
      }
    }
  }
  return decided(d);
}

PersonId Policy::person(PersonIndex listed) const { return {listed, table_->profile_of[listed]}; }

namespace {

using AccountBuffer = std::array<char, kMaxAccount>;

/// The account in lower case in `buffer`; empty for what can be nobody's.
std::string_view key_of(std::string_view account, AccountBuffer& buffer) {
  account = trimmed(account);
  if (account.size() > buffer.size()) return {};
  std::ranges::transform(account, buffer.begin(), [](char c) { return ascii_lower(c); });
  return {buffer.data(), account.size()};
}

}  // namespace

void Policy::expect(std::string_view account) const {
  [[gnu::uninitialized]] AccountBuffer buffer;  // as in intern()
  table_->accounts.expect(key_of(account, buffer));
}

PersonId Policy::intern(std::string_view account) const {
  const Table& t = *table_;
  const auto& texts = t.ban.people.texts;
  // Filled before it is read: no need to clear it for every account.
  [[gnu::uninitialized]] AccountBuffer buffer;
  const auto key = key_of(account, buffer);
  if (key.empty()) return {};
  if (const auto found = t.accounts.find(key)) return {found->subject, found->profile};
  const auto at = key.rfind('@');
  if (at == key.npos || at == 0) return {};
  auto domain = key.substr(at + 1);
  const auto of = [&](std::uint32_t subject) { return PersonId{subject, t.profile_of[subject]}; };
  if (const auto found = t.domains.find(texts, domain)) return of(*found);
  if (t.below_domains.size() == 0) return {};
  for (auto dot = domain.find('.'); dot != domain.npos; dot = domain.find('.')) {
    domain.remove_prefix(dot + 1);
    if (const auto found = t.below_domains.find(texts, domain)) return of(*found);
  }
  return {};
}

OrgIndex Policy::organisation_of(PersonId who) const {
  const Table& t = *table_;
  const auto people = t.ban.people.size();
  if (who.value < people) return t.ban.people.organisation[who.value];
  const auto i = who.value - people;
  return i < t.unlisted.size() ? t.unlisted[i] : t.glass_org[i - t.unlisted.size()];
}

bool Policy::break_glass(PersonId who) const {
  return !who.outside() && who.profile == kGlassProfile;
}

std::optional<PersonIndex> Policy::listed(PersonId who) const {
  if (who.value < table_->ban.people.size()) return who.value;
  return std::nullopt;
}

std::span<const Attribute> Policy::attributes_of(PersonId who) const {
  const auto person = listed(who);
  return person ? table_->ban.people.attributes_of(*person) : std::span<const Attribute>();
}

std::uint32_t Policy::profile_of(PersonId who) const {
  return who.profile == kGlassProfile ? kNone : who.profile;
}

}  // namespace interdict::policy
