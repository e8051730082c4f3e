// The compiled form of a policy. Of this room alone.

#pragma once

#include <algorithm>

#include "base/large.hpp"
#include "policy/account_index.hpp"
#include "policy/policy.hpp"

namespace interdict::policy {

/// A rule's claim to decide: its stage above its place in Table::precedence. 0 is nobody.
using Rank = std::uint32_t;
inline constexpr unsigned kStageShift = 29;
static_assert(kMaxRules < (1U << kStageShift));
inline Action stage_of(Rank rank) { return static_cast<Action>(rank >> kStageShift); }

/// From an instant on: the best rule in force, and the best that an exemption lifted. Instants are
/// indexes of Table::instants, so that a timeline of four stages fits a cache line.
struct Segment {
  std::uint32_t from = 0;
  Rank active = 0;
  Rank lifted = 0;
  ExemptionIndex exemption = kNone;
  [[nodiscard]] bool same(const Segment& o) const {
    return active == o.active && lifted == o.lifted && exemption == o.exemption;
  }
};
/// `from` of the segment behind the last of a timeline.
inline constexpr std::uint32_t kNever = 0xFFFFFFFF;

struct Range {
  std::uint32_t first = 0, count = 0;
};

/// Rules of one class to which the same device-bound exemptions apply. The class stands apart, in
/// Table::group_class: most groups are passed over by it.
struct Group {
  std::array<std::uint32_t, devices::kChannels> timeline;  // of Table::segments, up to kNever
  Range conditions;                                        // of Table::conditions
};

/// An exemption that asks for a class of device.
struct Condition {
  ClassIndex device_class = 0;
  ExemptionIndex exemption = 0;
  std::uint32_t from = 0, until = 0;  // of Table::instants
  ChannelMask channels = 0;
};

struct Table {
  Ban ban;
  crypto::Sha256 digest{};
  Outcomes outcomes{};

  // Who: listed people come first, then one subject an organisation with a domain, then accounts of
  // break-glass.
  Large<std::uint32_t> profile_of;
  std::vector<OrgIndex> unlisted;        // of subject people.size() + i
  std::vector<std::uint32_t> glass_org;  // of the subjects behind
  AccountIndex accounts;                 // of people and break-glass; private ones lead to kNone
  TextMap domains, below_domains;        // to subject

  std::vector<Range> profiles;  // of layer_list
  std::vector<std::uint32_t> layer_list;
  std::vector<Range> layers;  // of groups, by rising class
  std::vector<ClassIndex> group_class;
  std::vector<Group> groups;
  std::vector<Condition> conditions;  // of a group: by rising exemption
  Large<Segment> segments;

  std::vector<std::int64_t> instants;   // rising; the first is kBeginning, the last kEnd
  std::vector<RuleIndex> precedence;    // the weaker first
  std::vector<std::uint32_t> position;  // of each rule in it

  [[nodiscard]] Rank rank(Action stage, RuleIndex rule) const {
    if (stage == Action::allow) return 0;
    return static_cast<Rank>(stage) << kStageShift | position[rule];
  }
  [[nodiscard]] RuleIndex rule_of(Rank rank) const {
    return precedence[rank & ((1U << kStageShift) - 1)];
  }
  /// The last instant that is not after `t`.
  [[nodiscard]] std::uint32_t index_of(UtcTime t) const {
    const auto after = std::ranges::upper_bound(instants, t.micros);
    return static_cast<std::uint32_t>(after - instants.begin()) - 1;
  }
};

inline constexpr std::uint32_t kGlassProfile = 0xFFFFFFFE;
inline constexpr std::size_t kMaxTable = std::size_t{1} << 26;  // entries of each vector

}  // namespace interdict::policy
