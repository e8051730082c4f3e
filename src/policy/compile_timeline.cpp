#include "policy/compile_timeline.hpp"

#include <algorithm>
#include <set>

namespace interdict::policy {
namespace {

/// One rule of the sweep and where it stands now.
struct Runner {
  const Rule* rule = nullptr;
  RuleIndex index = 0;
  std::vector<ExemptionIndex> exemptions;  // on this channel
};

struct Event {
  std::uint32_t at;  // of Table::instants
  std::size_t runner;
  auto operator<=>(const Event&) const = default;
};

/// The ranks in force, and those lifted with the exemption that lifts them.
class Standings {
 public:
  explicit Standings(std::size_t runners) : now_(runners) {}

  void set(std::size_t runner, Rank rank, ExemptionIndex exemption) {
    auto& [old_rank, old_exemption] = now_[runner];
    if (old_rank != 0) {
      if (old_exemption == kNone) {
        active_.erase(old_rank);
      } else {
        lifted_.erase({old_rank, old_exemption});
      }
    }
    old_rank = rank;
    old_exemption = exemption;
    if (rank == 0) return;
    if (exemption == kNone) {
      active_.insert(rank);
    } else {
      lifted_.insert({rank, exemption});
    }
  }
  [[nodiscard]] Segment from(std::uint32_t at) const {
    Segment s;
    s.from = at;
    if (!active_.empty()) s.active = *active_.rbegin();
    if (!lifted_.empty()) {
      s.lifted = lifted_.rbegin()->first;
      s.exemption = lifted_.rbegin()->second;
    }
    return s;
  }

 private:
  std::vector<std::pair<Rank, ExemptionIndex>> now_;
  std::set<Rank> active_;  // a rank names its rule, so ranks are distinct
  std::set<std::pair<Rank, ExemptionIndex>> lifted_;
};

}  // namespace

std::vector<Segment> merged(const Table& table, const std::vector<TimedRule>& rules,
                            devices::Channel channel) {
  const Ban& ban = table.ban;
  const auto mask = mask_of(channel);
  std::vector<Runner> runners;
  std::vector<Event> events;
  for (const TimedRule& timed : rules) {
    if ((timed.channels & mask) == 0) continue;
    Runner runner;
    runner.rule = &ban.rules[timed.rule];
    runner.index = timed.rule;
    const auto n = runners.size();
    for (const Stage& stage : runner.rule->stages)
      events.push_back({table.index_of(stage.from), n});
    for (const auto e : timed.exemptions) {
      const Exemption& one = ban.exemptions[e];
      if ((one.channels & mask) == 0) continue;
      runner.exemptions.push_back(e);
      events.push_back({table.index_of(one.from), n});
      events.push_back({table.index_of(one.until), n});
    }
    runners.push_back(std::move(runner));
  }
  std::ranges::sort(events);
  Standings standings(runners.size());
  std::vector<Segment> timeline{Segment{}};
  for (std::size_t i = 0; i < events.size();) {
    const auto at = events[i].at;
    const UtcTime when{table.instants[at]};
    for (; i < events.size() && events[i].at == at; ++i) {
      const Runner& runner = runners[events[i].runner];
      const auto in_force = std::ranges::find_if(
          runner.exemptions, [&](ExemptionIndex e) { return ban.exemptions[e].valid(when); });
      standings.set(events[i].runner, table.rank(runner.rule->at(when), runner.index),
                    in_force == runner.exemptions.end() ? kNone : *in_force);
    }
    const Segment next = standings.from(at);
    if (at == 0) {
      timeline.front() = next;
    } else if (!timeline.back().same(next)) {
      timeline.push_back(next);
    }
  }
  timeline.push_back({.from = kNever});
  return timeline;
}

}  // namespace interdict::policy
