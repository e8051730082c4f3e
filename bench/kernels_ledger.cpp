// The ledger's kernels, each beside a naive way to do the same, and each checked for its answer.
//
// CPU time counts, except for durable commits: those wait for the disk, so real time counts there.

#include <benchmark/benchmark.h>
#include <sqlite3.h>

#include <atomic>
#include <latch>
#include <map>
#include <mutex>
#include <semaphore>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "ledger/aggregator.hpp"
#include "ledger/ledger.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::ledger;

namespace {

constexpr UtcTime kNoon{1'689'595'200'000'000};

devices::Position iphone() {
  return {.vendor = devices::Vendor::apple,
          .family = devices::Family::mobile,
          .line = devices::Line::iphone,
          .os = devices::Os::ios,
          .os_version = {17, 2, 1},
          .build = {21, 'C', 66, 0},
          .model = "iPhone15,2"};
}

std::vector<std::string> persons(std::size_t n) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < n; ++i) out.push_back(fmt::format("person-{}@ministry.example", i));
  return out;
}

/// Steps through everybody in an order that no cache foresees.
class Stride {
 public:
  explicit Stride(std::size_t n) : n_(n) {}
  std::size_t next() { return at_ = (at_ + 7919) % n_; }

 private:
  std::size_t n_, at_ = 0;
};

Sighting sighting(const std::string& person, const devices::Position& phone) {
  return {.person = person,
          .position = phone,
          .grade = devices::Grade::strong,
          .channel = devices::Channel::mail_send,
          .at = kNoon};
}

DecisionTaken decision(const std::string& person) {
  return {.person = person,
          .rule = "no-apple-mobile",
          .policy = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          .action = "refuse",
          .stage = "refuse",
          .channel = devices::Channel::mail_send,
          .at = kNoon};
}

// record(): what a decision pays.

void record_sighting(benchmark::State& state) {
  const auto names = persons(static_cast<std::size_t>(state.range(0)));
  const auto phone = iphone();
  Aggregator a({});
  Stride stride(names.size());
  for (auto _ : state) a.record(sighting(names[stride.next()], phone));
  if (a.counts().shed_whole + a.counts().shed_detail != 0 && names.size() < 50'000) {
    state.SkipWithError("shed below the bounds");
  }
}
BENCHMARK(record_sighting)->Arg(1'000)->Arg(50'000)->Arg(1'000'000);

void record_sighting_naive_map(benchmark::State& state) {
  using Key = std::tuple<std::string, std::string, std::string, int>;
  struct Sum {
    UtcTime first, last;
    std::uint64_t count = 0;
  };
  const auto names = persons(static_cast<std::size_t>(state.range(0)));
  const auto phone = iphone();
  std::map<Key, Sum> sums;
  std::mutex mutex;
  Stride stride(names.size());
  for (auto _ : state) {
    Key key{names[stride.next()], phone.model,
            devices::to_string(phone.os_version) + devices::to_string(phone.build), 0};
    const std::lock_guard lock(mutex);
    Sum& sum = sums[std::move(key)];
    sum.last = kNoon;
    ++sum.count;
  }
}
BENCHMARK(record_sighting_naive_map)->Arg(1'000)->Arg(50'000);

void record_decision(benchmark::State& state) {
  const auto names = persons(static_cast<std::size_t>(state.range(0)));
  Aggregator a({.keys = 1 << 17, .bytes = 1 << 24});
  Stride stride(names.size());
  for (auto _ : state) a.record(decision(names[stride.next()]));
  if (a.counts().shed_whole != 0) state.SkipWithError("shed below the bounds");
}
BENCHMARK(record_decision)->Arg(1'000)->Arg(50'000);

// What the gate asks for every message.

Settings unhurried() {
  Settings s;
  s.flush_interval = std::chrono::hours(1);
  return s;
}

