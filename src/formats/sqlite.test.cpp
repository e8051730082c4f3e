#include "formats/sqlite.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using sqlite::Database;
using sqlite::Statement;
using sqlite::Type;

namespace {

// Databases are made with SQLite's own C API; only reading goes through the code under test.

void execute(sqlite3* db, const std::string& sql) {
  char* message = nullptr;
  const int rc = sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &message);
  const std::string why = message == nullptr ? "" : message;
  sqlite3_free(message);
  REQUIRE_MESSAGE(rc == SQLITE_OK, why);
}

Bytes database_from(const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(":memory:", &db) == SQLITE_OK);
  execute(db, sql);
  sqlite3_int64 size = 0;
  unsigned char* raw = sqlite3_serialize(db, "main", &size, 0);
  const auto view = std::as_bytes(std::span(raw, static_cast<std::size_t>(size)));
  Bytes bytes(view.begin(), view.end());
  sqlite3_free(raw);
  sqlite3_close(db);
  return bytes;
}

std::shared_ptr<RandomAccess> memory(Bytes bytes) {
  return std::make_shared<MemoryBytes>(std::move(bytes));
}

Result<Database> opened(Bytes database, std::optional<Bytes> wal = {}) {
  return Database::open_evidence(
      {memory(std::move(database)), wal ? memory(*std::move(wal)) : nullptr});
}

/// The first column of every row, joined; an error ends it as " !code".
std::string rows_of(const Database& db, std::string_view sql) {
  auto statement = db.prepare(sql);
  if (!statement) return fmt::format("!{}", static_cast<int>(statement.error().code()));
  std::string all;
  for (;;) {
    const auto row = statement->step();
    if (!row) return all + fmt::format("!{}", static_cast<int>(row.error().code()));
    if (!*row) return all;
    all += statement->type(0) == Type::integer ? std::to_string(statement->integer(0))
                                               : std::string(statement->text(0));
    all += ' ';
  }
}

std::string numbers(int from, int to) {
  std::string all;
  for (int i = from; i <= to; ++i) all += std::to_string(i) + ' ';
  return all;
}

/// A database with a -wal as a phone leaves it: rows 1..5 in the database, 6..10 in the -wal only.
struct InWalMode {
  Bytes database, wal;
};
InWalMode in_wal_mode(const std::string& salt = "") {
  const test::TemporaryFolder folder;
  const auto path = (folder.path() / "phone.db").string();
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  execute(db, "PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE t(x, y)");
  for (int i = 1; i <= 10; ++i) {
    execute(db, fmt::format("INSERT INTO t VALUES({}, '{}' || hex(zeroblob(1000)))", i, salt));
    if (i == 5) execute(db, "PRAGMA wal_checkpoint(TRUNCATE)");
  }
  InWalMode files{*read_file(path, 1 << 20), *read_file(path + "-wal", 1 << 20)};
  sqlite3_close(db);
  return files;
}

Error error_of(Result<Database> db) {
  REQUIRE_FALSE(db);
  return std::move(db).error();
}

class FailsAt final : public RandomAccess {
 public:
  FailsAt(Bytes bytes, std::uint64_t from) : bytes_(std::move(bytes)), from_(from) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (offset + into.size() > from_) return Error{Errc::locked, "the key is gone"};
    return bytes_.read_at(offset, into);
  }

 private:
  MemoryBytes bytes_;
  std::uint64_t from_;
};

const std::string kManyRows =
    "CREATE TABLE t(x INTEGER PRIMARY KEY, y);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
    "INSERT INTO t SELECT i, printf('%100d', i) FROM n;";

}  // namespace

TEST_CASE("a row's values keep their types and bytes") {
  const auto db = opened(database_from(
      "CREATE TABLE t(i, r, s, b, n, long INTEGER);"
      "INSERT INTO t VALUES(-9223372036854775808, 1.5, 'caf\xC3\xA9', x'00ff', NULL, 42)"));
  REQUIRE(db);
  CHECK_FALSE(db->damage());
  auto row = db->prepare("SELECT i, r, s, b, n, long AS answer FROM t");
  REQUIRE(row);
  CHECK(row->columns() == 6);
  CHECK(row->name(5) == "answer");
  REQUIRE(*row->step());
  CHECK(row->type(0) == Type::integer);
  CHECK(row->integer(0) == INT64_MIN);
  CHECK(row->type(1) == Type::real);
  CHECK(row->real(1) == 1.5);
  CHECK(row->type(2) == Type::text);
  CHECK(row->text(2) == "caf\xC3\xA9");
  CHECK(row->type(3) == Type::blob);
  CHECK(hex(row->blob(3)) == "00ff");
  CHECK(row->null(4));
  CHECK(row->text(4).empty());
  CHECK(row->integer(4) == 0);
  CHECK(row->text(5).empty());  // a number has no stored text
  CHECK_FALSE(*row->step());
}

