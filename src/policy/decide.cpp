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
  std::span<const Segment> segments;
  std::span<const ExemptionIndex> conditions;
  const std::vector<Exemption>& exemptions;
  const Outcomes& outcomes;
  std::span<const Standing> row;
  devices::Channel channel;
  UtcTime at;
  Best active, lifted;
  std::int64_t until = kEnd.micros;

  /// The first device-bound exemption that is in force for this claim.
  ExemptionIndex condition_met(const Group& group) {
    ExemptionIndex met = kNone;
    for (const auto index : conditions.subspan(group.conditions.first, group.conditions.count)) {
      const Exemption& e = exemptions[index];
      if ((e.channels & mask_of(channel)) == 0) continue;
      if (!carries_exemption(row[*e.device_class])) continue;
      if (e.from > at) until = std::min(until, e.from.micros);
      if (e.until > at) until = std::min(until, e.until.micros);
      if (met == kNone && e.valid(at)) met = index;
    }
    return met;
  }

  void consider(const Group& group) {
    const Standing standing = row[group.device_class];
    if (standing == Standing::no) return;
    const auto range = group.timeline[static_cast<std::size_t>(channel)];
    const auto timeline = segments.subspan(range.first, range.count);
    // Timelines are a handful of segments; the first begins before every instant.
    std::size_t i = 0;
    if (timeline.size() > 16) {
      const auto after = std::ranges::upper_bound(timeline, at.micros, {}, &Segment::from);
      i = static_cast<std::size_t>(after - timeline.begin()) - 1;
    } else {
      while (i + 1 < timeline.size() && timeline[i + 1].from <= at.micros) ++i;
    }
    if (i + 1 < timeline.size()) until = std::min(until, timeline[i + 1].from);
    const Segment& now = timeline[i];
    const auto& outcome = outcomes[static_cast<std::size_t>(standing)];
    const auto action_of = [&](Rank r) { return outcome[static_cast<std::size_t>(stage_of(r))]; };
    const ExemptionIndex met = group.conditions.count == 0 ? kNone : condition_met(group);
    if (met == kNone) {
      active.offer(action_of(now.active), now.active, standing, kNone);
    } else {
      lifted.offer(action_of(now.active), now.active, standing, met);
    }
    lifted.offer(action_of(now.lifted), now.lifted, standing, now.exemption);
  }
};

Decision decided(const Deciding& d) {
  Decision decision;
  decision.valid_until = UtcTime{d.until};
  decision.action = d.active.action;
  decision.kind =
      d.active.action == Action::allow ? Decision::Kind::allowed : Decision::Kind::ruled;
  if (d.active.rank != 0) {
    decision.rule = rule_of(d.active.rank);
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
  const auto profile = t.profile_of[who.value];
  if (profile == kGlassProfile) {
    Decision decision;
    decision.kind = Decision::Kind::break_glass;
    return decision;
  }
  Deciding d{.segments = t.segments,
             .conditions = t.conditions,
             .exemptions = t.ban.exemptions,
             .outcomes = t.outcomes,
             .row = claims.row(claim),
             .channel = channel,
             .at = at,
             .active = {},
             .lifted = {}};
  const Range layers = t.profiles[profile];
  const auto live = claims.live(claim);
  for (std::uint32_t l = 0; l < layers.count; ++l) {
    const Range layer = t.layers[t.layer_list[layers.first + l]];
    const auto groups = std::span(t.groups).subspan(layer.first, layer.count);
    // A layer of many classes is asked for the few that this claim may be of.
    if (groups.size() <= 16 || live.size() * 8 > groups.size()) {
      for (const Group& group : groups) d.consider(group);
      continue;
    }
    for (const auto c : live) {
      const auto [first, last] = std::ranges::equal_range(groups, c, {}, &Group::device_class);
      for (auto g = first; g != last; ++g) d.consider(*g);
    }
  }
  return decided(d);
}

PersonId Policy::intern(std::string_view account) const {
  const Table& t = *table_;
  const auto& texts = t.ban.people.texts;
  std::array<char, 512> buffer;
  account = trimmed(account);
  if (account.empty() || account.size() > buffer.size()) return {};
  std::ranges::transform(account, buffer.begin(), [](char c) { return ascii_lower(c); });
  const std::string_view key(buffer.data(), account.size());
  if (t.accounts.size() != 0) {
    if (const auto own = t.accounts.find(texts, key)) return {*own};
  }
  if (const auto person = t.ban.people.by_account.find(texts, key)) return {*person};
  const auto at = key.rfind('@');
  if (at == key.npos || at == 0) return {};
  auto domain = key.substr(at + 1);
  if (const auto found = t.domains.find(texts, domain)) return {*found};
  if (t.below_domains.size() == 0) return {};
  for (auto dot = domain.find('.'); dot != domain.npos; dot = domain.find('.')) {
    domain.remove_prefix(dot + 1);
    if (const auto found = t.below_domains.find(texts, domain)) return {*found};
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
  return !who.outside() && table_->profile_of[who.value] == kGlassProfile;
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
  const auto profile = table_->profile_of[who.value];
  return profile == kGlassProfile ? kNone : profile;
}

}  // namespace interdict::policy
