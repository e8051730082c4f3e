// The inner loops, each with the answer it must give: a fast wrong answer fails the run.

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "artefacts/table.hpp"
#include "crypto/pbkdf2.hpp"
#include "evidence/mbfile.hpp"
#include "formats/plist.hpp"
#include "indicators/indicators.hpp"
#include "support/plist_writer.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;

namespace {

constexpr std::uint32_t kRounds = 1'000'000;

void kdf_ours(benchmark::State& state) {
  const Bytes salt(20, std::byte{7});
  for (auto _ : state)
    benchmark::DoNotOptimize(crypto::pbkdf2_sha256(bytes_of("password"), salt, kRounds));
  state.counters["rounds/s"] =
      benchmark::Counter(kRounds, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(kdf_ours)->Unit(benchmark::kMillisecond);

void kdf_openssl(benchmark::State& state) {
  const Bytes salt(20, std::byte{7});
  for (auto _ : state) {
    benchmark::DoNotOptimize(crypto::pbkdf2_sha256_generic(bytes_of("password"), salt, kRounds));
  }
  state.counters["rounds/s"] =
      benchmark::Counter(kRounds, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(kdf_openssl)->Unit(benchmark::kMillisecond);

void mbfile(benchmark::State& state) {
  const auto blob = test::mbfile({.relative_path = "Library/SMS/sms.db", .size = 4096});
  for (auto _ : state) {
    const auto file = evidence::parse_mbfile(bytes_of(blob));
    if (!file || file->size != 4096) state.SkipWithError("wrong MBFile");
    benchmark::DoNotOptimize(file);
  }
}
BENCHMARK(mbfile);

/// 24 levels, each an array of two references to the next: 2^24 nodes for whoever expands them.
void plist_bomb_refused(benchmark::State& state) {
  std::string body = "bplist00", offsets;
  for (int level = 0; level < 25; ++level) {
    offsets += static_cast<char>(body.size());
    if (level < 24) body += {'\xA2', static_cast<char>(level + 1), static_cast<char>(level + 1)};
  }
  const auto table = static_cast<char>(body.size() + 1);
  body += '\x50' + offsets + std::string(6, '\0') + "\x01\x01" + std::string(7, '\0') + '\x19' +
          std::string(15, '\0') + table;
  for (auto _ : state) {
    const auto list = plist::Document::open(bytes_of(body));
    plist::Budget budget;
    if (!list || plist::walk(*list->root(), budget, [](const plist::Node&) {})) {
      state.SkipWithError("the bomb was not refused");
    }
  }
}
BENCHMARK(plist_bomb_refused)->Unit(benchmark::kMillisecond);

/// A bundle as the field writes them: one malware, n domains, a relationship each.
std::filesystem::path bundle(const test::TemporaryFolder& folder, std::size_t n) {
  const auto path = folder.path() / fmt::format("{}.stix2", n);
  std::ofstream file(path);
  file
      << R"({"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[)"
      << R"({"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-000000000001","name":"Sample","is_family":false})";
  for (std::size_t i = 0; i < n; ++i) {
    file << fmt::format(
        R"(,{{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-{0:012x}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","indicator_types":["malicious-activity"],"pattern":"[domain-name:value='host-{0}.listed-{1}.example']","pattern_type":"stix","pattern_version":"2.1","valid_from":"2026-01-01T00:00:00Z"}})",
        i, i % 977);
  }
  file << "]}";
  return path;
}

void load(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto path = bundle(folder, n);
  for (auto _ : state) {
    const auto set = indicators::Set::load(std::span(&path, 1));
    if (!set || set->size() != n) state.SkipWithError("indicators lost");
  }
  state.counters["indicators/s"] =
      benchmark::Counter(static_cast<double>(n), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(load)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void load_published_sets(benchmark::State& state) {
  const std::filesystem::path folder = std::filesystem::path(INTERDICT_SHARED_DATA) / "indicators";
  if (!std::filesystem::exists(folder)) {
    state.SkipWithError("SKIPPED: real data indicators is not beside the project");
    return;
  }
  for (auto _ : state) {
    const auto set = indicators::Set::load(std::span(&folder, 1));
    if (!set) state.SkipWithError(set.error().what().c_str());
  }
}
BENCHMARK(load_published_sets)->Unit(benchmark::kMillisecond);

/// Rows of the browser's history: one listed host in 10,000.
void match_rows(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto path = bundle(folder, n);
  const auto set = indicators::Set::load(std::span(&path, 1));
  const auto* table = artefacts::find_table("ios/safari_history");
  if (!set || table == nullptr) {
    state.SkipWithError("no set or no table");
    return;
  }
  const auto url = *table->column("url");
  std::vector<std::string> urls;
  for (std::size_t i = 0; i < 10'000; ++i) {
    urls.push_back(
        fmt::format("https://www.site-{}.example.org/path/{}/page.html?q={}", i, i * 7, i));
  }
  urls[5000] = "https://host-1.listed-1.example:8443/";
  indicators::Matcher matcher(*set, *table);
  std::vector<artefacts::Value> row(table->columns.size());
  std::size_t hits = 0, rounds = 0;
  for (auto _ : state) {
    for (const auto& text : urls) {
      row[url] = artefacts::Value::text(text);
      matcher.match(row, [&](const indicators::Hit&) { ++hits; });
    }
    ++rounds;
  }
  if (hits != rounds) state.SkipWithError("wrong number of hits");
  state.counters["rows/s"] =
      benchmark::Counter(10'000, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(match_rows)->Arg(10)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