TEST_CASE("ill-formed UTF-8, NUL characters and empty values come as they are stored") {
  const auto db = opened(database_from(
      "CREATE TABLE t(x); INSERT INTO t VALUES(CAST(x'61ff62' AS TEXT)), (CAST(x'610062' AS TEXT)),"
      "(''), (x'')"));
  REQUIRE(db);
  auto row = db->prepare("SELECT x FROM t");
  REQUIRE(row);
  for (const std::string_view expected : {"61ff62", "610062", "", ""}) {
    REQUIRE(*row->step());
    CHECK(hex(bytes_of(row->text(0))) == expected);
  }
  CHECK(row->type(0) == Type::blob);
}

TEST_CASE("the text of a UTF-16 database arrives as UTF-8") {
  for (const char* encoding : {"UTF-16le", "UTF-16be"}) {
    const auto db = opened(database_from(
        fmt::format("PRAGMA encoding='{}'; CREATE TABLE t(x); INSERT INTO t VALUES('na\xC3\xAFve')",
                    encoding)));
    REQUIRE(db);
    CHECK(rows_of(*db, "SELECT x FROM t") == "na\xC3\xAFve ");
  }
}

TEST_CASE("parameters are values, and a statement can be run again") {
  const auto db = opened(database_from(kManyRows));
  REQUIRE(db);
  auto statement = db->prepare("SELECT x FROM t WHERE x = ?1 AND ?2 = ''");
  REQUIRE(statement);
  for (const std::int64_t x : {7, 1999}) {
    statement->reset();
    REQUIRE(statement->bind(1, x));
    REQUIRE(statement->bind(2, std::string_view{}));
    REQUIRE(*statement->step());
    CHECK(statement->integer(0) == x);
  }
  const auto missing = statement->bind(9, std::int64_t{1});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code() == Errc::usage);
}

TEST_CASE("tables and columns are found by name, whatever its case; views are no tables") {
  const auto db = opened(
      database_from("CREATE TABLE Message(ROWID INTEGER PRIMARY KEY, text, \"odd \"\" name\");"
                    "CREATE VIEW seen AS SELECT text FROM Message; CREATE VIRTUAL TABLE found "
                    "USING fts5(words)"));
  REQUIRE(db);
  CHECK(*db->has_table("message"));
  CHECK_FALSE(*db->has_table("seen"));
  CHECK_FALSE(*db->has_table("found"));
  CHECK_FALSE(*db->has_table("Message' OR 1 --"));
  const auto columns = db->columns("MESSAGE");
  REQUIRE(columns);
  CHECK(*columns == std::vector<std::string>{"ROWID", "text", "odd \" name"});
  CHECK(db->columns("seen")->empty());
  CHECK(db->columns("absent")->empty());
}

TEST_CASE("rows that lie only in the -wal are seen, and no byte changes") {
  const auto files = in_wal_mode();
  const auto database = std::make_shared<MemoryBytes>(files.database);
  const auto wal = std::make_shared<MemoryBytes>(files.wal);
  {
    const auto db = Database::open_evidence({database, wal});
    REQUIRE(db);
    CHECK(rows_of(*db, "SELECT x FROM t") == numbers(1, 10));
  }
  CHECK(*read_all(*database, 1 << 20) == files.database);
  CHECK(*read_all(*wal, 1 << 20) == files.wal);
}

TEST_CASE("a database in WAL mode opens without its -wal") {
  const auto files = in_wal_mode();
  REQUIRE(files.database[18] == std::byte{2});
  const auto alone = opened(files.database);
  REQUIRE(alone);
  CHECK(rows_of(*alone, "SELECT x FROM t") == numbers(1, 5));
  const auto empty = opened(files.database, Bytes{});
  REQUIRE(empty);
  CHECK(rows_of(*empty, "SELECT x FROM t") == numbers(1, 5));
}

