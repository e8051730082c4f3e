#include <doctest/doctest.h>

#include <string>

#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;
using test::morning;

namespace {

constexpr std::string_view kId = "ios/data-usage-deleted-process";

void add_usage(test::World& world, std::int64_t usage, test::TestCell process_id, test::TestCell at,
               std::string path = {}) {
  world.add("ios/data_usage", {{"usage_id", usage}, {"process_id", process_id}, {"usage_at", at}},
            std::move(path));
}

}  // namespace

TEST_CASE("usage of a process whose row is gone is an attempt, one finding a process") {
  test::World world;
  add_usage(world, 1, std::int64_t{7}, morning(60));
  add_usage(world, 2, std::int64_t{7}, morning(0));
  add_usage(world, 3, std::int64_t{8}, morning(30));
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 2);
  CHECK(found[0].kind == FindingKind::attempt);
  CHECK(found[0].at == morning(0));
  CHECK(found[0].summary ==
        "2 usage records of process number 7, whose name was deleted, from "
        "2020-09-13T12:26:40.000000Z to 2020-09-13T12:27:40.000000Z");
  CHECK(found[0].cites.size() == 2);
  CHECK(found[1].summary ==
        "1 usage record of process number 8, whose name was deleted, from "
        "2020-09-13T12:27:10.000000Z");
}

TEST_CASE("an orphan without a time is still found") {
  test::World world;
  add_usage(world, 1, std::int64_t{7}, {});
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].at);
  CHECK(found[0].summary == "1 usage record of process number 7, whose name was deleted");
}

TEST_CASE("the same number in two databases is two processes") {
  test::World world;
  add_usage(world, 1, std::int64_t{7}, morning(0), "/a/DataUsage.sqlite");
  add_usage(world, 1, std::int64_t{7}, morning(0), "/b/DataUsage.sqlite");
  CHECK(test::findings(world, kId).size() == 2);
}

TEST_CASE("living processes, nameless ones and usage of no process are not orphans") {
  test::World world;
  world.add("ios/data_usage", {{"usage_id", std::int64_t{1}},
                               {"process_id", std::int64_t{1}},
                               {"process", "mapsd"},
                               {"usage_at", morning(0)}});
  world.add("ios/data_usage", {{"usage_id", std::int64_t{2}},
                               {"process_id", std::int64_t{2}},
                               {"first_seen", morning(0)},
                               {"usage_at", morning(0)}});
  world.add("ios/data_usage", {{"process_id", std::int64_t{3}}});
  add_usage(world, 4, {}, morning(0));
  CHECK(test::findings(world, kId).empty());
  CHECK(world.reading("ios/data_usage").scans == 1);
}
