#include "ledger/writer.hpp"

#include <doctest/doctest.h>

#include <latch>
#include <semaphore>

#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::ledger;

namespace {

/// A database with one table, t(a).
Database numbers_table(const test::TemporaryFolder& folder) {
  auto db = Database::open_writer(folder.path() / "t.db", 100);
  if (!db || !db->script("CREATE TABLE t (a INTEGER UNIQUE) STRICT")) {
    throw std::runtime_error("no database");
  }
  return *std::move(db);
}

Result<std::int64_t> insert(Database& db, std::int64_t value) {
  return db.run("INSERT INTO t VALUES (?1)", value);
}

std::int64_t stored(const test::TemporaryFolder& folder) {
  auto db = Database::open_reader(folder.path() / "t.db", 100);
  auto rows = db->rows("SELECT count(*) FROM t");
  if (!rows || !rows->next()) return -1;
  return rows->integer(0);
}

/// Rows that fail to be written as often as told.
class Stubborn final : public Backlog {
 public:
  explicit Stubborn(int failures) : failures_(failures) {}
  bool has_rows() override { return has_; }
  bool gather(bool) override { return has_ = std::exchange(waiting_, false); }
  Status write(Database& db) override {
    TRY(insert(db, 1));
    ++tries;
    if (tries <= failures_) return Error{Errc::io, "not today"};
    return ok();
  }
  void committed() override { has_ = false; }
  void failed() override {}
  std::atomic<int> tries{0};

 private:
  int failures_;
  bool has_ = false, waiting_ = true;
};

class CountingFollower final : public Follower {
 public:
  Status before_commit(Database&) override {
    ++before;
    if (fail) return Error{Errc::malformed, "unreadable"};
    return ok();
  }
  void after_commit() override { ++after; }
  std::atomic<int> before{0}, after{0};
  bool fail = false;
};

}  // namespace

TEST_CASE("jobs that wait while another commits share one transaction") {
  // Bounded by count, then by time, which at nothing leaves one job a transaction.
  Writer::Settings settings;
  std::uint64_t commits = 1 + 3;
  SUBCASE("256 at most") { settings.batch_time = std::chrono::hours(1); }
  SUBCASE("no time") {
    settings.batch_time = std::chrono::milliseconds(0);
    commits = 1 + 600;
  }
  const test::TemporaryFolder folder;
  Writer writer(numbers_table(folder), settings, {}, nullptr);
  std::binary_semaphore entered(0), release(0);
  // The first keeps the writer busy until all others wait.
  REQUIRE(writer.post(
      [&](Database& db) {
        entered.release();
        release.acquire();
        return insert(db, 0);
      },
      [](const Result<std::int64_t>&) {}));
  entered.acquire();
  constexpr int kMany = 600;
  std::latch all(kMany);
  for (int i = 1; i <= kMany; ++i) {
    REQUIRE(writer.post([i](Database& db) { return insert(db, i); },
                        [&](const Result<std::int64_t>& r) {
                          if (r) all.count_down();
                        }));
  }
  release.release();
  all.wait();
  CHECK(stored(folder) == kMany + 1);
  const auto counts = writer.counts();
  CHECK(counts.jobs == kMany + 1);
  CHECK(counts.commits == commits);
}

TEST_CASE("a job that fails takes nothing with it, and gets its own error") {
  const test::TemporaryFolder folder;
  Writer writer(numbers_table(folder), {}, {}, nullptr);
  std::binary_semaphore entered(0), release(0);
  REQUIRE(writer.post(
      [&](Database& db) {
        entered.release();
        release.acquire();
        return insert(db, 1);
      },
      [](const Result<std::int64_t>&) {}));
  entered.acquire();
  std::latch all(3);
  std::vector<std::string> answers(3);
  const std::int64_t values[] = {2, 1, 3};
  for (std::size_t i = 0; i < 3; ++i) {
    REQUIRE(writer.post(
        [value = values[i]](Database& db) -> Result<std::int64_t> {
          TRY(insert(db, 100 + value));  // rolled back with the rest of the job
          return insert(db, value);
        },
        [&, i](const Result<std::int64_t>& r) {
          answers[i] = r ? "stored" : r.error().what();
          all.count_down();
        }));
  }
  release.release();
  all.wait();
  CHECK(answers[0] == "stored");
  CHECK(answers[1] == "UNIQUE constraint failed: t.a");
  CHECK(answers[2] == "stored");
  CHECK(stored(folder) == 5);
}

