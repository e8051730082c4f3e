#include "rules/reference.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <utility>

#include "rules/functions.hpp"
#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;

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
