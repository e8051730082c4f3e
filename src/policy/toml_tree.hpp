// A TOML file as a plain tree with the place of every key and value. toml++ stays behind this face.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.hpp"
#include "policy/problems.hpp"

namespace interdict::policy {

struct Member;

struct Node {
  enum class Kind : std::uint8_t {
    table,
    array,
    text,
    integer,
    real,
    boolean,
    date,
    date_time,
    time
  };
  Kind kind = Kind::table;
  bool flag = false;
  bool has_offset = false;    // of a date_time
  std::int16_t offset = 0;    // minutes ahead of UTC
  bool representable = true;  // of a date or date_time: years 1970 to 2199
  Place place;
  std::int64_t integer = 0;
  double real = 0;
  LocalTime when;  // of a date (its midnight) or date_time
  std::string text;
  std::vector<Member> members;  // of a table, in the order of the file
  std::vector<Node> items;      // of an array
};
struct Member {
  std::string name;
  Place place;
  Node value;
};

/// "a table", "text", "a date": for messages.
std::string_view words_for(Node::Kind kind);

/// Bounds of a ban file: 64 MiB, values 16 deep, 32 dots outside texts a line (each is a level that
/// toml++ takes apart by recursion).
inline constexpr std::size_t kMaxTomlBytes = std::size_t{64} << 20;
inline constexpr int kMaxTomlDepth = 16;

/// The root table; on an error (the first that toml++ meets) an empty one, and a problem is added.
Node read_toml(std::string_view text, Problems& problems);

}  // namespace interdict::policy