TEST_CASE("a job waits for its own commit, and reads its own answer") {
  const test::TemporaryFolder folder;
  Writer writer(numbers_table(folder), {}, {}, nullptr);
  const auto answer = writer.call([](Database& db) -> Result<std::string> {
    TRY(insert(db, 7));
    return std::string("seven");
  });
  REQUIRE(answer);
  CHECK(*answer == "seven");
  CHECK(stored(folder) == 1);
}

TEST_CASE("the queue is bounded: posting is refused, nothing blocks") {
  const test::TemporaryFolder folder;
  Writer::Settings settings;
  settings.queue = 10;
  Writer writer(numbers_table(folder), settings, {}, nullptr);
  std::binary_semaphore entered(0), release(0);
  REQUIRE(writer.post(
      [&](Database& db) {
        entered.release();
        release.acquire();
        return insert(db, 0);
      },
      [](const Result<std::int64_t>&) {}));
  entered.acquire();
  int taken = 0;
  for (int i = 1; i <= 50; ++i) {
    const auto status =
        writer.post([i](Database& db) { return insert(db, i); }, [](const auto&) {});
    if (status) {
      ++taken;
    } else {
      CHECK(status.error().code() == Errc::limit);
    }
  }
  CHECK(taken == 10);
  release.release();
  REQUIRE(writer.stop());
  CHECK(stored(folder) == 11);  // stopping finishes the queue
  CHECK(writer.call([](Database& db) { return insert(db, 99); }).error().code() ==
        Errc::interrupted);
}

TEST_CASE("a backlog that cannot be stored is tried again after a pause, and stored once") {
  const test::TemporaryFolder folder;
  Stubborn backlog(3);
  Writer::Settings settings;
  settings.tick = std::chrono::milliseconds(5);
  settings.first_pause = std::chrono::milliseconds(1);
  Writer writer(numbers_table(folder), settings, {&backlog}, nullptr);
  for (int i = 0; i < 2000 && stored(folder) == 0; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(backlog.tries == 4);
  CHECK(stored(folder) == 1);
  CHECK(writer.counts().failures == 3);
  CHECK(writer.counts().last_error.empty());
}

TEST_CASE("a drain tries at once and says what went wrong") {
  const test::TemporaryFolder folder;
  Stubborn backlog(1);
  Writer::Settings settings;
  settings.tick = std::chrono::hours(1);
  Writer writer(numbers_table(folder), settings, {&backlog}, nullptr);
  const auto first = writer.drain();
  REQUIRE_FALSE(first);
  CHECK(first.error().what() == "not today");
  CHECK(writer.counts().last_error == "not today");
  CHECK(stored(folder) == 0);
  CHECK(writer.drain());
  CHECK(stored(folder) == 1);
}

TEST_CASE("what follows from rows comes with their commit, or the rows do not come") {
  const test::TemporaryFolder folder;
  CountingFollower marks;
  Writer writer(numbers_table(folder), {}, {}, &marks);
  REQUIRE(writer.call([](Database& db) { return insert(db, 1); }));
  CHECK(marks.before == 0);
  REQUIRE(writer.call([](Database& db) { return insert(db, 2); }, {.changes_marks = true}));
  CHECK(marks.before == 1);
  CHECK(marks.after == 1);
  marks.fail = true;
  const auto failed =
      writer.call([](Database& db) { return insert(db, 3); }, {.changes_marks = true});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what() == "unreadable");
  CHECK(marks.after == 1);
  CHECK(stored(folder) == 2);
}
