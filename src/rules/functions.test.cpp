#include "rules/functions.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;

TEST_CASE("versions sort as numbers, not as text") {
  const char* const rising[] = {"1",      "9.3.5",      "10",         "10.0.1", "14.3",    "14.10",
                                "16.5.1", "16.5.1 (a)", "16.5.1 (c)", "16.6",   "26.6.1.1"};
  for (std::size_t i = 1; i < std::size(rising); ++i) {
    CAPTURE(rising[i]);
    CHECK(*version_key(rising[i - 1]) < *version_key(rising[i]));
  }
  CHECK(version_key("18") == version_key("18.0.0"));
}

TEST_CASE("what is not a version has no key") {
  for (const char* text : {"", ".", "1.", ".1", "a", "1.2.3.4.5", "1 .2", "-1", "1234567890",
                           "14.3 beta", "14.3 (A)", "14.3 (aa)", "14.3(a)", "14.3 "}) {
    CAPTURE(text);
    CHECK_FALSE(version_key(text));
  }
}

TEST_CASE("any two versions compare as their numbers do") {
  CHECK(rc::check([] {
    const auto part = rc::gen::inRange(0, 1'000'000'000);
    const auto a = *rc::gen::container<std::vector<int>>(3, part);
    const auto b = *rc::gen::container<std::vector<int>>(3, part);
    const auto text = [](const std::vector<int>& v) {
      return std::to_string(v[0]) + '.' + std::to_string(v[1]) + '.' + std::to_string(v[2]);
    };
    RC_ASSERT((*version_key(text(a)) < *version_key(text(b))) == (a < b));
  }));
}

TEST_CASE("SQL functions give NULL for what they cannot read") {
  test::World world;
  const auto engine = test::engine_on(world);
  CHECK(test::answer(
            *engine,
            "SELECT host('HTTP://User@Www.Example.ORG:80/x'), host('x'), host(NULL), host(5)") ==
        "www.example.org,-,-,-");
  CHECK(test::answer(
            *engine,
            "SELECT micros('1970-01-01T00:00:01.5Z'), micros('noon'), micros(NULL), micros(1)") ==
        "1500000,-,-,-");
  CHECK(test::answer(*engine, "SELECT version_key('x'), version_key(NULL), version_key(14.3)") ==
        "-,-,-");
}
