#include "evidence/manifest.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include <fmt/format.h>

#include "base/random_access.hpp"
#include "support/phone.hpp"

using namespace interdict;
using namespace interdict::evidence;

namespace {

constexpr auto kBare =
    "CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, "
    "flags INTEGER, file BLOB);";

std::shared_ptr<RandomAccess> in_memory(const std::string& bytes) {
  const auto view = bytes_of(bytes);
  return std::make_shared<MemoryBytes>(Bytes(view.begin(), view.end()));
}

Result<Manifest> manifest_from(const std::string& sql) {
  return Manifest::open({.database = in_memory(test::database_from_sql(sql)), .wal = nullptr});
}

std::vector<std::string> paths_at(const Manifest& manifest, std::string_view domain,
                                  std::string_view path) {
  std::vector<std::string> notes, paths;
  auto found = manifest.find({Container::ios_backup, domain, path}, false, notes);
  REQUIRE(found);
  CHECK(notes.empty());
  for (const auto& file : *found) paths.push_back(file.device_path);
  return paths;
}

}  // namespace

TEST_CASE("a star in a domain stands for any text") {
  CHECK(matches_domain("*", "HomeDomain"));
  CHECK(matches_domain("AppDomain-*", "AppDomain-com.x"));
  CHECK(matches_domain("*-group.*", "AppDomainGroup-group.x"));
  CHECK(matches_domain("*a*b*", "xaaxbx"));
  CHECK_FALSE(matches_domain("AppDomain-*", "AppDomainGroup-x"));
  CHECK_FALSE(matches_domain("HomeDomain", "HomeDomain2"));
  CHECK_FALSE(matches_domain("*ab", "aba"));
  CHECK_FALSE(matches_domain("", "x"));
}

TEST_CASE("a star in a path stands for one whole component") {
  CHECK(matches_path("Library/*/x", "Library/a/x"));
  CHECK(matches_path("*", "x"));
  CHECK_FALSE(matches_path("Library/*/x", "Library/a/b/x"));
  CHECK_FALSE(matches_path("Library/*/x", "Library//x"));
  CHECK_FALSE(matches_path("Library/*", "Library"));
  CHECK_FALSE(matches_path("Library/*", "Library/"));
  CHECK_FALSE(matches_path("a", "a/b"));
  CHECK_FALSE(matches_path("a/b", "a"));
  CHECK_FALSE(matches_path("a*", "ab"));
}

TEST_CASE("a manifest without key or index answers like one that has them") {
  std::string rows;
  for (const auto* path :
       {"Library/Safari/Profiles/B/History.db", "Library/Safari/History.db",
        "Library/Safari/Profiles/A/History.db", "Library/Safari/Profiles/A/x/History.db"}) {
    rows += fmt::format("INSERT INTO Files VALUES ('0', 'HomeDomain', '{}', 1, NULL);", path);
    rows += fmt::format("INSERT INTO Files VALUES ('1', 'AppDomain-x', '{}', 1, NULL);", path);
    rows += fmt::format("INSERT INTO Files VALUES ('2', 'HomeDomain', '{}', 2, NULL);", path);
  }
  for (const std::string index :
       {"",
        "CREATE INDEX r ON Files(relativePath); CREATE INDEX d ON Files(domain);"
        "CREATE INDEX f ON Files(flags);"}) {
    CAPTURE(index);
    const auto manifest = manifest_from(kBare + rows + index);
    REQUIRE(manifest);
    CHECK(paths_at(*manifest, "HomeDomain", "Library/Safari/History.db") ==
          std::vector<std::string>{"/private/var/mobile/Library/Safari/History.db"});
    CHECK(paths_at(*manifest, "HomeDomain", "Library/Safari/Profiles/*/History.db") ==
          std::vector<std::string>{"/private/var/mobile/Library/Safari/Profiles/A/History.db",
                                   "/private/var/mobile/Library/Safari/Profiles/B/History.db"});
    CHECK(paths_at(*manifest, "*", "Library/Safari/History.db").size() == 2);
    CHECK(paths_at(*manifest, "App*", "Library/Safari/Profiles/*/History.db").size() == 2);
    CHECK(paths_at(*manifest, "HomeDomain", "Library/Safari/Profiles/C/History.db").empty());
    CHECK(paths_at(*manifest, "HomeDomain", "*").empty());
    CHECK(paths_at(*manifest, "*", "*/Safari/History.db").size() == 2);
  }
}

TEST_CASE("more files at a place than we keep are counted in a note") {
  const auto manifest = manifest_from(std::string(kBare) +
                                      "INSERT INTO Files WITH RECURSIVE n(i) AS (SELECT 1 UNION "
                                      "ALL SELECT i + 1 FROM n WHERE i < 10001)"
                                      " SELECT i, 'HomeDomain', 'many/' || i, 1, NULL FROM n;");
  REQUIRE(manifest);
  std::vector<std::string> notes;
  const auto found = manifest->find({Container::ios_backup, "HomeDomain", "many/*"}, false, notes);
  REQUIRE(found);
  CHECK(found->size() == kMaxFound);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0] == "more than 10000 files at HomeDomain many/*: the rest is not read");
}

