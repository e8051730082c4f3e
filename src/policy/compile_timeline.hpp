// Many rules of one class as one timeline: at any instant only the strictest matters.

#pragma once

#include <vector>

#include "policy/table.hpp"

namespace interdict::policy {

/// A rule as it reaches a profile: on which channels, and which exemptions lift it for any device.
struct TimedRule {
  RuleIndex rule = 0;
  ChannelMask channels = kAllChannels;
  std::vector<ExemptionIndex> exemptions;  // rising
};

/// Begins before every instant; neighbours differ; a last segment from kNever closes it. Cost: n
/// log n for n stages and exemptions.
std::vector<Segment> merged(const Table& table, const std::vector<TimedRule>& rules,
                            devices::Channel channel);

}  // namespace interdict::policy
