#include "policy/instant.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/problems.hpp"

namespace interdict::policy {
namespace {

constexpr std::int64_t kMinuteMicros = 60'000'000;

std::optional<unsigned> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  return value;
}

/// "Z", "+02:00", "-0330"; takes it off the end.
std::optional<std::int64_t> take_offset(std::string_view& text) {
  if (text.ends_with('Z') || text.ends_with('z')) {
    text.remove_suffix(1);
    return 0;
  }
  const auto sign = text.find_last_of("+-");
  if (sign == text.npos || sign < 16) return std::nullopt;  // a date has its own dashes
  const auto rest = text.substr(sign + 1);
  const auto hours = digits(rest, 0, 2);
  const auto minutes = digits(rest, rest.size() == 5 && rest[2] == ':' ? 3 : 2, 2);
  if (!hours || !minutes || *hours > 14 || *minutes > 59 || rest.size() > 5) return std::nullopt;
  const auto ahead = static_cast<std::int64_t>(*hours * 60 + *minutes) * kMinuteMicros;
  const bool behind = text[sign] == '-';
  text = text.substr(0, sign);
  return behind ? -ahead : ahead;
}

std::optional<LocalTime> local_of(std::string_view text) {
  const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  if (text.size() == 10) return local_time(static_cast<int>(*year), *month, *day);
  if (text[10] != 'T' && text[10] != ' ') return std::nullopt;
  const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2);
  if (!hour || !minute || text[13] != ':') return std::nullopt;
  unsigned second = 0;
  if (text.size() != 16) {
    const auto written = digits(text, 17, 2);
    if (!written || text[16] != ':' || text.size() != 19) return std::nullopt;
    second = *written;
  }
  return local_time(static_cast<int>(*year), *month, *day, *hour, *minute, second);
}

}  // namespace

Result<Resolved> parse_instant(std::string_view written, const Zone& zone) {
  auto text = trimmed(written);
  const auto offset = take_offset(text);
  const auto local = local_of(text);
  if (!local || (offset && text.size() == 10)) {
    return Error{Errc::usage, fmt::format("'{}' is no date and time: write 2023-07-17, "
                                          "2023-07-17T09:30 (local) or 2023-07-17T07:30Z",
                                          shown(written))};
  }
  if (offset) return Resolved{UtcTime{local->micros - *offset}, Resolved::Kind::exact};
  return zone.to_utc(*local);
}

}  // namespace interdict::policy
