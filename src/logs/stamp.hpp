// The time stamps of mail and web logs, as text to calendar. No zone and no year is guessed here;
// clock.hpp does that.
//
// Formats  classic syslog    "Jul 16 23:59:01", day padded with a blank or a zero (RFC 3164, 4.1.2)
//          ISO               "2023-07-16T23:59:01.123456+02:00" (RFC 3339; also with a blank for T,
//                            an offset without its colon, "Z", or no offset: journalctl, Dovecot)
//          common log        "16/Jul/2023:23:59:01 +0200" (Apache mod_log_config %t, nginx
//                            $time_local)
// Every function looks at the beginning of `text` and never further than the stamp.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"
#include "base/zone.hpp"

namespace interdict::logs {

/// A stamp without a year.
struct ClassicStamp {
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
};
inline constexpr std::size_t kClassicLength = 15;
std::optional<ClassicStamp> parse_classic(std::string_view text);
/// "Jul" to 7; 0 for anything else. Looks at three letters.
unsigned month_number(std::string_view text);

struct IsoStamp {
  LocalTime wall;
  std::optional<std::int64_t> offset;  // microseconds ahead of UTC, where the stamp says so
  std::size_t length = 0;
};
std::optional<IsoStamp> parse_iso_stamp(std::string_view text);

inline constexpr std::size_t kCommonLength = 26;
std::optional<UtcTime> parse_common(std::string_view text);

}  // namespace interdict::logs
