// The compiled form of a policy. Of this room alone.

#pragma once

#include "policy/policy.hpp"

namespace interdict::policy {

/// A rule's claim to decide: stage, then depth of its organisation, then the smaller index.
/// 0 is nobody.
using Rank = std::uint64_t;
inline Rank rank_of(Action stage, std::uint32_t depth, RuleIndex rule) {
  if (stage == Action::allow) return 0;
  return static_cast<Rank>(stage) << 48 | static_cast<Rank>(depth) << 32 | (0xFFFFFFFFU - rule);
}
inline Action stage_of(Rank rank) { return static_cast<Action>(rank >> 48); }
inline RuleIndex rule_of(Rank rank) {
  return 0xFFFFFFFFU - static_cast<std::uint32_t>(rank & 0xFFFFFFFFU);
}

/// From an instant on: the best rule in force, and the best that an exemption lifted.
struct Segment {
  std::int64_t from = 0;
  Rank active = 0;
  Rank lifted = 0;
  ExemptionIndex exemption = kNone;
  bool same(const Segment& o) const {
    return active == o.active && lifted == o.lifted && exemption == o.exemption;
  }
};

struct Range {
  std::uint32_t first = 0, count = 0;
};

/// Rules of one class to which the same device-bound exemptions apply.
struct Group {
  ClassIndex device_class = 0;
  std::array<Range, devices::kChannels> timeline;  // of Table::segments
  Range conditions;                                // of Table::conditions
};

struct Policy::Table {
  Ban ban;
  crypto::Sha256 digest{};
  Outcomes outcomes{};

  // Who: listed people come first, then one subject an organisation with a domain, then accounts of
  // break-glass.
  std::vector<std::uint32_t> profile_of;
  std::vector<OrgIndex> unlisted;        // of subject people.size() + i
  std::vector<std::uint32_t> glass_org;  // of the subjects behind
  TextMap accounts;                      // overriding People::by_account
  TextMap domains, below_domains;        // to subject
  std::uint32_t no_one = kNone;

  std::vector<Range> profiles;  // of layer_list
  std::vector<std::uint32_t> layer_list;
  std::vector<Range> layers;  // of groups, by rising class
  std::vector<Group> groups;
  std::vector<ExemptionIndex> conditions;  // exemptions that ask for a class, rising
  std::vector<Segment> segments;
};

inline constexpr std::uint32_t kGlassProfile = 0xFFFFFFFE;
inline constexpr std::size_t kMaxTable = std::size_t{1} << 26;  // entries of each vector

}  // namespace interdict::policy