TEST_CASE(
    "a database that is a file is opened with the -wal beside it, and its folder left alone") {
  const auto files = in_wal_mode();
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "phone.db";
  const auto write = [](const std::filesystem::path& to, const Bytes& bytes) {
    std::ofstream(to, std::ios::binary) << text_of(bytes);
  };
  write(path, files.database);
  write(path.string() + "-wal", files.wal);
  write(path.string() + "-journal", Bytes(1000, std::byte{1}));
  {
    const auto db = Database::open_evidence(path.string());
    REQUIRE(db);
    CHECK(rows_of(*db, "SELECT x FROM t ORDER BY y, x DESC") == "10 9 8 7 6 5 4 3 2 1 ");
  }
  CHECK(*read_file(path, 1 << 20) == files.database);
  CHECK(*read_file(path.string() + "-wal", 1 << 20) == files.wal);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 3);
  CHECK(error_of(Database::open_evidence((folder.path() / "absent").string())).code() ==
        Errc::not_found);
}

TEST_CASE("what is no database, or empty, is refused in words") {
  const auto noise = error_of(opened(Bytes(4096, std::byte{7})));
  CHECK(noise.code() == Errc::malformed);
  CHECK(noise.what() == "no SQLite database: file is not a database");
  CHECK(error_of(opened(Bytes(50, std::byte{7}))).code() == Errc::malformed);
  CHECK(error_of(opened({})).code() == Errc::truncated);
}

TEST_CASE("a database that lost its end says so and gives the rows that are left") {
  auto bytes = database_from(kManyRows);
  const auto whole = bytes.size();
  bytes.resize(whole / 2);
  const auto db = opened(bytes);
  REQUIRE(db);
  REQUIRE(db->damage());
  CHECK(db->damage()->what() == "the database is damaged: database disk image is malformed");
  const auto rows = rows_of(*db, "SELECT x FROM t");
  CHECK(rows.starts_with(numbers(1, 900)));
  CHECK(rows.ends_with(fmt::format("!{}", static_cast<int>(Errc::malformed))));
}

TEST_CASE("a damaged page ends a scan but not the rows before it, nor those read from behind it") {
  auto bytes = database_from(kManyRows);
  const auto middle = static_cast<std::ptrdiff_t>(bytes.size() / 2 / 4096 * 4096);
  std::fill_n(bytes.begin() + middle, 4096, std::byte{0xEE});
  const auto db = opened(bytes);
  REQUIRE(db);
  const auto rows = rows_of(*db, "SELECT x FROM t");
  CHECK(rows.starts_with(numbers(1, 900)));
  CHECK(rows.ends_with(fmt::format("!{}", static_cast<int>(Errc::malformed))));
  CHECK(rows_of(*db, "SELECT x FROM t WHERE x >= 1200") == numbers(1200, 2000));
}

