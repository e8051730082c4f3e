#include <doctest/doctest.h>

#include <string>

#include "rules/reference.hpp"
#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;

namespace {

/// What is said about a phone with this version; "" when nothing is.
struct Said {
  std::string summary, title;
  FindingKind kind = FindingKind::note;
  std::size_t cites = 0;
};

Said about(const std::string& version, const std::string& build,
           const std::string& product = "iPhone12,3") {
  test::World world;
  const auto add = [&](const char* key, const std::string& value) {
    world.add("ios/backup_info", {{"key", std::string(key)}, {"value", value}});
  };
  add("Device Name", "14.3");
  add("Product Version", version);
  if (!build.empty()) add("Build Version", build);
  add("Product Type", product);
  const auto found = test::findings(world, "ios/outdated-version");
  REQUIRE(found.size() <= 1);
  if (found.empty()) return {};
  return {found[0].summary, found[0].title, found[0].kind, found[0].cites.size()};
}

std::string as_of() { return std::string(find_reference("apple_builds")->facts[0].second); }

std::string behind(const std::string& version) {
  test::World world;
  const auto engine = test::engine_on(world);
  return test::answer(*engine,
                      "SELECT count(DISTINCT version_key(version)) FROM apple_builds "
                      "WHERE version_key(version) > version_key('" +
                          version + "')");
}

std::string newest() {
  test::World world;
  return test::answer(
      *test::engine_on(world),
      "SELECT version FROM apple_builds ORDER BY version_key(version) DESC LIMIT 1");
}

}  // namespace

TEST_CASE("an old iPhone is a weakness, measured against the table and its date") {
  const Said said = about("14.3", "18C66");
  CHECK(said.kind == FindingKind::weakness);
  CHECK(said.summary == "iOS 14.3 (18C66) is " + behind("14.3") + " releases behind " + newest() +
                            ", the newest in the table of " + as_of() +
                            "; the newest of its own line is 14.8.1");
  CHECK(said.cites == 2);
}

TEST_CASE("an iPad is judged by the same numbers under its own name") {
  CHECK(about("14.3", "18C66", "iPad8,1").summary.starts_with("iPadOS 14.3 (18C66) is "));
}

TEST_CASE("the newest release of an old line is still a weakness") {
  const Said said = about("14.8.1", "18H107");
  CHECK(said.kind == FindingKind::weakness);
  CHECK(said.summary.ends_with("; it is the newest of an old line"));
}

TEST_CASE("the newest release of the last but one line is only worth a note") {
  const Said said = about("18.7.10", "22H374");
  CHECK(said.kind == FindingKind::note);
  CHECK(said.title == "The operating system is of the last but one line");
  CHECK(about("18.7.9", "22H355").kind == FindingKind::weakness);
}

TEST_CASE("the newest release is no finding, whichever of its builds") {
  CHECK(about("26.6.1", "23G82").summary.empty());
  CHECK(about("26.6.1", "23G83").summary.empty());
  CHECK(about("26.6.1", "").summary.empty());
}

TEST_CASE("one release behind is said in the singular") {
  const Said said = about("26.5", "23F77");
  CHECK(said.summary.starts_with("iOS 26.5 (23F77) is 1 release behind 26.6.1"));
  CHECK(said.kind == FindingKind::weakness);
}

TEST_CASE("a version beyond the table is told as that and not as outdated") {
  const Said said = about("99.1", "99A1");
  CHECK(said.kind == FindingKind::note);
  CHECK(said.title == "The operating system is newer than this program's table");
  CHECK(said.summary == "iOS 99.1 (99A1, a build the table lacks) is newer than this table of " +
                            as_of() + ", whose newest is " + newest() +
                            ": whether it is up to date is not known here");
}

TEST_CASE("an unknown build of an old version is outdated and said to be unknown") {
  const Said said = about("16.5", "20F999");
  CHECK(said.kind == FindingKind::weakness);
  CHECK(said.summary.starts_with("iOS 16.5 (20F999, a build the table lacks) is "));
  CHECK(
      about("16.5", "").summary.starts_with("iOS 16.5 (build unknown, a build the table lacks)") ==
      false);
}

TEST_CASE("versions compare as numbers") {
  CHECK(about("9.3.5", "13G36").kind == FindingKind::weakness);
  CHECK(about("100", "").kind == FindingKind::note);
}

TEST_CASE("a version that cannot be read gives nothing") {
  for (const char* version : {"", "beta", "14.3'; DROP TABLE x", "999999999999999999999999"}) {
    CAPTURE(version);
    CHECK(about(version, "18C66").summary.empty());
  }
  test::World world;
  CHECK(test::findings(world, "ios/outdated-version").empty());
}
