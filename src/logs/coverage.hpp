// What a log was read for, what of it was not read, and what it cannot show.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logs/clock.hpp"

namespace interdict::logs {

/// Why a line was not used.
enum class Skip : std::uint8_t {
  too_long,       // longer than Options::max_line
  cut_off,        // the last line, without its end: what stands there may be half a name
  no_stamp,       // does not begin as a line of this kind
  undated,        // no such day in that year
  other_program,  // a well-formed line of a program we do not read
  unknown_form,   // of a program we read, but not in a form we know
  long_account,   // the account has more than 256 bytes
  too_much_said,  // a session or a line said more of itself than we keep
};
inline constexpr std::size_t kSkips = 8;
std::string_view name_of(Skip s);  // "too-long"
std::string_view sentence(Skip s);

/// Counts of one file.
struct FileCoverage {
  std::string name;
  std::string kind;         // "mail", "iis", "web", "json"
  std::uint64_t bytes = 0;  // after decompression
  std::uint64_t lines = 0;
  std::uint64_t recognised = 0;  // lines whose form we know, whether or not they say anything
  std::array<std::uint64_t, kSkips> skipped{};
  ClockCoverage clock;
  std::string damage;  // "gzip: ends in the middle of a member"; empty: read to its end
};

/// What cannot be seen in this log, as a sentence with its numbers.
struct Blind {
  std::string_view id;  // "postfix/no-ehlo"
  std::uint64_t count = 0;
  std::uint64_t of = 0;  // of how many
  std::string_view text;
};

struct Coverage {
  std::vector<FileCoverage> files;
  std::uint64_t sightings = 0;
  std::uint64_t not_work = 0;       // sessions of accounts that are not work accounts
  std::uint64_t no_account = 0;     // messages, sessions, requests without an authenticated user
  std::uint64_t evicted = 0;        // sessions given up because too many were open
  std::uint64_t open_at_end = 0;    // sessions whose end is not in these logs
  std::uint64_t forged_frames = 0;  // values that imitate what a server writes around them
  std::vector<Blind> cannot_show;   // only those with a count
};

}  // namespace interdict::logs
