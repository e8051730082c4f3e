#include "devices/history.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace interdict::devices {
namespace {

constexpr std::int64_t kMicros = 1'000'000;

void add(HistoryStep& step, HistoryEvent e) {
  step.events = static_cast<std::uint16_t>(step.events | 1U << static_cast<unsigned>(e));
}

/// FNV-1a; never 0, which means "none".
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t h = 0xcbf29ce484222325;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return h == 0 ? 1 : h;
}

float surest(const Claim& claim) {
  return *std::max_element(claim.against_interest.begin(),
                           claim.against_interest.begin() + static_cast<int>(Level::model));
}

bool same_device(const Position& a, const Position& b) {
  return compatible(a, b) && (a.model.empty() || b.model.empty() || a.model == b.model);
}

void see_agent(HistoryStep& step, std::string_view agent, UtcTime at,
               const HistorySettings& settings) {
  if (agent.empty()) return;
  History& h = step.history;
  const auto hash = hash_of(agent);
  if (h.agent == hash) return;
  const bool changed = h.agent != 0;
  h.agent = hash;
  if (!changed) return;
  add(step, HistoryEvent::agent_changed);
  h.agent_changed[h.agent_changes++ % History::kMostChanges] = at;
  const auto from = at.micros - settings.agent_window_seconds * kMicros;
  const auto recent = std::ranges::count_if(
      h.agent_changed, [&](UtcTime t) { return t.micros != 0 && t.micros > from && t <= at; });
  const auto allowed = std::min<std::size_t>(settings.agent_changes, History::kMostChanges - 1);
  if (static_cast<std::size_t>(recent) <= allowed) return;
  add(step, HistoryEvent::agent_flapping);
  step.contradictions.push_back({"history/agent-flapping", false, true,
                                 fmt::format("the user agent changed {} times within {} hours",
                                             recent, settings.agent_window_seconds / 3600)});
}

/// Takes over what `seen` knows more or newer of the same device.
void confirm(HistoryStep& step, const Claim& claim) {
  History& h = step.history;
  const Position& seen = claim.position;
  const Position before = h.settled;
  if (seen.build.known() || seen.os_version.known()) {
    const bool build = before.build.known() && seen.build.known() && before.build != seen.build;
    const bool version = before.os_version.known() && seen.os_version.known() &&
                         before.os_version != seen.os_version;
    if (build || version) add(step, HistoryEvent::build_changed);
    // A version without its build makes the old build unknown, and the other way round.
    if (build || version || !before.build.known()) h.settled.build = seen.build;
    if (build || version || !before.os_version.known()) h.settled.os_version = seen.os_version;
  }
  if (h.settled.vendor == Vendor::unknown) h.settled.vendor = seen.vendor;
  if (h.settled.family == Family::unknown) h.settled.family = seen.family;
  if (h.settled.line == Line::unknown) h.settled.line = seen.line;
  if (h.settled.os == Os::unknown) h.settled.os = seen.os;
  if (h.settled.model.empty()) h.settled.model = seen.model;
  h.settled = completed(std::move(h.settled));
  if (h.settled != before && !step.has(HistoryEvent::build_changed)) {
    add(step, HistoryEvent::deepened);
  }
  h.odds = std::max(h.odds, surest(claim));
  h.rival = {};
  h.rival_seen = 0;
}

void settle(History& h, const Claim& claim, UtcTime at) {
  h.settled = claim.position;
  h.odds = surest(claim);
  h.since = at;
  h.rival = {};
  h.rival_seen = 0;
}

void weigh_rival(HistoryStep& step, const Claim& claim, UtcTime at,
                 const HistorySettings& settings) {
  History& h = step.history;
  if (h.rival_seen > 0 && same_device(h.rival, claim.position)) {
    ++h.rival_seen;
  } else {
    h.rival = claim.position;
    h.rival_seen = 1;
  }
  const bool strong = surest(claim) >= settings.strong && claim.conflicts == 0 && !claim.forged;
  if (!strong && h.rival_seen < settings.observations) {
    add(step, HistoryEvent::held);
    return;
  }
  step.contradictions.push_back({"history/switched", false, false,
                                 fmt::format("until now this was {}, now it is {}",
                                             described(h.settled), described(claim.position))});
  settle(h, claim, at);
  add(step, HistoryEvent::switched);
}

}  // namespace

std::string_view name_of(HistoryEvent e) {
  constexpr std::array<std::string_view, kHistoryEvents> kNames{
      "first", "deepened", "build-changed", "agent-changed", "agent-flapping",
      "held",  "switched", "expired",       "late"};
  return kNames[static_cast<std::size_t>(e)];
}

HistoryStep observe(const History& before, const Claim& claim, std::string_view agent, UtcTime at,
                    const HistorySettings& settings) {
  HistoryStep step{before, 0, {}};
  History& h = step.history;
  if (!before.empty() && at < before.last) {
    add(step, HistoryEvent::late);
    return step;
  }
  if (!before.empty() && at.micros - before.last.micros > settings.expiry_seconds * kMicros) {
    h = {};
    add(step, HistoryEvent::expired);
  }
  see_agent(step, agent, at, settings);
  if (claim.position == Position{}) return step;  // the device itself was not seen
  if (h.settled == Position{}) {
    settle(h, claim, at);
    add(step, HistoryEvent::first);
  } else if (same_device(h.settled, claim.position)) {
    confirm(step, claim);
  } else {
    weigh_rival(step, claim, at, settings);
  }
  h.last = at;
  return step;
}

}  // namespace interdict::devices
