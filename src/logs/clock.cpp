#include "logs/clock.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace interdict::logs {
namespace {

// Days on a circle of 12 months of 31 days: good enough to tell a half year from two days.
constexpr unsigned kCircle = 12 * 31;
constexpr unsigned kHalf = kCircle / 2;
constexpr unsigned kTolerance = 2;

unsigned place(const ClassicStamp& s) { return (s.month - 1) * 31 + s.day; }

}  // namespace

int Clock::year_of_new_day(std::string_view line) {
  const auto stamp = parse_classic(line);
  if (!stamp) return 0;
  if (year_ == 0) {
    undated_ = true;
    return 0;
  }
  const unsigned now = place(*stamp);
  int year = year_;
  if (last_ == 0 || now == last_) {
    last_ = now;
  } else if (now > last_) {
    if (last_ + kCircle - now <= kTolerance) {
      year = year_ - 1;  // 31 December after 1 January
    } else {
      last_ = now;
    }
  } else if (last_ - now > kHalf) {
    year = ++year_;
    last_ = now;
    ++coverage_.years;
  } else if (last_ - now > kTolerance) {
    ++coverage_.out_of_order;
    last_ = now;
  }
  std::memcpy(day_text_.data(), line.data(), day_text_.size());
  day_year_ = year;
  return year;
}

UtcTime Clock::resolve(LocalTime wall) {
  const auto resolved = cursor_.to_utc(wall);
  if (resolved.kind == Resolved::Kind::gap) ++coverage_.gaps;
  if (resolved.kind == Resolved::Kind::fold) ++coverage_.folds;
  return resolved.utc;
}

std::optional<UtcTime> Clock::classic(std::string_view text, int year) {
  const auto stamp = parse_classic(text);
  if (!stamp || year == 0) return std::nullopt;
  const auto wall =
      local_time(year, stamp->month, stamp->day, stamp->hour, stamp->minute, stamp->second);
  if (!wall) return std::nullopt;
  return resolve(*wall);
}

UtcTime Clock::iso(const IsoStamp& stamp) {
  if (stamp.offset) return UtcTime{stamp.wall.micros - *stamp.offset};
  return resolve(stamp.wall);
}

void starting_years(std::span<const ClassicStamp> first, int year, std::span<int> years) {
  std::vector<unsigned> places;
  for (const auto& stamp : first) {
    if (stamp.month != 0) places.push_back(place(stamp));
  }
  std::sort(places.begin(), places.end());
  // The pause before each place; the first one follows the last of the year before.
  unsigned begin = 0, longest = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const unsigned before = i == 0 ? places.back() : places[i - 1];
    const unsigned pause = i == 0 ? places[0] + kCircle - before : places[i] - before;
    if (pause > longest) {
      longest = pause;
      begin = places[i];
    }
  }
  for (std::size_t i = 0; i < first.size() && i < years.size(); ++i) {
    const bool next = first[i].month != 0 && place(first[i]) < begin;
    years[i] = year == 0 ? 0 : year + (next ? 1 : 0);
  }
}

}  // namespace interdict::logs
