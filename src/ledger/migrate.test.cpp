#include "ledger/migrate.hpp"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <fstream>
#include <vector>

#include <sys/stat.h>

#include "embedded_ledger.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::ledger;

namespace {

constexpr UtcTime kNow{1'700'000'000'000'000};
constexpr Embedded kFirst{"0001_one.sql", "CREATE TABLE one (a INTEGER) STRICT;"};
constexpr Embedded kSecond{"0002_two.sql",
                           "CREATE TABLE two (b INTEGER) STRICT; INSERT INTO one VALUES (1);"};

std::int64_t number(Database& db, const char* sql) {
  auto rows = db.rows(sql);
  REQUIRE(rows);
  REQUIRE(*rows->next());
  return rows->integer(0);
}

}  // namespace

TEST_CASE("migrations are applied once, in their order, and recorded with their digest") {
  const test::TemporaryFolder folder;
  const std::vector<Embedded> all{kFirst, kSecond};
  for (const std::size_t known : {1U, 1U, 2U, 2U}) {
    auto db = Database::open_writer(folder.path() / "l.db", 100);
    REQUIRE(db);
    REQUIRE(migrate(*db, std::span(all).first(known), kNow));
    CHECK(number(*db, "SELECT count(*) FROM schema_migrations") ==
          static_cast<std::int64_t>(known));
  }
  auto db = Database::open_writer(folder.path() / "l.db", 100);
  REQUIRE(db);
  CHECK(number(*db, "SELECT count(*) FROM one") == 1);
  auto rows = db->rows("SELECT digest FROM schema_migrations WHERE number = 2");
  REQUIRE(*rows->next());
  CHECK(rows->text(0) == migration_digest(kSecond.text));
}

TEST_CASE("a database of a newer program is refused, a changed migration is noticed") {
  const test::TemporaryFolder folder;
  auto db = Database::open_writer(folder.path() / "l.db", 100);
  REQUIRE(db);
  const std::vector<Embedded> all{kFirst, kSecond};
  REQUIRE(migrate(*db, all, kNow));
  const auto newer = migrate(*db, std::span(all).first(1), kNow);
  REQUIRE_FALSE(newer);
  CHECK(newer.error().code() == Errc::unsupported);
  CHECK(newer.error().what() ==
        "the database was made by a newer Interdict: its schema is number 2 (0002_two.sql), this "
        "program knows 1");
  const std::vector<Embedded> edited{kFirst, {"0002_two.sql", "CREATE TABLE two (c TEXT) STRICT;"}};
  const auto changed = migrate(*db, edited, kNow);
  REQUIRE_FALSE(changed);
  CHECK(changed.error().code() == Errc::malformed);
  CHECK(changed.error().what().starts_with("migration 2 was changed after it had been applied"));
  REQUIRE(db->script("DELETE FROM schema_migrations WHERE number = 1"));
  const auto gap = migrate(*db, all, kNow);
  REQUIRE_FALSE(gap);
  CHECK(gap.error().what() == "migration 1 is missing in the database");
}

TEST_CASE("a migration that fails half way leaves nothing behind") {
  const test::TemporaryFolder folder;
  auto db = Database::open_writer(folder.path() / "l.db", 100);
  REQUIRE(db);
  const std::vector<Embedded> all{
      kFirst, {"0002_bad.sql", "CREATE TABLE two (b INTEGER) STRICT; CREATE TABLE one (x);"}};
  const auto status = migrate(*db, all, kNow);
  REQUIRE_FALSE(status);
  CHECK(status.error().what().starts_with("migration 0002_bad.sql: "));
  CHECK(number(*db, "SELECT count(*) FROM sqlite_schema WHERE name = 'two'") == 0);
  CHECK(number(*db, "SELECT count(*) FROM schema_migrations") == 1);
  const std::vector<Embedded> good{kFirst, kSecond};
  CHECK(migrate(*db, good, kNow));
}

TEST_CASE("migrations that are not numbered one by one are refused before anything happens") {
  const test::TemporaryFolder folder;
  auto db = Database::open_writer(folder.path() / "l.db", 100);
  REQUIRE(db);
  const std::vector<Embedded> all{kFirst, {"0003_three.sql", "CREATE TABLE t (a);"}};
  CHECK_FALSE(migrate(*db, all, kNow));
  CHECK(number(*db, "SELECT count(*) FROM sqlite_schema") == 0);
}

TEST_CASE("the program's own migrations make only strict tables, and keep their digests") {
  const test::TemporaryFolder folder;
  auto db = Database::open_writer(folder.path() / "l.db", 100);
  REQUIRE(db);
  REQUIRE(migrate(*db, embedded(), kNow));
  CHECK(number(*db,
               "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
               "AND NOT strict AND name NOT LIKE 'sqlite%'") == 0);
  CHECK(number(*db, "SELECT count(*) FROM pragma_table_list WHERE strict") >= 10);
  CHECK(number(*db, "PRAGMA synchronous") == 2);
  CHECK(number(*db, "PRAGMA foreign_keys") == 1);
  CHECK(number(*db, "PRAGMA secure_delete") == 1);
}

TEST_CASE("another program's database is left exactly as it is") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "other.db";
  {
    sqlite3* raw = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
    sqlite3_exec(raw, "CREATE TABLE theirs (a)", nullptr, nullptr, nullptr);
    sqlite3_close(raw);
  }
  const auto content = [&] {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  const std::string before = content();
  const auto db = Database::open_writer(path, 100);
  REQUIRE_FALSE(db);
  CHECK(db.error().code() == Errc::malformed);
  CHECK(db.error().what().ends_with("this database is not a ledger of Interdict"));
  CHECK(content() == before);
}

TEST_CASE("a new database can be read by its owner alone") {
  const test::TemporaryFolder folder;
  auto db = Database::open_writer(folder.path() / "l.db", 100);
  REQUIRE(db);
  REQUIRE(migrate(*db, embedded(), kNow));
  for (const char* name : {"l.db", "l.db-wal", "l.db-shm"}) {
    struct stat st{};
    REQUIRE(::stat((folder.path() / name).c_str(), &st) == 0);
    CHECK((st.st_mode & 0777) == 0600);
  }
}
