#include <doctest/doctest.h>

#include <string>

#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;
using test::morning;

namespace {
constexpr std::string_view kId = "ios/operation-triangulation-process";
}

TEST_CASE("BackupAgent in DataUsage is a compromise, one finding a time") {
  test::World world;
  world.add("ios/data_usage", {{"process", "BackupAgent"},
                               {"process_id", std::int64_t{3}},
                               {"first_seen", morning(0)},
                               {"last_seen", morning(60)},
                               {"usage_at", morning(30)}});
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FindingKind::compromise);
  CHECK(found[0].at == morning(0));
  CHECK(found[0].until == morning(60));
  CHECK(
      found[0].summary ==
      "The process BackupAgent is in DataUsage: first recorded at 2020-09-13 12:26:40; network use "
      "at 2020-09-13 12:27:10; last recorded at 2020-09-13 12:27:40");
  CHECK(found[0].cites.size() == 1);
}

TEST_CASE("BackupAgent in the daily report of OS Analytics is a compromise of its own") {
  test::World world;
  world.add("ios/os_analytics_ad_daily", {{"process", "BackupAgent"}, {"date", morning(5)}});
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FindingKind::compromise);
  CHECK(found[0].at == morning(5));
  CHECK(found[0].cites[0].artefact == "ios/os_analytics_ad_daily");
}

TEST_CASE("several usage rows of one process share its times and keep their citations") {
  test::World world;
  for (int i = 0; i < 3; ++i) {
    world.add(
        "ios/data_usage",
        {{"process", "BackupAgent"}, {"first_seen", morning(0)}, {"usage_at", morning(10 + i)}});
  }
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK(found[0].cites.size() == 3);
  CHECK(found[0].until == morning(12));
}

TEST_CASE("a BackupAgent row without any time is a finding without a time") {
  test::World world;
  world.add("ios/data_usage", {{"process", "BackupAgent"}});
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found[0].at);
  CHECK(found[0].summary.ends_with(", without a time"));
}

TEST_CASE("only the exact name counts") {
  test::World world;
  for (const char* name : {"BackupAgent2", "backupagent", "BackupAgent ",
                           "/usr/libexec/BackupAgent", "xBackupAgent", ""}) {
    world.add("ios/data_usage", {{"process", std::string(name)}, {"usage_at", morning(0)}});
    world.add("ios/os_analytics_ad_daily", {{"process", std::string(name)}, {"date", morning(0)}});
  }
  world.add("ios/data_usage", {{"usage_at", morning(0)}});
  CHECK(test::findings(world, kId).empty());
}

TEST_CASE("each table is scanned once") {
  test::World world;
  world.add("ios/data_usage", {{"process", "BackupAgent"}, {"usage_at", morning(0)}});
  world.add("ios/os_analytics_ad_daily", {{"process", "mapsd"}, {"date", morning(0)}});
  CHECK(test::findings(world, kId).size() == 1);
  CHECK(world.reading("ios/data_usage").scans == 1);
  CHECK(world.reading("ios/os_analytics_ad_daily").scans == 1);
}
