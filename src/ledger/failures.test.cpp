// The disk, the system and other programs at their worst. What needs limits of a process or its
// death happens in a child, which answers through its exit status: 0 is good, else the line.

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <thread>

#include <fmt/format.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ledger/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::ledger;
using namespace interdict::ledger::testing;

namespace {

/// In a child: what does not hold ends it with the number of the line.
#define HOLDS(...)                                                          \
  do {                                                                      \
    if (!(__VA_ARGS__)) {                                                   \
      std::fprintf(stderr, "child: line %d: %s\n", __LINE__, #__VA_ARGS__); \
      ::_exit(1);                                                           \
    }                                                                       \
  } while (false)

template <class F>
pid_t child(F f) {
  std::fflush(nullptr);
  const pid_t pid = ::fork();
  if (pid == 0) {
    f();
    ::_exit(0);
  }
  return pid;
}

int status_of(pid_t pid) {
  int status = -1;
  ::waitpid(pid, &status, 0);
  return status;
}

/// Another program's hand on the database.
class Stranger {
 public:
  explicit Stranger(const std::filesystem::path& path) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error("no database");
  }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;
  ~Stranger() { sqlite3_close(db_); }
  void run(const char* sql) const {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
      throw std::runtime_error(sqlite3_errmsg(db_));
    }
  }

 private:
  sqlite3* db_ = nullptr;
};

std::uint64_t recorded_in(const Ledger& ledger) {
  std::uint64_t sum = 0;
  for (const auto& row : sightings(ledger)) sum += row.count;
  return sum;
}

}  // namespace

TEST_CASE("killed without warning, a ledger keeps what was flushed and opens clean") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  for (std::uint64_t round = 1; round <= 3; ++round) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const pid_t pid = child([&] {
      Settings settings = unhurried();
      auto ledger = Ledger::open(path, settings);
      HOLDS(ledger.has_value());
      const auto phone = iphone();
      for (int i = 0; i < 1000; ++i) (*ledger)->record(seen(fmt::format("p{}", i), phone));
      (*ledger)->first_time(fmt::format("round{}", round), "k", "r", "warn", kNoon);
      HOLDS((*ledger)->flush().has_value());
      HOLDS((*ledger)->add(examined("s", ExaminationVerdict::compromised, "anna")).has_value());
      HOLDS(::write(ready[1], "x", 1) == 1);
      // The rest is the window that a crash may lose; it is being written when the end comes.
      for (int i = 0;; ++i) {
        (*ledger)->record(seen(fmt::format("late{}", i % 50'000), phone));
        if (i % 20'000 == 19'999) HOLDS((*ledger)->flush().has_value());
      }
    });
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    std::this_thread::sleep_for(std::chrono::milliseconds(30 * round));
    ::kill(pid, SIGKILL);
    CHECK(WIFSIGNALED(status_of(pid)));
    ::close(ready[0]);
    ::close(ready[1]);

    const auto ledger = Ledger::open(path, unhurried());
    REQUIRE(ledger);
    CHECK((*ledger)->check()->empty());
    for (const auto& row : sightings(**ledger, {.person = "p17"})) CHECK(row.count == round);
    CHECK(sightings(**ledger, {.person = "p999"}).size() == 1);
    CHECK((*ledger)->marks().size() == round);
    CHECK_FALSE((*ledger)->first_time(fmt::format("round{}", round), "k", "r", "warn", kNoon));
  }
}

TEST_CASE("on a full disk decisions go on, changes say so, and all is stored once there is room") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  const pid_t pid = child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    Settings settings = unhurried();
    settings.flush_interval = std::chrono::milliseconds(20);
    auto opened = Ledger::open(path, settings);
    HOLDS(opened.has_value());
    Ledger& ledger = **opened;
    const auto phone = iphone();
    ledger.record(seen("before", phone));
    HOLDS(ledger.flush().has_value());
    HOLDS(ledger.set_owner("s0", "anna").has_value());

    // No file may grow beyond what the -wal has now.
    const auto size = std::filesystem::file_size(path.string() + "-wal");
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{size, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 2000; ++i) ledger.record(seen(fmt::format("p{}", i), phone));
    HOLDS(ledger.first_time("anna", "k", "r", "warn", kNoon));
    HOLDS(!ledger.first_time("anna", "k", "r", "warn", kNoon));
    const auto flushed = ledger.flush();
    HOLDS(!flushed.has_value());
    HOLDS(flushed.error().code() == Errc::io);
    const auto added = ledger.add(examined("s1", ExaminationVerdict::compromised, "ben"));
    HOLDS(!added.has_value());
    HOLDS(added.error().code() == Errc::io);
    HOLDS(ledger.compromised("ben", phone) == devices::Fit::no);  // memory says what the disk says
    for (int i = 0; i < 500 && ledger.metrics().failed_commits < 4; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    HOLDS(ledger.metrics().failed_commits >= 4);  // it tries again
    HOLDS(!ledger.metrics().last_error.empty());
    HOLDS(ledger.metrics().notices_waiting == 1);
    HOLDS(recorded_in(ledger) == 1);  // nothing half-written

    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 3000 && recorded_in(ledger) != 2001; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    HOLDS(recorded_in(ledger) == 2001);  // by itself, and nothing twice
    for (int i = 0; i < 3000 && ledger.metrics().notices_waiting != 0; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    HOLDS(ledger.metrics().notices_waiting == 0);
    HOLDS(ledger.metrics().last_error.empty());
    HOLDS(ledger.add(examined("s1", ExaminationVerdict::compromised, "ben")).has_value());
    HOLDS(ledger.check()->empty());
    HOLDS(ledger.close().has_value());
  });
  CHECK(status_of(pid) == 0);
  const auto ledger = Ledger::open(path, unhurried());
  REQUIRE(ledger);
  CHECK((*ledger)->check()->empty());
  CHECK(recorded_in(**ledger) == 2001);
}

