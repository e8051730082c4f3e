// Two bans over the same people: who is treated differently, with what device, and when.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace interdict::policy {

/// A stretch of time in which people who are alike get another answer.
struct Difference {
  std::string organisation;  // of the new ban where it has them, else of the old
  std::size_t people = 0;    // listed ones; 0: unlisted accounts of a work domain
  std::string sample;        // one of them
  std::string device;        // a class, or "nothing"
  ChannelMask channels = 0;
  UtcTime from = kBeginning, until = kEnd;
  std::string before, after;  // an action or "outside"
};

struct DiffReport {
  std::vector<Difference> differences;
  std::size_t people_compared = 0, people_differing = 0;
  bool cut = false;  // more than kMostDifferences
};
inline constexpr std::size_t kMostDifferences = 10'000;

DiffReport diff(const Policy& before, const Policy& after);

}  // namespace interdict::policy
