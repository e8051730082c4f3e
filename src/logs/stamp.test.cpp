#include "logs/stamp.hpp"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

using namespace interdict;
using namespace interdict::logs;

namespace {

std::string iso(std::string_view text) {
  const auto stamp = parse_iso_stamp(text);
  if (!stamp) return "none";
  return iso8601(UtcTime{stamp->wall.micros - stamp->offset.value_or(0)}).substr(0, 26) +
         (stamp->offset ? "Z " : " ") + std::to_string(stamp->length);
}
std::string common(std::string_view text) {
  const auto time = parse_common(text);
  return time ? iso8601(*time).substr(0, 19) : "none";
}

}  // namespace

TEST_CASE("a classic stamp has a day padded with a blank or a zero") {
  for (const char* text : {"Jul  6 23:59:01 host", "Jul 06 23:59:01 host"}) {
    const auto stamp = parse_classic(text);
    REQUIRE(stamp);
    CHECK(stamp->month == 7);
    CHECK(stamp->day == 6);
    CHECK(stamp->hour == 23);
    CHECK(stamp->second == 1);
  }
  for (const char* text : {"", "Jul  6 23:59:0", "Jux  6 23:59:01", "Jul  0 23:59:01",
                           "Jul 32 23:59:01", "Jul  6 24:59:01", "Jul  6 23:60:01",
                           "Jul  6 23-59:01", "Jul -6 23:59:01", "jul  6 23:59:01"}) {
    CHECK_FALSE(parse_classic(text));
  }
}

TEST_CASE("an ISO stamp may have a fraction, an offset with or without its colon, or none") {
  CHECK(iso("2023-07-16T23:59:01+02:00 host") == "2023-07-16T21:59:01.000000Z 25");
  CHECK(iso("2023-07-16T23:59:01.5-0330 host") == "2023-07-17T03:29:01.500000Z 26");
  CHECK(iso("2023-07-16 23:59:01,123456789Z") == "2023-07-16T23:59:01.123456Z 30");
  CHECK(iso("2023-07-16 23:59:01 host") == "2023-07-16T23:59:01.000000 19");
  for (const char* text : {"", "2023-07-16T23:59:0", "2023-02-30T00:00:00Z", "2023-07-16T23:59:01.",
                           "2023-07-16T25:59:01Z", "2023-07-16T23:59:01.1234567890Z",
                           "1969-07-16T23:59:01Z", "20x3-07-16T23:59:01Z"}) {
    CHECK(iso(text) == "none");
  }
}

TEST_CASE("a common log stamp is UTC after its offset") {
  CHECK(common("16/Jul/2023:23:59:01 +0200] x") == "2023-07-16T21:59:01");
  CHECK(common("01/Jan/2024:00:30:00 +0100") == "2023-12-31T23:30:00");
  for (const char* text : {"", "16/Jul/2023:23:59:01 +020", "16/Jux/2023:23:59:01 +0200",
                           "30/Feb/2023:23:59:01 +0200", "16/Jul/2023:23:59:01 0200x"}) {
    CHECK(common(text) == "none");
  }
}

TEST_CASE("what is written as a stamp is read as that instant") {
  rc::check("all three", [] {
    const auto seconds = *rc::gen::inRange<std::int64_t>(0, 4'000'000'000);
    const auto minutes = *rc::gen::inRange(-12 * 60, 14 * 60);
    const auto wall = iso8601(UtcTime{(seconds + minutes * 60 + 86'400) * 1'000'000});
    const UtcTime expected{(seconds + 86'400) * 1'000'000};
    const auto text = fmt::format("{}{}{:02}:{:02}", wall.substr(0, 19), minutes < 0 ? '-' : '+',
                                  std::abs(minutes) / 60, std::abs(minutes) % 60);
    const auto stamp = parse_iso_stamp(text);
    RC_ASSERT(stamp.has_value());
    RC_ASSERT(UtcTime{stamp->wall.micros - *stamp->offset} == expected);
    constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto month = static_cast<unsigned>(std::stoi(wall.substr(5, 2)));
    const auto web =
        fmt::format("{}/{}/{}:{} {}{:02}{:02}", wall.substr(8, 2), kMonths.substr(month * 3 - 3, 3),
                    wall.substr(0, 4), wall.substr(11, 8), minutes < 0 ? '-' : '+',
                    std::abs(minutes) / 60, std::abs(minutes) % 60);
    RC_ASSERT(parse_common(web) == expected);
  });
}