TEST_CASE("what a full disk never took is an error of close, and the database stays whole") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  const pid_t pid = child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    auto ledger = Ledger::open(path, unhurried());
    HOLDS(ledger.has_value());
    const auto phone = iphone();
    (*ledger)->record(seen("before", phone));
    HOLDS((*ledger)->flush().has_value());
    const rlimit small{4096, 4096};
    ::setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 2000; ++i) (*ledger)->record(seen(fmt::format("p{}", i), phone));
    const auto closed = (*ledger)->close();
    HOLDS(!closed.has_value());
    HOLDS(closed.error().code() == Errc::io);
  });
  CHECK(status_of(pid) == 0);
  const auto ledger = Ledger::open(path, unhurried());
  REQUIRE(ledger);
  CHECK((*ledger)->check()->empty());
  CHECK(recorded_in(**ledger) == 1);
}

TEST_CASE("a folder that may not be written is a clear error, not a crash") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  ::chmod(folder.path().c_str(), 0555);
  const pid_t pid = child([&] {
    // Root may write everywhere: be nobody.
    if (::geteuid() == 0)
      HOLDS(::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0);
    const auto ledger = Ledger::open(path, unhurried());
    HOLDS(!ledger.has_value());
    HOLDS(ledger.error().code() == Errc::io);
    HOLDS(ledger.error().what().find("Permission denied") != std::string::npos);
  });
  CHECK(status_of(pid) == 0);
  ::chmod(folder.path().c_str(), 0755);
  const auto nowhere = Ledger::open(folder.path() / "no" / "folder" / "ledger.db", unhurried());
  REQUIRE_FALSE(nowhere);
  CHECK(nowhere.error().code() == Errc::not_found);
}

TEST_CASE(
    "a database that another program locks: changes say so, recording goes on and is stored") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  Settings settings = unhurried();
  settings.flush_interval = std::chrono::milliseconds(20);
  settings.busy_timeout = std::chrono::milliseconds(30);
  const auto opened = Ledger::open(path, settings);
  REQUIRE(opened);
  Ledger& ledger = **opened;
  const auto phone = iphone();
  {
    const Stranger stranger(path);
    stranger.run("BEGIN IMMEDIATE");
    ledger.record(seen("anna", phone));
    const auto added = ledger.add(examined("s", ExaminationVerdict::compromised, "anna"));
    REQUIRE_FALSE(added);
    CHECK(added.error().code() == Errc::io);
    CHECK(added.error().what() == "another program keeps the database locked");
    CHECK_FALSE(ledger.flush());
    CHECK(sightings(ledger).empty());  // reading does not wait
    stranger.run("ROLLBACK");
  }
  for (int i = 0; i < 1000 && recorded_in(ledger) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(recorded_in(ledger) == 1);
}

TEST_CASE("a second ledger on the same file is refused, in this process and in another") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  auto first = Ledger::open(path, unhurried());
  REQUIRE(first);
  const auto second = Ledger::open(path, unhurried());
  REQUIRE_FALSE(second);
  CHECK(second.error().code() == Errc::io);
  CHECK(second.error().what().ends_with("another program has this ledger open"));
  const pid_t pid = child([&] { HOLDS(!Ledger::open(path, unhurried()).has_value()); });
  CHECK(status_of(pid) == 0);
  first->reset();
  CHECK(Ledger::open(path, unhurried()));
}

TEST_CASE("a damaged file is told from a good one: at opening, by a change, or by check") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "ledger.db";
  {
    const auto ledger = Ledger::open(path, unhurried());
    REQUIRE(ledger);
    const auto phone = iphone();
    for (int i = 0; i < 3000; ++i) (*ledger)->record(seen(fmt::format("person-{}", i), phone));
    REQUIRE((*ledger)->close());
  }
  std::string good;
  {
    std::ifstream in(path, std::ios::binary);
    good.assign(std::istreambuf_iterator<char>(in), {});
  }
  REQUIRE(good.size() > 100'000);
  const auto write = [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
    std::filesystem::remove(path.string() + "-wal");
    std::filesystem::remove(path.string() + "-shm");
  };
  SUBCASE("not a database") {
    write(std::string(10'000, 'x'));
    const auto ledger = Ledger::open(path, unhurried());
    REQUIRE_FALSE(ledger);
    CHECK(ledger.error().code() == Errc::malformed);
    CHECK(ledger.error().what().ends_with("this is not a database"));
  }
  SUBCASE("cut off") {
    write(good.substr(0, 6000));
    const auto ledger = Ledger::open(path, unhurried());
    REQUIRE_FALSE(ledger);
    CHECK(ledger.error().code() == Errc::malformed);
  }
  SUBCASE("overwritten in the middle, anywhere: never a crash") {
    for (std::size_t page = 1; page * 4096 + 4096 <= good.size(); page += 7) {
      std::string bad = good;
      for (std::size_t i = 0; i < 4096; ++i) {
        bad[page * 4096 + i] = static_cast<char>(0xA5 ^ (i * 31));
      }
      write(bad);
      const auto ledger = Ledger::open(path, unhurried());
      if (!ledger) {
        CHECK(ledger.error().code() == Errc::malformed);
        continue;
      }
      const auto wrong = (*ledger)->check();
      CHECK((!wrong || !wrong->empty()));
      const auto phone = iphone();
      for (int i = 0; i < 3000; ++i) (*ledger)->record(seen(fmt::format("person-{}", i), phone));
      (void)(*ledger)->flush();  // may fail; must not crash
    }
  }
}
