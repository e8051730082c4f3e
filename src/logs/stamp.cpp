#include "logs/stamp.hpp"

#include <cstring>

namespace interdict::logs {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The two digits at `at`, or 1000 when they are none. The caller has checked the length.
unsigned two_digits(std::string_view text, std::size_t at) {
  const char tens = text[at], ones = text[at + 1];
  if (!is_digit(tens) || !is_digit(ones)) return 1000;
  return static_cast<unsigned>(tens - '0') * 10 + static_cast<unsigned>(ones - '0');
}

/// "+02:00" or "+0200" at the start of text: microseconds, and how long it is.
struct Offset {
  std::int64_t micros = 0;
  std::size_t length = 0;  // 0: there is none
};
Offset parse_offset(std::string_view text) {
  if (text.size() < 5 || (text[0] != '+' && text[0] != '-')) return {};
  const std::size_t colon = text[3] == ':' ? 1 : 0;
  if (text.size() < 5 + colon) return {};
  const unsigned hours = two_digits(text, 1), minutes = two_digits(text, 3 + colon);
  if (hours > 23 || minutes > 59) return {};
  const std::int64_t micros = (hours * 60LL + minutes) * 60 * kSecond;
  return {text[0] == '-' ? -micros : micros, 5 + colon};
}

}  // namespace

unsigned month_number(std::string_view text) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() < 3) return 0;
  for (std::size_t month = 0; month < 12; ++month) {
    if (std::memcmp(text.data(), kMonths.data() + month * 3, 3) == 0) {
      return static_cast<unsigned>(month + 1);
    }
  }
  return 0;
}

std::optional<ClassicStamp> parse_classic(std::string_view text) {
  if (text.size() < kClassicLength || text[3] != ' ' || text[6] != ' ' || text[9] != ':' ||
      text[12] != ':') {
    return std::nullopt;
  }
  ClassicStamp stamp;
  stamp.month = month_number(text);
  if (text[4] == ' ' && is_digit(text[5])) {
    stamp.day = static_cast<unsigned>(text[5] - '0');
  } else {
    stamp.day = two_digits(text, 4);
  }
  stamp.hour = two_digits(text, 7);
  stamp.minute = two_digits(text, 10);
  stamp.second = two_digits(text, 13);
  if (stamp.month == 0 || stamp.day == 0 || stamp.day > 31 || stamp.hour > 23 ||
      stamp.minute > 59 || stamp.second > 60) {
    return std::nullopt;
  }
  return stamp;
}

std::optional<IsoStamp> parse_iso_stamp(std::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const unsigned century = two_digits(text, 0), years = two_digits(text, 2);
  const unsigned month = two_digits(text, 5), day = two_digits(text, 8);
  if (century > 99 || years > 99) return std::nullopt;
  std::size_t at = 19;
  unsigned micros = 0;
  if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
    unsigned scale = 100'000;
    std::size_t digits = 0;
    for (++at; at < text.size() && is_digit(text[at]); ++at, scale /= 10) {
      if (++digits > 9) return std::nullopt;
      micros += static_cast<unsigned>(text[at] - '0') * scale;
    }
    if (digits == 0) return std::nullopt;
  }
  const auto wall =
      local_time(static_cast<int>(century * 100 + years), month, day, two_digits(text, 11),
                 two_digits(text, 14), two_digits(text, 17), micros);
  if (!wall) return std::nullopt;
  IsoStamp stamp{*wall, std::nullopt, at};
  if (at < text.size() && text[at] == 'Z') {
    stamp.offset = 0;
    stamp.length = at + 1;
  } else if (const auto offset = parse_offset(text.substr(at)); offset.length > 0) {
    stamp.offset = offset.micros;
    stamp.length = at + offset.length;
  }
  return stamp;
}

std::optional<UtcTime> parse_common(std::string_view text) {
  if (text.size() < kCommonLength || text[2] != '/' || text[6] != '/' || text[11] != ':' ||
      text[14] != ':' || text[17] != ':' || text[20] != ' ') {
    return std::nullopt;
  }
  const unsigned century = two_digits(text, 7), years = two_digits(text, 9);
  const auto offset = parse_offset(text.substr(21, 5));
  if (century > 99 || years > 99 || offset.length != 5) return std::nullopt;
  const auto wall = local_time(static_cast<int>(century * 100 + years),
                               month_number(text.substr(3)), two_digits(text, 0),
                               two_digits(text, 12), two_digits(text, 15), two_digits(text, 18));
  if (!wall) return std::nullopt;
  return UtcTime{wall->micros - offset.micros};
}

}  // namespace interdict::logs
