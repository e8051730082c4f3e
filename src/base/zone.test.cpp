#include "base/zone.hpp"

#include <cstdlib>
#include <ctime>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict;

namespace {

Zone zone(std::string_view name) {
  auto found = Zone::find(name);
  REQUIRE(found);
  return *std::move(found);
}
LocalTime local(int year, unsigned month, unsigned day, unsigned hour = 0, unsigned minute = 0) {
  const auto t = local_time(year, month, day, hour, minute);
  REQUIRE(t);
  return *t;
}
std::string said(const Resolved& r) {
  const char* const kinds[] = {"exact", "gap", "fold"};
  return iso8601(r.utc).substr(0, 16) + " " + kinds[static_cast<int>(r.kind)];
}

/// The C library's own idea of a zone, as an oracle.
class LibcZone {
 public:
  explicit LibcZone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  LibcZone(const LibcZone&) = delete;
  LibcZone& operator=(const LibcZone&) = delete;
  ~LibcZone() {
    ::unsetenv("TZ");
    ::tzset();
  }
  static std::int64_t offset(std::int64_t unix_seconds) {
    const std::time_t t = unix_seconds;
    std::tm parts{};
    ::localtime_r(&t, &parts);
    return parts.tm_gmtoff;
  }
};

}  // namespace

TEST_CASE("a midnight in Berlin is 22:00 UTC in July and 23:00 in January") {
  const auto berlin = zone("Europe/Berlin");
  CHECK(said(berlin.to_utc(local(2023, 7, 17))) == "2023-07-16T22:00 exact");
  CHECK(said(berlin.to_utc(local(2023, 1, 17))) == "2023-01-16T23:00 exact");
  CHECK(berlin.name() == "Europe/Berlin");
}

TEST_CASE("a skipped wall clock is the instant of the change, a doubled one the earlier instant") {
  const auto berlin = zone("Europe/Berlin");
  CHECK(said(berlin.to_utc(local(2023, 3, 26, 1, 59))) == "2023-03-26T00:59 exact");
  CHECK(said(berlin.to_utc(local(2023, 3, 26, 2, 0))) == "2023-03-26T01:00 gap");
  CHECK(said(berlin.to_utc(local(2023, 3, 26, 2, 59))) == "2023-03-26T01:00 gap");
  CHECK(said(berlin.to_utc(local(2023, 3, 26, 3, 0))) == "2023-03-26T01:00 exact");
  CHECK(said(berlin.to_utc(local(2023, 10, 29, 1, 59))) == "2023-10-28T23:59 exact");
  CHECK(said(berlin.to_utc(local(2023, 10, 29, 2, 0))) == "2023-10-29T00:00 fold");
  CHECK(said(berlin.to_utc(local(2023, 10, 29, 2, 59))) == "2023-10-29T00:59 fold");
  CHECK(said(berlin.to_utc(local(2023, 10, 29, 3, 0))) == "2023-10-29T02:00 exact");
}

TEST_CASE("a midnight that was skipped, a half-hour change, a day that never was") {
  CHECK(said(zone("America/Sao_Paulo").to_utc(local(2018, 11, 4))) == "2018-11-04T03:00 gap");
  CHECK(said(zone("Australia/Lord_Howe").to_utc(local(2023, 10, 1, 2, 15))) ==
        "2023-09-30T15:30 gap");
  CHECK(said(zone("Pacific/Apia").to_utc(local(2011, 12, 30, 12))) == "2011-12-30T10:00 gap");
  CHECK(said(zone("Asia/Kathmandu").to_utc(local(2023, 7, 17))) == "2023-07-16T18:15 exact");
}

TEST_CASE("an unknown zone is told with the nearest spelling") {
  for (const auto& [wrong, meant] : {std::pair{"Europe/Berln", "\"Europe/Berlin\""},
                                     std::pair{"europe/moscow", "\"Europe/Moscow\""}}) {
    const auto found = Zone::find(wrong);
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == Errc::not_found);
    CHECK(found.error().what().find(meant) != std::string::npos);
  }
  for (const auto* hostile : {"", "/etc/passwd", "../../etc/passwd", "Mars/Olympus_Mons"}) {
    const auto found = Zone::find(hostile);
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == Errc::not_found);
  }
  CHECK_FALSE(Zone::find(std::string(100'000, 'x')));
}

TEST_CASE("dates that do not exist are none") {
  CHECK_FALSE(local_time(2023, 2, 29));
  CHECK_FALSE(local_time(2023, 13, 1));
  CHECK_FALSE(local_time(2023, 0, 1));
  CHECK_FALSE(local_time(1969, 1, 1));
  CHECK_FALSE(local_time(2023, 1, 1, 24));
  CHECK(local_time(2023, 1, 1, 23, 59, 60) == local_time(2023, 1, 2));
  CHECK(local_time(1970, 1, 2)->micros == 86'400'000'000);
}

TEST_CASE("our zones agree with the C library, and a way there and back is the identity") {
  for (const char* name : {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                           "Africa/Casablanca", "Asia/Tehran", "America/Sao_Paulo", "UTC"}) {
    CAPTURE(name);
    const LibcZone libc(name);
    const auto ours = zone(name);
    ZoneCursor cursor(ours);
    rc::check("both ways", [&] {
      const auto t = *rc::gen::inRange<std::int64_t>(0, 2'145'000'000);  // to the end of 2037
      const auto wall = ours.to_local(UtcTime{t * 1'000'000});
      RC_ASSERT(wall.micros == (t + LibcZone::offset(t)) * 1'000'000);
      const auto back = ours.to_utc(wall);
      RC_ASSERT(back.kind != Resolved::Kind::gap);
      if (back.kind == Resolved::Kind::exact) RC_ASSERT(back.utc.micros == t * 1'000'000);
      if (back.kind == Resolved::Kind::fold) RC_ASSERT(back.utc.micros <= t * 1'000'000);
      RC_ASSERT(cursor.to_utc(wall) == back);
      RC_ASSERT(cursor.to_utc(wall) == back);
    });
  }
}

TEST_CASE("a cursor that crosses every change of a year agrees with the zone") {
  const auto berlin = zone("Europe/Berlin");
  ZoneCursor cursor(berlin);
  const auto begin = local(2023, 1, 1).micros, end = local(2024, 2, 1).micros;
  for (auto t = begin; t < end; t += 900'000'000) {
    const LocalTime wall{t};
    REQUIRE(cursor.to_utc(wall) == berlin.to_utc(wall));
  }
  CHECK(said(Zone::utc().to_utc(local(2023, 7, 17))) == "2023-07-17T00:00 exact");
}
