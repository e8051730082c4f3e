// What is settled about one device over time, so that a single odd message does not flip it.
//
// The caller keeps one History for a person, channel and device key, and hands it back with each
// new claim. Pure: time is an input, and the same steps give the same history. Another device than
// the settled one has to be seen a few times, or be proven strongly, before it takes over, and that
// is an event; a new build or agent is an event at once, because a decision taken on the old one is
// stale. Source: facts on device identification, 2.8 (hysteresis, sticky verdicts); MS-ASHTTP lets
// a server count changes of the user agent.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "devices/claim.hpp"

namespace interdict::devices {

struct HistorySettings {
  unsigned observations = 3;  // of another device, in a row, until it takes over
  float strong = 3.0F;        // log10 odds at which one observation is enough
  std::int64_t expiry_seconds = 30 * std::int64_t{86'400};
  std::int64_t agent_window_seconds = 86'400;
  unsigned agent_changes = 3;  // more of them inside the window contradict; at most 8
};

struct History {
  static constexpr std::size_t kMostChanges = 8;

  Position settled;
  float odds = 0;           // of the surest named level, the best seen since it was settled
  UtcTime since, last;      // settled since; last seen
  Position rival;           // another device, not settled yet
  unsigned rival_seen = 0;  // 0: none
  std::uint64_t agent = 0;  // hash of the last agent; 0: none
  std::array<UtcTime, kMostChanges> agent_changed{};  // ring, newest at (agent_changes - 1) % size
  std::uint32_t agent_changes = 0;                    // ever

  [[nodiscard]] bool empty() const { return last.micros == 0; }
};

enum class HistoryEvent : std::uint8_t {
  first,           // nothing was settled
  deepened,        // more is known of the same device
  build_changed,   // same device, other version or build: decide anew
  agent_changed,   // decide anew
  agent_flapping,  // changed too often: a contradiction
  held,            // another device was seen, the settled one stays
  switched,        // another device is settled now
  expired,         // too long unseen: what was settled is forgotten
  late,            // older than the last one: nothing was done with it
};
inline constexpr std::size_t kHistoryEvents = 9;
std::string_view name_of(HistoryEvent e);

struct HistoryStep {
  History history;
  std::uint16_t events = 0;  // one bit each
  std::vector<Contradiction> contradictions;

  [[nodiscard]] bool has(HistoryEvent e) const {
    return (events >> static_cast<unsigned>(e) & 1U) != 0;
  }
};

/// What `claim`, seen at `at` with that user agent (empty: none), makes of `before`. A claim that
/// knows nothing changes nothing but the agent.
HistoryStep observe(const History& before, const Claim& claim, std::string_view agent, UtcTime at,
                    const HistorySettings& settings = {});

}  // namespace interdict::devices