TEST_CASE("rows of wrong types are no obstacle") {
  const auto manifest = manifest_from(
      std::string(kBare) +
      "INSERT INTO Files VALUES (NULL, NULL, NULL, NULL, NULL), (x'ff', 7, x'00', 'one', 'text'),"
      " ('a', 'HomeDomain', 'x' || char(0) || 'y', 1, 5), ('b', 'HomeDomain', x'41ff', 1, x'');"
      "INSERT INTO Files VALUES ('c', 'HomeDomain', printf('%.5000c', 'p'), 1, NULL);");
  REQUIRE(manifest);
  std::vector<std::string> notes;
  const auto found = manifest->find({Container::ios_backup, "HomeDomain", "*"}, false, notes);
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK(found->at(0).relative_path == "A\xEF\xBF\xBD");
  CHECK(found->at(0).record_error == "not a binary property list");
  CHECK(found->at(1).relative_path == std::string("x\0y", 3));
  int rows = 0;
  CHECK(manifest->each([&](const Entry&) { return ++rows < 4; }));
  CHECK(rows == 4);
}

TEST_CASE("a database without the table Files is no manifest") {
  const auto manifest = manifest_from("CREATE TABLE Other (x);");
  REQUIRE_FALSE(manifest);
  CHECK((manifest.error().code() == Errc::not_found || manifest.error().code() == Errc::malformed));
}

TEST_CASE("where an index is damaged the table is scanned") {
  // Pages of 512 bytes, so that the index has leaves of its own; one of them is overwritten.
  auto bytes =
      test::database_from_sql("PRAGMA page_size = 512;" + std::string(kBare) +
                              "INSERT INTO Files WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                              "i + 1 FROM n WHERE i < 500)"
                              " SELECT i, 'HomeDomain', 'folder/file' || i, 1, NULL FROM n;"
                              "CREATE INDEX r ON Files(relativePath);");
  REQUIRE(bytes.size() % 512 == 0);
  // The index was made last, so the last page is one of its leaves; then a leaf is of type 10.
  std::size_t damaged = 0;
  for (std::size_t page = bytes.size() / 2 / 512; page * 512 < bytes.size(); ++page) {
    if (bytes[page * 512] != 10) continue;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 512), 512, '\xff');
    ++damaged;
  }
  REQUIRE(damaged > 0);
  const auto manifest = Manifest::open({.database = in_memory(bytes), .wal = nullptr});
  REQUIRE(manifest);
  CHECK(paths_at(*manifest, "HomeDomain", "folder/*").size() == 500);
}

TEST_CASE("a manifest that lost its end, and its first row with it, opens and says so") {
  // The other table is filled in between, so the rows of Files lie in the second half.
  const std::string rows =
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) ";
  auto bytes = test::database_from_sql(
      "PRAGMA page_size = 512;" + std::string(kBare) + "CREATE TABLE pad(x);" + rows +
      "INSERT INTO pad SELECT printf('%60d', i) FROM n;" + rows +
      "INSERT INTO Files SELECT i, 'HomeDomain', 'folder/file' || i, 1, NULL FROM n;");
  bytes.resize(bytes.size() / 2 / 512 * 512);
  const auto manifest = Manifest::open({.database = in_memory(bytes), .wal = nullptr});
  REQUIRE(manifest);
  CHECK(manifest->damage());
  std::vector<std::string> notes;
  REQUIRE(manifest->find({Container::ios_backup, "HomeDomain", "folder/*"}, false, notes));
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].ends_with("may be missing"));
}

TEST_CASE("where the table is damaged the rows before the damage are given, with a note") {
  auto bytes =
      test::database_from_sql("PRAGMA page_size = 512;" + std::string(kBare) +
                              "INSERT INTO Files WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                              "i + 1 FROM n WHERE i < 500)"
                              " SELECT i, 'HomeDomain', 'folder/file' || i, 1, NULL FROM n;");
  // Leaves of tables are pages of type 13; the one in the middle of the file is overwritten.
  for (std::size_t page = bytes.size() / 2 / 512; page * 512 < bytes.size(); ++page) {
    if (bytes[page * 512] != 13) continue;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(page * 512), 512, '\xff');
    break;
  }
  const auto manifest = Manifest::open({.database = in_memory(bytes), .wal = nullptr});
  REQUIRE(manifest);
  std::vector<std::string> notes;
  const auto found =
      manifest->find({Container::ios_backup, "HomeDomain", "folder/*"}, false, notes);
  REQUIRE(found);
  CHECK(found->size() > 100);
  CHECK(found->size() < 500);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].starts_with("Manifest.db is damaged ("));
  CHECK(notes[0].ends_with("files at HomeDomain folder/* may be missing"));
}
