#include "rules/reference.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

#include "rules/functions.hpp"
#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;

namespace {

std::string why(std::string_view text, std::string_view name = "a.tsv") {
  const auto table = parse_reference({name, text});
  return table ? "" : table.error().what();
}

}  // namespace

TEST_CASE("a reference table is facts, columns and rows") {
  const auto table =
      parse_reference({"a.tsv", "# as_of: 2026-01-02\n# source: b: c\nx\ty\n1\t\n2\t3"});
  REQUIRE(table);
  CHECK(table->name == "a");
  REQUIRE(table->facts.size() == 2);
  CHECK(table->facts[1].second == "b: c");
  CHECK(table->rows.size() == 2);
  CHECK(table->find("x", "2", "y") == "3");
  CHECK(table->find("x", "1", "y").empty());
  CHECK(table->find("x", "9", "y").empty());
  CHECK(table->find("z", "1", "y").empty());
}

TEST_CASE("a malformed reference table names its line") {
  CHECK(why("x\ty\n1\n") == "a.tsv: line 2: 1 cells, 2 columns");
  CHECK(why("x y\n") == "a.tsv: line 1: a column's name is not an identifier");
  CHECK(why("# no colon\nx\n") == "a.tsv: line 1: not a line \"# name: value\" at the top");
  CHECK(why("x\n# late: 1\n") == "a.tsv: line 2: not a line \"# name: value\" at the top");
  CHECK(why("") == "a.tsv: no columns");
  CHECK(why("x\n", "A.tsv") == "A.tsv: not a table's file name");
  CHECK(why("x\n", "tsv") == "tsv: not a table's file name");
}

TEST_CASE("reference tables can be asked in SQL") {
  test::World world;
  const auto engine = test::engine_on(world);
  CHECK(test::answer(*engine, "SELECT version FROM apple_builds WHERE build = '18C66'") == "14.3");
  CHECK(test::answer(*engine, "SELECT count(*) > 300 FROM apple_builds") == "1");
  CHECK(test::answer(*engine, "SELECT name FROM apple_devices WHERE product_type = 'iPhone12,3'") ==
        "iPhone 11 Pro");
}

TEST_CASE("the table of builds is in order, without doubles, and dated") {
  const ReferenceTable* builds = find_reference("apple_builds");
  REQUIRE(builds != nullptr);
  std::set<std::pair<std::string_view, std::string_view>> seen;
  std::string before;
  for (const auto& row : builds->rows) {
    CAPTURE(row[0]);
    const auto key = version_key(row[0]);
    REQUIRE(key);
    CHECK(before <= *key);
    before = *key;
    CHECK(seen.insert({row[0], row[1]}).second);
  }
  REQUIRE(builds->facts.front().first == "as_of");
  CHECK(parse_date(builds->facts.front().second));
  CHECK(builds->facts.front().second >= "2026-08-17");  // a refresh never goes back
}

TEST_CASE("there is no reference table of an unknown name") {
  CHECK(find_reference("nothing") == nullptr);
}
