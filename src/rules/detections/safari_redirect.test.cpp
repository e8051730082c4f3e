#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;
using test::morning;
using test::World;

namespace {

constexpr std::string_view kId = "ios/safari-redirect";
using Id = std::int64_t;

struct Visit {
  Id id;
  std::string url;
  double at = 0;
  Id source = 0, destination = 0;  // 0: none
};

void add(World& world, const Visit& visit, std::string path = {}) {
  const auto link = [](Id id) { return id == 0 ? test::TestCell() : test::TestCell(id); };
  world.add("ios/safari_history",
            {{"visit_id", visit.id},
             {"url", visit.url},
             {"visit_time", morning(visit.at)},
             {"redirect_source", link(visit.source)},
             {"redirect_destination", link(visit.destination)}},
            std::move(path));
}

std::size_t found_between(const std::string& from, const std::string& to, double delay) {
  World world;
  add(world, {1, from, 0, 0, 2});
  add(world, {2, to, delay, 1, 0});
  return test::findings(world, kId).size();
}

}  // namespace

TEST_CASE("a redirect without encryption to another host within a second is a note") {
  World world;
  add(world, {1, "http://news.example.org/a", 10, 0, 2});
  add(world, {2, "https://cdn.example.net/b", 10.25, 1, 0});
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FindingKind::note);
  CHECK(found[0].at == morning(10));
  CHECK(found[0].summary ==
        "news.example.org was left for cdn.example.net within 0.250 s: "
        "http://news.example.org/a led to https://cdn.example.net/b");
  REQUIRE(found[0].cites.size() == 2);
  CHECK(found[0].cites[0].rowid == 1);
  CHECK(found[0].cites[1].rowid == 2);
}

TEST_CASE("what is ordinary is left alone") {
  CHECK(found_between("http://a.org/", "https://b.org/", 1) == 1);
  CHECK(found_between("HTTP://a.org/", "https://b.org/", 0) == 1);
  CHECK(found_between("http://a.org/", "https://b.org/", 1.000001) == 0);
  CHECK(found_between("http://a.org/", "https://b.org/", -1) == 0);
  CHECK(found_between("https://a.org/", "https://b.org/", 0) == 0);
  CHECK(found_between("http://a.org/", "https://a.org/", 0) == 0);
  CHECK(found_between("http://a.org/", "https://www.a.org/", 0) == 0);
  CHECK(found_between("http://www.a.org/", "https://A.ORG/", 0) == 0);
  CHECK(found_between("http://m.a.org/", "https://a.org/", 0) == 1);
  CHECK(found_between("http://a.org/", "about:blank", 0) == 0);
}

TEST_CASE("NULLs anywhere are no finding and no error") {
  World world;
  world.add("ios/safari_history", {{"visit_id", Id{1}}, {"redirect_destination", Id{2}}});
  world.add("ios/safari_history", {{"visit_id", Id{2}}, {"redirect_source", Id{1}}});
  world.add("ios/safari_history", {{"redirect_destination", Id{2}}, {"url", "http://a.org/"}});
  add(world, {4, "http://a.org/", 0, 0, 99});  // its destination was deleted
  CHECK(test::findings(world, kId).empty());
}

TEST_CASE("visits of another profile's history are not taken for the destination") {
  World world;
  add(world, {1, "http://a.org/", 0, 0, 2}, "/one/History.db");
  add(world, {2, "http://a.org/login", 0.1, 1, 0}, "/one/History.db");
  add(world, {2, "http://b.org/", 0.1, 1, 0}, "/two/History.db");
  CHECK(test::findings(world, kId).empty());
}

TEST_CASE("a chain of redirects gives one finding a step") {
  World world;
  add(world, {1, "http://a.org/", 0, 0, 2});
  add(world, {2, "http://b.org/", 0.1, 1, 3});
  add(world, {3, "https://c.org/", 0.2, 2, 0});
  CHECK(test::findings(world, kId).size() == 2);
}

TEST_CASE("a destination that lost its half of the link is still found, by look-up") {
  World world;
  for (Id i = 10; i < 1000; ++i) add(world, {i, "https://x.org/", 0});
  add(world, {1, "http://a.org/", 0, 0, 2});
  add(world, {2, "https://b.org/", 0.5});
  CHECK(test::findings(world, kId).size() == 1);
  CHECK(world.reading("ios/safari_history").scans == 1);
  CHECK(world.reading("ios/safari_history").look_ups == 1);
}

TEST_CASE("an origin that lost its half of the link is still found, by look-up") {
  World world;
  for (Id i = 10; i < 1000; ++i) add(world, {i, "https://x.org/", 0});
  add(world, {1, "http://a.org/", 0});
  add(world, {2, "https://b.org/", 0.5, 1, 0});
  add(world, {3, "https://c.org/", 0});
  add(world, {4, "https://d.org/", 0.5, 3, 0});  // its origin was encrypted
  const auto found = test::findings(world, kId);
  REQUIRE(found.size() == 1);
  CHECK(found[0].cites[0].rowid == 991);
  CHECK(found[0].cites[1].rowid == 992);
  CHECK(world.reading("ios/safari_history").scans == 1);
}

TEST_CASE("the history is scanned once and the ends are joined by an index") {
  World world;
  constexpr Id kVisits = 20'000;
  for (Id i = 1; i < kVisits; i += 2) {
    add(world, {i, "http://a.org/", static_cast<double>(i), 0, i + 1});
    add(world, {i + 1, "https://b.org/", static_cast<double>(i) + 0.5, i, 0});
  }
  CHECK(test::engine_on(world)->run(test::detection(kId), 1'000'000)->size() == kVisits / 2);
  CHECK(world.reading("ios/safari_history").scans == 1);
  CHECK(world.reading("ios/safari_history").look_ups == 0);
  const auto plan = test::engine_on(world)->plan(test::detection(kId).sql);
  REQUIRE(plan);
  const auto indexed = [&](std::string_view name) {
    return std::count_if(plan->begin(), plan->end(), [&](const std::string& step) {
      return step.starts_with("SEARCH " + std::string(name) + " USING AUTOMATIC");
    });
  };
  CHECK(indexed("far") == 1);
  CHECK(indexed("near") == 1);
  CHECK(indexed("before") == 1);
}