void compromised(benchmark::State& state) {
  const test::TemporaryFolder folder;
  auto ledger = Ledger::open(folder.path() / "l.db", unhurried());
  const auto marks = static_cast<std::size_t>(state.range(0));
  const auto names = persons(2000);
  for (std::size_t i = 0; ledger && i < marks; ++i) {
    const auto id = (*ledger)->add({.serial = fmt::format("s{}", i),
                                    .product_type = "iPhone15,2",
                                    .build = "21C66",
                                    .verdict = ExaminationVerdict::compromised,
                                    .examined_at = kNoon,
                                    .report_digest = "d",
                                    .owner = names[i]});
    if (!id) state.SkipWithError(id.error().what().c_str());
  }
  if (!ledger) return state.SkipWithError(ledger.error().what().c_str());
  const auto phone = iphone();
  Stride stride(names.size());
  std::size_t yes = 0;
  for (auto _ : state) {
    yes += (*ledger)->compromised(names[stride.next()], phone) == devices::Fit::yes ? 1 : 0;
  }
  // Everybody was asked about once at least, unless the run was a first short one.
  const bool all = state.iterations() >= static_cast<std::int64_t>(names.size());
  if (all && (yes == 0) != (marks == 0)) state.SkipWithError("wrong marks");
}
BENCHMARK(compromised)->Arg(0)->Arg(100);

