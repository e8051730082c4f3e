// A replay of a mail log: parse, join, identify and decide, in one thread; beside the same with
// identify() run on every sighting, as it would be without remembering observations.

#include <benchmark/benchmark.h>

#include <string>

#include "mail_sample.hpp"
#include "replay/replay.hpp"

using namespace interdict;
using bench::sample;

namespace {

constexpr std::string_view kBan = R"(
schema = 1
id = "no-apple"
title = "No Apple phones or tablets"
[[organisation]]
id = "ministry"
zone = "Europe/Berlin"
domains = ["work.example"]
[[device_class]]
id = "apple-mobile"
vendor = "apple"
family = "mobile"
[[rule]]
id = "no-apple-mobile"
organisation = "ministry"
devices = "apple-mobile"
stages = [{ from = 2023-07-01, action = "warn" }, { from = 2023-07-17, action = "refuse" }]
)";

void replay_log(benchmark::State& state, std::size_t max_known) {
  const auto& s = sample();
  policy::Problems problems;
  auto ban = policy::read_ban_text(kBan, {}, problems);
  auto policy = policy::Policy::compile(std::move(*ban));
  if (!policy) {
    state.SkipWithError("no policy");
    return;
  }
  for (auto _ : state) {
    replay::Options options;
    options.logs.year = 2023;
    options.logs.zone = *Zone::find("Europe/Berlin");
    options.max_known = max_known;
    auto run = replay::Replay::begin(*policy, std::move(options));
    auto input = logs::Input::open(s.log);
    if (!run || !input || !run->read(*std::move(input), "mail.log")) {
      state.SkipWithError("not read");
      return;
    }
    const auto report = run->finish();
    if (report.coverage.sightings != s.submissions || report.given_up != 0) {
      state.SkipWithError("sightings lost");
    }
    state.counters["rows"] = static_cast<double>(report.rows.size());
    state.counters["identified"] = static_cast<double>(report.identified);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * s.bytes));
}

void replay_remembering(benchmark::State& state) { replay_log(state, 100'000); }
BENCHMARK(replay_remembering)->Unit(benchmark::kMillisecond);

void replay_identifying_each(benchmark::State& state) { replay_log(state, 0); }
BENCHMARK(replay_identifying_each)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
