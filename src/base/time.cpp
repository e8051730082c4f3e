#include "base/time.hpp"

#include <charconv>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace interdict {
namespace {

constexpr std::int64_t kMicro = 1'000'000;
constexpr std::int64_t kLatest = 7'258'118'400;  // 2200-01-01

std::optional<UtcTime> checked(double unix_seconds) {
  if (!(unix_seconds >= 0) || !(unix_seconds <= static_cast<double>(kLatest))) return std::nullopt;
  return UtcTime{static_cast<std::int64_t>(std::llround(unix_seconds * 1e6))};
}

struct Civil {
  int year;
  unsigned month, day;
  std::int64_t second_of_day;
  std::int64_t micro;
};

Civil civil(UtcTime t) {
  const auto seconds = t.micros >= 0 ? t.micros / kMicro : -((kMicro - 1 - t.micros) / kMicro);
  const auto days = seconds >= 0 ? seconds / 86'400 : -((86'399 - seconds) / 86'400);
  const std::chrono::year_month_day ymd{std::chrono::sys_days{std::chrono::days{days}}};
  return {int{ymd.year()}, unsigned{ymd.month()}, unsigned{ymd.day()}, seconds - days * 86'400,
          t.micros - seconds * kMicro};
}

std::string format(UtcTime t, char separator, std::string_view zone) {
  const Civil c = civil(t);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}.{:06}{}", c.year, c.month, c.day,
                     separator, c.second_of_day / 3600, c.second_of_day / 60 % 60,
                     c.second_of_day % 60, c.micro, zone);
}

/// The number in text[at, at + digits), or nothing if any of it is not a digit.
std::optional<int> number(std::string_view text, std::size_t at, std::size_t digits) {
  if (text.size() < at + digits) return std::nullopt;
  int value = 0;
  const char* first = text.data() + at;
  const auto [end, error] = std::from_chars(first, first + digits, value);
  if (error != std::errc{} || end != first + digits || *first == '-') return std::nullopt;
  return value;
}

}  // namespace

std::optional<UtcTime> from_unix_seconds(double seconds) { return checked(seconds); }
std::optional<UtcTime> from_unix_seconds(std::int64_t seconds) {
  if (seconds < 0 || seconds > kLatest) return std::nullopt;
  return UtcTime{seconds * kMicro};
}
std::optional<UtcTime> from_cocoa_seconds(double seconds) {
  return checked(seconds + static_cast<double>(kCocoaEpoch));
}
std::optional<UtcTime> from_cocoa_integer(std::int64_t value) {
  constexpr std::int64_t kNanosFrom = 1'000'000'000'000;
  if (value < kNanosFrom && value > -kNanosFrom) return from_unix_seconds(value + kCocoaEpoch);
  const UtcTime t{value / 1000 + kCocoaEpoch * kMicro};
  if (t.micros < 0 || t.micros > kLatest * kMicro) return std::nullopt;
  return t;
}

std::string iso8601(UtcTime t) { return format(t, 'T', "Z"); }
std::string iso8601_spaced(UtcTime t) { return format(t, ' ', ""); }

std::optional<UtcTime> parse_date(std::string_view text) {
  const auto year = number(text, 0, 4), month = number(text, 5, 2), day = number(text, 8, 2);
  if (text.size() != 10 || text[4] != '-' || text[7] != '-' || !year || !month || !day) {
    return std::nullopt;
  }
  const std::chrono::year_month_day ymd{std::chrono::year{*year},
                                        std::chrono::month{static_cast<unsigned>(*month)},
                                        std::chrono::day{static_cast<unsigned>(*day)}};
  if (!ymd.ok()) return std::nullopt;
  return UtcTime{std::chrono::sys_days{ymd}.time_since_epoch().count() * 86'400 * kMicro};
}

std::optional<UtcTime> parse_iso8601(std::string_view text) {
  if (text.size() < 20 || text.back() != 'Z' || (text[10] != 'T' && text[10] != ' ')) {
    return std::nullopt;
  }
  const auto date = parse_date(text.substr(0, 10));
  const auto hour = number(text, 11, 2), minute = number(text, 14, 2), second = number(text, 17, 2);
  if (!date || !hour || !minute || !second || text[13] != ':' || text[16] != ':' || *hour > 23 ||
      *minute > 59 || *second > 60) {
    return std::nullopt;
  }
  std::int64_t micro = 0;
  const auto fraction = text.substr(19, text.size() - 20);
  if (!fraction.empty()) {
    if (fraction[0] != '.' || fraction.size() < 2 || fraction.size() > 10) return std::nullopt;
    const auto digits = number(fraction, 1, fraction.size() - 1);
    if (!digits) return std::nullopt;
    micro = *digits;
    for (auto n = fraction.size() - 1; n < 6; ++n) micro *= 10;
    for (auto n = fraction.size() - 1; n > 6; --n) micro /= 10;
  }
  return UtcTime{date->micros + (*hour * 3600 + *minute * 60 + *second) * kMicro + micro};
}

}  // namespace interdict
