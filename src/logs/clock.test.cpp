#include "logs/clock.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace interdict;
using namespace interdict::logs;

namespace {

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  REQUIRE(found);
  return *std::move(found);
}
std::string when(Clock& clock, std::string_view line) {
  const auto t = clock.classic(line, clock.year_of(line));
  return t ? iso8601(*t).substr(0, 19) : "none";
}

}  // namespace

TEST_CASE("the year goes on over New Year, and a late line of December stays in December") {
  Clock clock(Zone::utc(), 2023);
  CHECK(when(clock, "Dec 30 10:00:00 h") == "2023-12-30T10:00:00");
  CHECK(when(clock, "Dec 31 23:59:59 h") == "2023-12-31T23:59:59");
  CHECK(when(clock, "Jan  1 00:00:00 h") == "2024-01-01T00:00:00");
  CHECK(when(clock, "Dec 31 23:59:58 h") == "2023-12-31T23:59:58");
  CHECK(when(clock, "Jan  1 00:00:01 h") == "2024-01-01T00:00:01");
  CHECK(when(clock, "Feb 29 00:00:01 h") == "2024-02-29T00:00:01");
  CHECK(when(clock, "Dec 31 00:00:01 h") == "2024-12-31T00:00:01");
  CHECK(when(clock, "Jan  2 00:00:01 h") == "2025-01-02T00:00:01");
  CHECK(clock.coverage().years == 2);
  CHECK(clock.coverage().out_of_order == 0);
}

TEST_CASE("lines out of order do not throw the log a year ahead") {
  Clock clock(Zone::utc(), 2023);
  CHECK(when(clock, "Jul 16 10:00:00 h") == "2023-07-16T10:00:00");
  CHECK(when(clock, "Jul 14 10:00:00 h") == "2023-07-14T10:00:00");
  CHECK(clock.coverage().out_of_order == 0);
  CHECK(when(clock, "Jun 14 10:00:00 h") == "2023-06-14T10:00:00");
  CHECK(clock.coverage().out_of_order == 1);
  CHECK(when(clock, "Jul 16 10:00:00 h") == "2023-07-16T10:00:00");
  CHECK(clock.coverage().years == 0);
}

TEST_CASE("a local stamp goes through its zone, and gaps and folds are counted") {
  Clock clock(zone("Europe/Berlin"), 2023);
  CHECK(when(clock, "Mar 26 01:59:59 h") == "2023-03-26T00:59:59");
  CHECK(when(clock, "Mar 26 02:30:00 h") == "2023-03-26T01:00:00");
  CHECK(when(clock, "Jul 16 23:59:01 h") == "2023-07-16T21:59:01");
  CHECK(when(clock, "Oct 29 02:30:00 h") == "2023-10-29T00:30:00");
  CHECK(clock.coverage().gaps == 1);
  CHECK(clock.coverage().folds == 1);
  const auto plain = parse_iso_stamp("2023-07-17 00:00:00 h");
  REQUIRE(plain);
  CHECK(iso8601(clock.iso(*plain)).substr(0, 19) == "2023-07-16T22:00:00");
  const auto offset = parse_iso_stamp("2023-07-17T00:00:00+09:00 h");
  REQUIRE(offset);
  CHECK(iso8601(clock.iso(*offset)).substr(0, 19) == "2023-07-16T15:00:00");
}

TEST_CASE("a day that does not exist in that year, or no year at all, gives no time") {
  Clock clock(Zone::utc(), 2023);
  CHECK(when(clock, "Feb 29 10:00:00 h") == "none");
  CHECK(when(clock, "nonsense") == "none");
  CHECK_FALSE(clock.undated());
  Clock undated(Zone::utc(), 0);
  CHECK(when(undated, "Feb 28 10:00:00 h") == "none");
  CHECK(undated.undated());
}

TEST_CASE("files of one period begin after its longest pause, in whatever order they are given") {
  const auto years = [](std::vector<ClassicStamp> first) {
    std::vector<int> out(first.size());
    starting_years(first, 2023, out);
    return out;
  };
  CHECK(years({{1, 1}, {12, 1}}) == std::vector{2024, 2023});
  CHECK(years({{12, 25}, {1, 1}, {12, 18}, {1, 8}}) == std::vector{2023, 2024, 2023, 2024});
  CHECK(years({{6, 1}, {7, 1}, {8, 1}}) == std::vector{2023, 2023, 2023});
  CHECK(years({{7, 16}}) == std::vector{2023});
  CHECK(years({{}, {12, 1}, {1, 1}}) == std::vector{2023, 2023, 2024});
  CHECK(years({}).empty());
}
