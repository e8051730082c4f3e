// UTC instants, and the epochs in which phones write them.
//
// Everything is stored and compared in UTC microseconds since 1970. A value that no phone can mean
// (before 1970, after 2200, NaN) becomes no time at all rather than a wrong one.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace interdict {

struct UtcTime {
  std::int64_t micros = 0;  // since 1970-01-01T00:00:00Z
  auto operator<=>(const UtcTime&) const = default;
};

/// Seconds between 1970 and 2001-01-01T00:00:00Z, the epoch of Core Data and Foundation.
inline constexpr std::int64_t kCocoaEpoch = 978'307'200;

std::optional<UtcTime> from_unix_seconds(double seconds);
std::optional<UtcTime> from_unix_seconds(std::int64_t seconds);
/// Seconds since 2001.
std::optional<UtcTime> from_cocoa_seconds(double seconds);
/// sms.db and others: seconds since 2001 up to iOS 10, nanoseconds since 2001 from iOS 11; told
/// apart by size, since 10^12 seconds are 31,000 years.
std::optional<UtcTime> from_cocoa_integer(std::int64_t value);

/// "2023-06-01T12:00:00.123456Z".
std::string iso8601(UtcTime t);
/// "2023-06-01 12:00:00.123456": the spelling that MVT's users parse.
std::string iso8601_spaced(UtcTime t);
/// Reads what iso8601 writes; the fraction (1 to 9 digits) is optional, the Z is not.
std::optional<UtcTime> parse_iso8601(std::string_view text);
/// Midnight UTC of "2023-06-01".
std::optional<UtcTime> parse_date(std::string_view text);

}  // namespace interdict
