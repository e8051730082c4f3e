#include "base/time.hpp"

#include <cmath>
#include <limits>

#include <doctest/doctest.h>

using namespace interdict;

TEST_CASE("every epoch lands on the same instant") {
  const auto expected = parse_iso8601("2023-06-01T12:34:56.000000Z");
  REQUIRE(expected);
  CHECK(from_unix_seconds(std::int64_t{1'685'622'896}) == expected);
  CHECK(from_unix_seconds(1'685'622'896.0) == expected);
  CHECK(from_cocoa_seconds(707'315'696.0) == expected);
  CHECK(from_cocoa_integer(707'315'696) == expected);
  CHECK(from_cocoa_integer(707'315'696'000'000'000) == expected);
}

TEST_CASE("a time no phone can mean is no time") {
  CHECK_FALSE(from_unix_seconds(std::numeric_limits<double>::quiet_NaN()));
  CHECK_FALSE(from_unix_seconds(-1.0));
  CHECK_FALSE(from_cocoa_seconds(1e300));
  CHECK_FALSE(from_cocoa_integer(std::numeric_limits<std::int64_t>::max()));
  CHECK_FALSE(from_cocoa_integer(std::numeric_limits<std::int64_t>::min()));
  CHECK_FALSE(from_unix_seconds(std::numeric_limits<std::int64_t>::max()));
}

TEST_CASE("times are written and read back") {
  for (const char* text : {"1970-01-01T00:00:00.000000Z", "2024-02-29T23:59:59.999999Z"}) {
    const auto t = parse_iso8601(text);
    REQUIRE(t);
    CHECK(iso8601(*t) == text);
  }
  CHECK(parse_iso8601("2024-02-29T23:59:59.5Z") == parse_iso8601("2024-02-29T23:59:59.500000Z"));
  CHECK(parse_iso8601("2024-02-29T23:59:59Z") == parse_iso8601("2024-02-29T23:59:59.000000Z"));
  CHECK(parse_iso8601("2024-02-29T23:59:59.123456789Z") ==
        parse_iso8601("2024-02-29T23:59:59.123456Z"));
  CHECK(iso8601_spaced(UtcTime{0}) == "1970-01-01 00:00:00.000000");
  CHECK(iso8601(UtcTime{-1}) == "1969-12-31T23:59:59.999999Z");
  for (const char* text :
       {"", "2023-02-30T00:00:00Z", "2023-02-03T24:00:00Z", "2023-02-03T00:00:00",
        "2023-02-03T00:00:00.Z", "2023-13-03", "2023/01/03T00:00:00Z", "2023-02--3T00:00:00Z"}) {
    CHECK_FALSE(parse_iso8601(text));
  }
  CHECK(parse_date("2023-06-01") == parse_iso8601("2023-06-01T00:00:00Z"));
}