void notice_given_already(benchmark::State& state) {
  const test::TemporaryFolder folder;
  auto ledger = Ledger::open(folder.path() / "l.db", unhurried());
  if (!ledger) return state.SkipWithError(ledger.error().what().c_str());
  const auto names = persons(20'000);
  for (const auto& name : names) {
    (*ledger)->first_time(name, "apple/mobile/iphone/iPhone15,2", "r", "warn", kNoon);
  }
  Stride stride(names.size());
  std::size_t again = 0;
  for (auto _ : state) {
    again += (*ledger)->first_time(names[stride.next()], "apple/mobile/iphone/iPhone15,2", "r",
                                   "warn", kNoon)
                 ? 1
                 : 0;
  }
  if (again != 0) state.SkipWithError("a notice twice");
}
BENCHMARK(notice_given_already);

// Storing 100,000 added-up rows.

constexpr std::size_t kRows = 100'000;

/// The disk's own figures beside ours: the plainest table and one transaction.
class Raw {
 public:
  explicit Raw(const std::filesystem::path& path) {
    sqlite3_open(path.c_str(), &db_);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (person TEXT, device "
        "INTEGER, channel TEXT, first INTEGER, last INTEGER, grade TEXT, count INTEGER)");
    sqlite3_prepare_v2(db_, "INSERT INTO t VALUES (?1, 1, 'mail.send', 1, 2, 'strong', 3)", -1,
                       &insert_, nullptr);
  }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;
  ~Raw() {
    sqlite3_finalize(insert_);
    sqlite3_close(db_);
  }
  void run(const char* sql) const { sqlite3_exec(db_, sql, nullptr, nullptr, nullptr); }
  [[nodiscard]] bool insert(const std::string& person) const {
    sqlite3_bind_text(insert_, 1, person.data(), static_cast<int>(person.size()), SQLITE_STATIC);
    const bool done = sqlite3_step(insert_) == SQLITE_DONE;
    sqlite3_reset(insert_);
    return done;
  }

 private:
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
};

/// 0: the rows are new; 1: they are there and added to.
void flush(benchmark::State& state) {
  const auto names = persons(kRows);
  const auto phone = iphone();
  for (auto _ : state) {
    state.PauseTiming();
    const test::TemporaryFolder folder;
    auto ledger = Ledger::open(folder.path() / "l.db", unhurried());
    if (!ledger) return state.SkipWithError(ledger.error().what().c_str());
    for (std::int64_t round = 0; round <= state.range(0); ++round) {
      if (round > 0 && !(*ledger)->flush()) state.SkipWithError("not stored");
      for (const auto& name : names) (*ledger)->record(sighting(name, phone));
    }
    state.ResumeTiming();
    const auto stored = (*ledger)->flush();
    state.PauseTiming();
    if (!stored || (*ledger)->metrics().rows_stored < kRows) state.SkipWithError("not stored");
    ledger->reset();
    state.ResumeTiming();
  }
  state.counters["rows/s"] =
      benchmark::Counter(kRows, benchmark::Counter::kIsIterationInvariantRate);
}
// The work is the writer's thread's, hence the process's CPU time.
BENCHMARK(flush)
    ->Arg(0)
    ->Arg(1)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(5);

void flush_raw_inserts(benchmark::State& state) {
  const auto names = persons(kRows);
  for (auto _ : state) {
    state.PauseTiming();
    const test::TemporaryFolder folder;
    const Raw raw(folder.path() / "r.db");
    state.ResumeTiming();
    raw.run("BEGIN");
    for (const auto& name : names) {
      if (!raw.insert(name)) state.SkipWithError("not stored");
    }
    raw.run("COMMIT");
  }
  state.counters["rows/s"] =
      benchmark::Counter(kRows, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(flush_raw_inserts)->MeasureProcessCPUTime()->Unit(benchmark::kMillisecond)->Iterations(5);

/// The same beside a million rows of others: every tenth person of a million comes again.
void flush_into_a_million(benchmark::State& state) {
  constexpr std::size_t kOthers = 1'000'000;
  const auto names = persons(kOthers);
  const auto phone = iphone();
  const test::TemporaryFolder folder;
  auto ledger = Ledger::open(folder.path() / "l.db", unhurried());
  if (!ledger) return state.SkipWithError(ledger.error().what().c_str());
  Stride stride(kOthers);
  for (std::size_t i = 1; i <= kOthers; ++i) {
    (*ledger)->record(sighting(names[stride.next()], phone));
    if (i % kRows == 0 && !(*ledger)->flush()) state.SkipWithError("not stored");
  }
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < kRows; ++i) {
      (*ledger)->record(sighting(names[stride.next()], phone));
    }
    state.ResumeTiming();
    if (!(*ledger)->flush()) state.SkipWithError("not stored");
  }
  state.counters["rows/s"] =
      benchmark::Counter(kRows, benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(flush_into_a_million)
    ->MeasureProcessCPUTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(3);

// Durable commits: examinations, each answered after its own commit.

Examination examination() {
  return {.serial = "s",
          .product_type = "iPhone15,2",
          .build = "21C66",
          .verdict = ExaminationVerdict::suspicious,
          .examined_at = kNoon,
          .report_digest = "d",
          .owner = {}};
}

void commits_one_at_a_time(benchmark::State& state) {
  const test::TemporaryFolder folder;
  auto ledger = Ledger::open(folder.path() / "l.db", unhurried());
  if (!ledger) return state.SkipWithError(ledger.error().what().c_str());
  for (auto _ : state) {
    if (!(*ledger)->add(examination())) state.SkipWithError("not stored");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commits_one_at_a_time)->UseRealTime()->Unit(benchmark::kMicrosecond);

void commits_in_flight(benchmark::State& state) {
  const test::TemporaryFolder folder;
  auto ledger = Ledger::open(folder.path() / "l.db", unhurried());
  if (!ledger) return state.SkipWithError(ledger.error().what().c_str());
  const auto width = state.range(0);
  std::counting_semaphore<> room(width);
  std::atomic<std::int64_t> stored{0};
  const Examination one = examination();
  for (auto _ : state) {
    room.acquire();
    const auto taken = (*ledger)->add(one, [&](const Result<ExaminationId>& id) {
      if (id) ++stored;
      room.release();
    });
    if (!taken) state.SkipWithError("refused");
  }
  for (std::int64_t i = 0; i < width; ++i) room.acquire();
  if (stored != static_cast<std::int64_t>(state.iterations())) state.SkipWithError("not stored");
  state.SetItemsProcessed(state.iterations());
  state.counters["per_commit"] =
      static_cast<double>(stored) / static_cast<double>((*ledger)->metrics().commits);
}
BENCHMARK(commits_in_flight)
    ->Arg(16)
    ->Arg(256)
    ->Arg(2048)
    ->UseRealTime()
    ->Unit(benchmark::kMicrosecond);

/// So many rows a transaction.
void commits_raw(benchmark::State& state) {
  const test::TemporaryFolder folder;
  const Raw raw(folder.path() / "r.db");
  const std::string name = "person";
  std::int64_t n = 0;
  for (auto _ : state) {
    if (n % state.range(0) == 0) raw.run(n == 0 ? "BEGIN" : "COMMIT; BEGIN");
    ++n;
    if (!raw.insert(name)) state.SkipWithError("not stored");
  }
  raw.run("COMMIT");
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(commits_raw)->Arg(1)->Arg(256)->UseRealTime()->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