TEST_CASE("one schema row that SQLite cannot accept does not hide the other tables") {
  const auto db = opened(database_from(
      "CREATE TABLE before(x); INSERT INTO before VALUES(1); CREATE TABLE odd(x);"
      "CREATE TABLE behind(x); INSERT INTO behind VALUES(3); PRAGMA writable_schema=ON;"
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE odd(((' WHERE name = 'odd'"));
  REQUIRE(db);
  REQUIRE(db->damage());
  CHECK(db->damage()->what().find("malformed database schema (odd)") != std::string::npos);
  CHECK(rows_of(*db, "SELECT x FROM before") == "1 ");
  CHECK(rows_of(*db, "SELECT x FROM behind") == "3 ");
  CHECK(rows_of(*db, "SELECT x FROM odd") == fmt::format("!{}", static_cast<int>(Errc::not_found)));
}

TEST_CASE("a source that fails is reported in its own words") {
  const auto bytes = database_from(kManyRows);
  const auto half = std::make_shared<FailsAt>(bytes, bytes.size() / 2);
  const auto db = Database::open_evidence({half, nullptr});
  REQUIRE(db);
  CHECK(rows_of(*db, "SELECT x FROM t")
            .ends_with(fmt::format("!{}", static_cast<int>(Errc::locked))));
  const auto error =
      error_of(Database::open_evidence({std::make_shared<FailsAt>(bytes, 0), nullptr}));
  CHECK(error.code() == Errc::locked);
  CHECK(error.what() == "the key is gone");
}

TEST_CASE("nothing in a schema is run: views, triggers, virtual tables, hostile columns") {
  const auto db = opened(database_from(
      "CREATE TABLE t(x, y AS (x + 1)); INSERT INTO t VALUES(1);"
      "CREATE VIEW v AS SELECT writefile('/tmp/interdict-was-here', x) FROM t;"
      "CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM t; END;"
      "CREATE VIRTUAL TABLE f USING fts5(words);"
      "CREATE TABLE p(x); CREATE INDEX e ON p(abs(x)) WHERE x > 0; INSERT INTO p VALUES(5)"));
  REQUIRE(db);
  CHECK(rows_of(*db, "SELECT x FROM t") == "1 ");
  CHECK(rows_of(*db, "SELECT x FROM p") == "5 ");
  CHECK(*db->columns("t") == std::vector<std::string>{"x"});
  for (const std::string sql : {"SELECT * FROM v", "SELECT words FROM f"}) {
    CAPTURE(sql);
    CHECK_FALSE(db->prepare(sql));
  }
  CHECK_FALSE(std::filesystem::exists("/tmp/interdict-was-here"));
  const auto generated = opened(database_from(
      "CREATE TABLE h(x, y AS (x)); INSERT INTO h VALUES(1); PRAGMA writable_schema=ON;"
      "UPDATE sqlite_schema SET sql = 'CREATE TABLE h(x, y AS (load_extension(''evil'')))'"));
  REQUIRE(generated);
  REQUIRE(generated->damage());
  CHECK(generated->damage()->what().find("malformed database schema (h)") != std::string::npos);
  CHECK(rows_of(*generated, "SELECT x FROM h") == "1 ");
  CHECK(rows_of(*generated, "SELECT y FROM h") == " ");  // the column is there, nothing computes it
}

TEST_CASE("only a SELECT is prepared, and no other file is reached") {
  const auto db = opened(database_from(kManyRows));
  REQUIRE(db);
  for (const std::string sql :
       {"", "-- nothing", "DELETE FROM t", "INSERT INTO t VALUES(0, 0)", "CREATE TABLE u(x)",
        "VACUUM", "BEGIN", "PRAGMA journal_mode=DELETE", "SELECT \"misspelt\" FROM t",
        "SELECT x FROM"}) {
    CAPTURE(sql);
    CHECK_FALSE(db->prepare(sql));
  }
  CHECK_FALSE(db->prepare("ATTACH 'file:/etc/passwd?vfs=unix' AS other"));
  CHECK(rows_of(*db, "SELECT load_extension('evil')").starts_with("!"));
  const auto absent = db->prepare("SELECT x FROM absent");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code() == Errc::not_found);
  CHECK(absent.error().what() == "no such table: absent");
}

TEST_CASE("a value beyond the limit is refused and its row's other columns are read") {
  const auto db = opened(database_from(
      "CREATE TABLE t(x, y); INSERT INTO t VALUES(1, zeroblob(65 << 20)), (2, 'small')"));
  REQUIRE(db);
  CHECK(rows_of(*db, "SELECT x FROM t") == "1 2 ");
  auto statement = db->prepare("SELECT y FROM t");
  REQUIRE(statement);
  const auto row = statement->step();
  REQUIRE_FALSE(row);
  CHECK(row.error().code() == Errc::limit);
}

TEST_CASE("memory does not grow with rows") {
  std::string sql = kManyRows + "CREATE TABLE big(x, y);";
  sql += "INSERT INTO big SELECT a.x, b.y FROM t a, t b WHERE b.x <= 100;";
  const auto bytes = database_from(sql);
  REQUIRE(bytes.size() > 20'000'000);
  const auto db = opened(bytes);
  REQUIRE(db);
  auto statement = db->prepare("SELECT x, y FROM big");
  REQUIRE(statement);
  const auto before = sqlite3_memory_used();
  sqlite3_memory_highwater(1);
  std::int64_t rows = 0;
  while (*statement->step()) ++rows;
  CHECK(rows == 200'000);
  CHECK(sqlite3_memory_highwater(0) - before < 10'000'000);
}

TEST_CASE("a statement may outlive its database, and two databases do not meet") {
  std::optional<Statement> statement;
  const auto files = in_wal_mode("other");
  {
    const auto db = opened(files.database, files.wal);
    REQUIRE(db);
    auto prepared = db->prepare("SELECT count(*) FROM t");
    REQUIRE(prepared);
    statement = *std::move(prepared);
  }
  const auto other = opened(database_from(kManyRows));
  REQUIRE(other);
  REQUIRE(*statement->step());
  CHECK(statement->integer(0) == 10);
  CHECK(rows_of(*other, "SELECT count(*) FROM t") == "2000 ");
}

TEST_CASE("a database with any bytes changed never reads past its buffer") {
  const auto files = in_wal_mode();
  CHECK(rc::check([&] {
    auto bytes = files.database;
    for (int i = *rc::gen::inRange(1, 20); i > 0; --i) {
      bytes[*rc::gen::inRange<std::size_t>(0, bytes.size())] =
          static_cast<std::byte>(*rc::gen::inRange(0, 256));
    }
    const auto db = opened(bytes, files.wal);
    if (!db) return;
    const auto rows = rows_of(*db, "SELECT x FROM t");
    RC_ASSERT(rows.size() < 1'000'000);
  }));
}
