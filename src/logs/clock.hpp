// The instants behind a file's stamps: the year that classic syslog leaves out, and the zone.
//
// The year moves with the file. The first stamp is in the year the caller gives. A stamp that is
// more than half a year before the last one is next year's (Dec to Jan); one that is at most two
// days before the last, seen over a New Year, is last year's; everything else is this year's, so a
// few old lines do not throw the rest of a log a year ahead. What came more than two days out of
// order is counted.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"
#include "base/zone.hpp"
#include "logs/stamp.hpp"

namespace interdict::logs {

/// How the stamps of a file had to be read.
struct ClockCoverage {
  std::uint64_t gaps = 0;          // wall clocks that were skipped: taken as the change's instant
  std::uint64_t folds = 0;         // wall clocks that came twice: taken as the earlier instant
  std::uint64_t years = 0;         // New Years crossed
  std::uint64_t out_of_order = 0;  // days that came more than two days late
};

class Clock {
 public:
  /// `year` 0: the file's classic stamps cannot be dated, and undated() says so.
  Clock(Zone zone, int year) : cursor_(std::move(zone)), year_(year) {}

  /// The year of a line that begins with a classic stamp. To be asked of every such line in its
  /// order, used or not; costs a comparison while the day stays the same. 0: no such stamp, or no
  /// year is known.
  int year_of(std::string_view line) {
    if (line.size() >= kClassicLength &&
        line.substr(0, day_text_.size()) == std::string_view(day_text_.data(), day_text_.size())) {
      return day_year_;
    }
    return year_of_new_day(line);
  }
  /// The instant of a classic stamp in that year.
  std::optional<UtcTime> classic(std::string_view stamp, int year);
  /// The instant of an ISO stamp; one without an offset is a wall clock in the file's zone.
  UtcTime iso(const IsoStamp& stamp);

  [[nodiscard]] const ClockCoverage& coverage() const { return coverage_; }
  /// A stamp without a year was met, and no year was given.
  [[nodiscard]] bool undated() const { return undated_; }

 private:
  int year_of_new_day(std::string_view line);
  UtcTime resolve(LocalTime wall);

  ZoneCursor cursor_;
  int year_;                        // of the newest day so far
  unsigned last_ = 0;               // that day as month * 31 + day; 0: none yet
  std::array<char, 6> day_text_{};  // "Jul 16" of the line before
  int day_year_ = 0;                // its year
  bool undated_ = false;
  ClockCoverage coverage_;
};

/// For the files of one period, each given by its first stamp: the years in which they begin when
/// the earliest begins in `year`. The period begins after the longest pause on the circle of the
/// year, so files may be given in any order. A file without a classic stamp has month 0.
void starting_years(std::span<const ClassicStamp> first, int year, std::span<int> years);

}  // namespace interdict::logs
