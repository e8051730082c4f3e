#include "base/zone.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <limits>
#include <string>
#include <vector>

#include <date/tz.h>
#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict {

/// A stretch of one offset. (Part of Zone::Table, so not in the anonymous namespace.)
struct ZoneSpan {
  std::int64_t from;          // UTC microseconds of the change that began it
  std::int64_t doubtful;      // wall clocks from here to `settled` were skipped or came twice
  std::int64_t settled;       // wall clocks from here on are exact
  std::int64_t offset;        // microseconds ahead of UTC
  std::int64_t offset_until;  // the offset before the change
};

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kForever = std::numeric_limits<std::int64_t>::max() / 4;
constexpr std::int64_t kZonesEnd = 7'258'118'400;  // 2200-01-01, the end of UtcTime (time.hpp)

Error unknown_zone(std::string_view name) {
  std::string best;
  std::size_t least = 4;
  for (const auto& zone : date::get_tzdb().zones) {
    const auto d = edit_distance(name, zone.name(), least);
    if (d < least) {
      least = d;
      best = zone.name();
    }
  }
  auto what = fmt::format("no time zone \"{}\"", printable(name.substr(0, 64)));
  if (!best.empty()) what += fmt::format(" (did you mean \"{}\"?)", best);
  return {Errc::not_found, std::move(what)};
}

std::vector<ZoneSpan> spans_of(const date::time_zone& zone) {
  std::vector<ZoneSpan> spans;
  auto at = date::sys_seconds{};
  const date::sys_seconds end{std::chrono::seconds{kZonesEnd}};
  // Bounded: the files hold a few hundred changes; a zone of more is cut at 4096.
  while (at < end && spans.size() < 4096) {
    const auto info = zone.get_info(at);
    const std::int64_t offset = std::chrono::seconds{info.offset}.count() * kMicrosPerSecond;
    if (spans.empty()) {
      spans.push_back({-kForever, -kForever, -kForever, offset, offset});
    } else if (const std::int64_t before = spans.back().offset; offset != before) {
      const std::int64_t from = info.begin.time_since_epoch().count() * kMicrosPerSecond;
      spans.push_back(
          {from, from + std::min(before, offset), from + std::max(before, offset), offset, before});
    }
    if (info.end <= at) break;
    at = info.end;
  }
  return spans;
}

}  // namespace

struct Zone::Table {
  std::string name;
  std::vector<ZoneSpan> spans;  // never empty; the first begins before every time

  /// The last span whose wall clocks begin at or before `local`.
  [[nodiscard]] std::vector<ZoneSpan>::const_iterator at(LocalTime local) const {
    const auto next =
        std::upper_bound(spans.begin() + 1, spans.end(), local.micros,
                         [](std::int64_t t, const ZoneSpan& span) { return t < span.doubtful; });
    return next - 1;
  }
};

std::optional<LocalTime> local_time(int year, unsigned month, unsigned day, unsigned hour,
                                    unsigned minute, unsigned second, unsigned micros) {
  const std::chrono::year_month_day ymd{std::chrono::year{year}, std::chrono::month{month},
                                        std::chrono::day{day}};
  if (year < 1970 || year > 2199 || !ymd.ok() || hour > 23 || minute > 59 || second > 60 ||
      micros >= kMicrosPerSecond) {
    return std::nullopt;
  }
  const std::int64_t days = std::chrono::sys_days{ymd}.time_since_epoch().count();
  const std::int64_t seconds =
      days * 86'400 + std::int64_t{hour} * 3600 + std::int64_t{minute} * 60 + second;
  return LocalTime{seconds * kMicrosPerSecond + micros};
}

Result<Zone> Zone::find(std::string_view name) {
  // The library throws for what it does not know; nothing of it leaves this function.
  try {
    const auto& zones = date::get_tzdb().zones;
    const auto known = std::find_if(zones.begin(), zones.end(),
                                    [&](const auto& zone) { return zone.name() == name; });
    if (known == zones.end()) return unknown_zone(name);
    return Zone(std::make_shared<const Table>(Table{std::string(name), spans_of(*known)}));
  } catch (const std::exception& e) {
    return Error{Errc::io, fmt::format("time zones: {}", e.what())};
  }
}

Zone Zone::utc() {
  return Zone(std::make_shared<const Table>(
      Table{"UTC", {ZoneSpan{-kForever, -kForever, -kForever, 0, 0}}}));
}

std::string_view Zone::name() const { return table_->name; }

Resolved Zone::to_utc(LocalTime local) const {
  const ZoneSpan& span = *table_->at(local);
  if (local.micros >= span.settled) return {UtcTime{local.micros - span.offset}, {}};
  if (span.offset > span.offset_until) return {UtcTime{span.from}, Resolved::Kind::gap};
  return {UtcTime{local.micros - span.offset_until}, Resolved::Kind::fold};
}

LocalTime Zone::to_local(UtcTime utc) const {
  const auto& spans = table_->spans;
  const auto next =
      std::upper_bound(spans.begin() + 1, spans.end(), utc.micros,
                       [](std::int64_t t, const ZoneSpan& span) { return t < span.from; });
  return LocalTime{utc.micros + (next - 1)->offset};
}

Resolved ZoneCursor::search(LocalTime local) {
  const auto span = zone_.table_->at(local);
  if (local.micros >= span->settled) {
    from_ = span->settled;
    before_ = span + 1 == zone_.table_->spans.end() ? kForever : (span + 1)->doubtful;
    offset_ = span->offset;
  }
  return zone_.to_utc(local);
}

}  // namespace interdict
