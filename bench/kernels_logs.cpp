// Mail logs: parse and join, beside the raw limit (counting lines) and the plain way (getline and
// std::regex). Each run must give the number of sightings that was written.

#include <benchmark/benchmark.h>

#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "logs/run.hpp"
#include "mail_sample.hpp"

using namespace interdict;

namespace {

using bench::sample;

void read_log(benchmark::State& state, const std::filesystem::path& path) {
  const auto& s = sample();
  for (auto _ : state) {
    std::uint64_t sightings = 0, fields = 0;
    logs::Options options;
    options.year = 2023;
    options.zone = *Zone::find("Europe/Berlin");
    options.is_work = [](std::string_view account) { return account.ends_with("@work.example"); };
    auto run = logs::Run::begin(std::move(options), [&](const logs::Sighting& sighting) {
      ++sightings;
      fields += sighting.seen.headers.size();
    });
    auto input = logs::Input::open(path);
    if (!run || !input || !run->read(*std::move(input), "mail.log")) {
      state.SkipWithError("not read");
      return;
    }
    run->finish();
    if (sightings != s.submissions) state.SkipWithError("sightings lost");
    benchmark::DoNotOptimize(fields);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * s.bytes));
}

void postfix_parse_join(benchmark::State& state) { read_log(state, sample().log); }
BENCHMARK(postfix_parse_join)->Unit(benchmark::kMillisecond);

void postfix_parse_join_gzip(benchmark::State& state) { read_log(state, sample().packed); }
BENCHMARK(postfix_parse_join_gzip)->Unit(benchmark::kMillisecond);

/// The limit: the same file through the same buffer, nothing but its line ends looked for.
void raw_line_count(benchmark::State& state) {
  const auto& s = sample();
  std::vector<char> buffer(256 * 1024);
  for (auto _ : state) {
    auto input = logs::Input::open(s.log);
    std::uint64_t lines = 0;
    for (;;) {
      auto n = input->read(buffer);
      if (!n || *n == 0) break;
      const char* at = buffer.data();
      const char* const end = at + *n;
      while (const void* found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
        ++lines;
        at = static_cast<const char*>(found) + 1;
      }
    }
    if (lines < s.submissions) state.SkipWithError("lines lost");
    benchmark::DoNotOptimize(lines);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * s.bytes));
}
BENCHMARK(raw_line_count)->Unit(benchmark::kMillisecond);

/// The plain way: one regular expression for each form of line, a map of queue ids.
void plain_getline_regex(benchmark::State& state) {
  const auto& s = sample();
  const std::regex client(
      R"(^(\S+ +\d+ [\d:]+) \S+ \S*/smtpd\[\d+\]: (\w+): client=.*sasl_username=(.+)$)",
      std::regex::optimize);
  const std::regex header(
      R"(^\S+ +\d+ [\d:]+ \S+ \S*/cleanup\[\d+\]: (\w+): info: header ([\w-]+): (.*) from \S+; )"
      R"(.*helo=<(.*)>$)",
      std::regex::optimize);
  const std::regex removed(R"(^\S+ +\d+ [\d:]+ \S+ \S*/qmgr\[\d+\]: (\w+): removed$)",
                           std::regex::optimize);
  struct Message {
    std::string user;
    std::vector<std::string> headers;
  };
  for (auto _ : state) {
    std::ifstream file(s.small);
    std::map<std::string, Message> open;
    std::uint64_t sightings = 0;
    std::string line;
    std::smatch m;
    while (std::getline(file, line)) {
      if (std::regex_match(line, m, client)) {
        open[m[2]].user = m[3];
      } else if (std::regex_match(line, m, header)) {
        open[m[1]].headers.push_back(m[2].str() + ": " + m[3].str());
      } else if (std::regex_match(line, m, removed)) {
        const auto found = open.find(m[1]);
        if (found == open.end()) continue;
        if (!found->second.user.empty()) ++sightings;
        open.erase(found);
      }
    }
    if (sightings + 1 < s.small_submissions) state.SkipWithError("sightings lost");
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * s.small_bytes));
}
BENCHMARK(plain_getline_regex)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
