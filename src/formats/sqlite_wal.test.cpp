#include "formats/sqlite_wal.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include <fmt/format.h>

#include "formats/sqlite.hpp"
#include "support/phone.hpp"

using namespace interdict;

namespace {

constexpr std::size_t kFrame = 24 + 4096;

const std::string kTable = "CREATE TABLE t(x, y); INSERT INTO t VALUES (1, 'checkpointed')";

std::string inserts(int from, int to) {
  std::string sql;
  for (int i = from; i <= to; ++i) {
    sql += fmt::format("INSERT INTO t VALUES({}, hex(zeroblob(1000)));", i);
  }
  return sql;
}

/// Rows 1 to 5 of which only the first is in the database.
test::WalDatabase phone_database() { return test::wal_database_from_sql(kTable, inserts(2, 5)); }

Bytes bytes(std::string_view text) {
  const auto view = bytes_of(text);
  return {view.begin(), view.end()};
}

struct Read {
  std::string rows;    // "1 2 3"
  std::string damage;  // empty: none
};
Read read(const test::WalDatabase& files) {
  const auto db =
      sqlite::Database::open_evidence({std::make_shared<MemoryBytes>(bytes(files.database)),
                                       std::make_shared<MemoryBytes>(bytes(files.wal))});
  REQUIRE(db);
  auto rows = db->prepare("SELECT x FROM t");
  REQUIRE(rows);
  Read out;
  for (auto more = rows->step(); more && *more; more = rows->step()) {
    out.rows += (out.rows.empty() ? "" : " ") + std::to_string(rows->integer(0));
  }
  if (db->damage()) out.damage = db->damage()->what();
  return out;
}

}  // namespace

TEST_CASE("a whole -wal is not damaged") {
  const auto whole = read(phone_database());
  CHECK(whole.rows == "1 2 3 4 5");
  CHECK(whole.damage.empty());
  MemoryBytes nothing{Bytes{}};
  CHECK_FALSE(sqlite::wal_damage(nothing));
}

TEST_CASE("a torn -wal gives the transactions that are whole and says that others may be missing") {
  const auto files = phone_database();
  std::string before = "1";
  for (std::size_t n = 1; n < files.wal.size(); n += 97) {
    const auto torn = read({files.database, files.wal.substr(0, n)});
    CHECK(torn.rows.starts_with(before));
    before = torn.rows;
    const bool between_frames = n >= 32 && (n - 32) % kFrame == 0;
    CHECK(torn.damage.empty() == between_frames);
  }
  CHECK(read({files.database, files.wal.substr(0, 20)}).damage ==
        "its -wal is damaged (it ends within its header): changes may be missing");
  CHECK(read({files.database, files.wal.substr(0, 32 + kFrame + 1000)}).damage ==
        "its -wal is damaged (it ends within frame 2): changes may be missing");
}

TEST_CASE("a -wal of noise does not hide the database") {
  const auto files = phone_database();
  for (const auto& noise : {std::string(5000, '\xa5'), std::string(31, '\0'), files.database}) {
    const auto noisy = read({files.database, noise});
    CHECK(noisy.rows == "1");
    CHECK_FALSE(noisy.damage.empty());
  }
}

TEST_CASE("whatever byte of a transaction changes, the loss is told") {
  const auto files = phone_database();
  CHECK(rc::check([&] {
    auto wal = files.wal;
    const auto where = *rc::gen::inRange<std::size_t>(0, wal.size());
    wal[where] = static_cast<char>(wal[where] ^ *rc::gen::inRange(1, 256));
    const auto damaged = read({files.database, wal});
    RC_ASSERT(std::string("1 2 3 4 5").starts_with(damaged.rows));
    // Its last frame without its commit mark or its salts is one that was never committed.
    const bool in_last_frame = where >= wal.size() - kFrame;
    const auto in_frame = (where - 32) % kFrame;
    if (where >= 32 && in_last_frame && in_frame >= 4 && in_frame < 16) return;
    RC_ASSERT(!damaged.damage.empty());
  }));
}

TEST_CASE("what a healthy phone leaves behind in a -wal is no damage") {
  SUBCASE("frames of before the last checkpoint") {
    const auto files = test::wal_database_from_sql(
        kTable, inserts(2, 9) + "PRAGMA wal_checkpoint(RESTART);" + inserts(10, 10));
    REQUIRE(files.wal.size() > 32 + 6 * kFrame);
    CHECK(read(files).rows == "1 2 3 4 5 6 7 8 9 10");
    CHECK(read(files).damage.empty());
    // Its length then says nothing, either.
    CHECK(read({files.database, files.wal.substr(0, files.wal.size() - 100)}).damage.empty());
  }
  SUBCASE("a transaction that was rolled back, under newer frames") {
    const auto files = test::wal_database_from_sql(
        kTable, "PRAGMA cache_size=5; BEGIN;" + inserts(2, 60) + "ROLLBACK;" + inserts(61, 61));
    REQUIRE(files.wal.size() > 32 + 10 * kFrame);
    CHECK(read(files).rows == "1 61");
    CHECK(read(files).damage.empty());
  }
}
