#include "artefacts/sql_rows.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

#include <fmt/format.h>

#include "artefacts/scan.hpp"
#include "support/memory_tree.hpp"
#include "support/phone.hpp"

using namespace interdict;
using artefacts::Column;
using artefacts::Cursor;
using artefacts::Equals;
using artefacts::Scan;
using artefacts::Source;
using artefacts::Table;
using artefacts::Value;

namespace {

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "HomeDomain", "a.db"}}};
constexpr std::array<Column, 3> kColumns{
    {{"id", artefacts::ColumnKind::plain, "number", FindingKind::note, true},
     {"text", artefacts::ColumnKind::plain, "text"},
     {"owner", artefacts::ColumnKind::plain, "owner"}}};
constexpr std::array<artefacts::SqlTable, 2> kTables{{
    {"n", "notes", "id text owner_id", ""},
    {"o", "owners", "id name", "o.id = n.owner_id"},
}};
constexpr std::array<artefacts::SqlColumn, 3> kSql{{
    {"n.id", artefacts::As::integer},
    {"n.text", artefacts::As::text, true},
    {"o.name", artefacts::As::text},
}};
constexpr std::array<artefacts::SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

Result<std::unique_ptr<Cursor>> open_notes(const Source& source,
                                           const std::optional<Equals>& only) {
  return artefacts::open_sql(source, only, kQueries, kColumns.size());
}

constexpr Table kTable{.id = "test/notes",
                       .summary = "notes",
                       .places = kPlaces,
                       .columns = kColumns,
                       .expected = {},
                       .open = open_notes,
                       .mvt_module = ""};

constexpr std::size_t kPage = 512;

/// `count` notes in small pages, and their database's bytes.
std::string database(int count) {
  return test::database_from_sql(fmt::format(
      "PRAGMA page_size={};"
      "CREATE TABLE owners (id INTEGER PRIMARY KEY, name TEXT);"
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT, owner_id INTEGER);"
      "INSERT INTO owners VALUES (1, 'Ada');"
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {})"
      "INSERT INTO notes SELECT i, 'note number ' || i || ', padded to some length', 1 FROM n;",
      kPage, count));
}

struct Read {
  std::vector<std::int64_t> ids;  // rowids
  std::uint64_t damaged = 0;
  std::string error;
};

Read read(const std::string& content, std::optional<Equals> only = {}) {
  test::MemoryTree tree;
  tree.add("HomeDomain", "a.db", content);
  Scan scan(kTable, tree, std::move(only));
  Read out;
  while (scan.next()) out.ids.push_back(scan.locator().rowid);
  out.damaged = scan.coverage().at(0)->notes.damaged_rows;
  out.error = scan.coverage().at(0)->error;
  return out;
}

bool ends_by_telling_rows(const Read& left) {
  return left.error.ends_with(
      fmt::format("database disk image is malformed ({} rows read)", left.ids.size()));
}

}  // namespace

TEST_CASE("a whole database is read to its end") {
  const Read all = read(database(200));
  CHECK(all.ids.size() == 200);
  CHECK(all.error.empty());
  CHECK(all.damaged == 0);
}

TEST_CASE("behind any one broken page of the rows, reading goes on") {
  constexpr int kRows = 200;
  const std::string whole = database(kRows);
  // Pages 1 to 3 hold the schema and the roots.
  for (std::size_t page = 3; page < whole.size() / kPage; ++page) {
    CAPTURE(page);
    std::string broken = whole;
    std::fill_n(broken.begin() + static_cast<std::ptrdiff_t>(page * kPage), kPage, '\0');
    const Read left = read(broken);
    CHECK(left.ids.size() < kRows);
    CHECK(left.ids.size() > kRows - 15);  // no more than one page holds
    CHECK(std::is_sorted(left.ids.begin(), left.ids.end()));
    CHECK(ends_by_telling_rows(left));
  }
}

TEST_CASE("whatever bytes are overwritten, no row comes twice and reading ends") {
  const std::string whole = database(100);
  CHECK(rc::check([&](std::vector<std::pair<std::uint16_t, char>> changes) {
    std::string broken = whole;
    for (const auto& [at, byte] : changes) broken[100 + at % (broken.size() - 100)] = byte;
    const Read left = read(broken);
    auto ids = left.ids;
    std::sort(ids.begin(), ids.end());
    RC_ASSERT(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
  }));
}

TEST_CASE("without its joined table a row keeps what is its own") {
  std::string broken = database(10);
  std::fill_n(broken.begin() + kPage, kPage, '\0');  // the root of owners
  const Read left = read(broken);
  CHECK(left.ids.size() == 10);
  CHECK(left.damaged == 10);
  CHECK(ends_by_telling_rows(left));
}

TEST_CASE("equality on a key reads only the rows that have it") {
  CHECK(read(database(200), Equals{0, std::int64_t{150}}).ids == std::vector<std::int64_t>{150});
  CHECK(read(database(200), Equals{0, std::int64_t{201}}).ids.empty());
}

TEST_CASE("rows at both ends of the number range are read once") {
  const std::string content = test::database_from_sql(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT);"
      "INSERT INTO notes VALUES (-9223372036854775808, 'first'), (0, 'zero'),"
      "(9223372036854775807, 'last');");
  const Read all = read(content);
  CHECK(all.ids == std::vector<std::int64_t>{INT64_MIN, 0, INT64_MAX});
  CHECK(all.error.empty());
}

TEST_CASE("a database of something else is an error, not a phone without rows") {
  const Read none = read(test::database_from_sql("CREATE TABLE other (id INTEGER PRIMARY KEY);"));
  CHECK(none.ids.empty());
  CHECK(none.error == "no table notes");
}
