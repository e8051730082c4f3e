// JSON objects of plain values, one after another: an array of them, or JSON lines.
//
// Strings come unescaped, numbers, true and false as they are written; null, arrays and objects
// inside are left out. Behind this face stands simdjson, which is slow to compile.

#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace interdict::devices {

struct JsonMember {
  std::string_view name, value;
};

inline constexpr std::size_t kMaxJson = std::size_t{256} * 1024 * 1024;  // an array
inline constexpr std::size_t kMaxJsonLine = std::size_t{1024} * 1024;    // a line
inline constexpr std::size_t kMaxJsonMembers = 200;  // of one object; the rest is left out

/// A view of the members for the call only. An error stops the reading.
using VisitObject = std::function<Status(std::span<const JsonMember>)>;
/// What is wrong with an element or line, and its number from 1; the others are read all the same.
using VisitBad = std::function<void(std::size_t number, std::string_view why)>;

/// text beginning with '[' is an array, which must be well formed as a whole; anything else is JSON
/// lines. Errors: malformed, limit, and those of `visit`.
Status each_json_object(std::string_view text, const VisitObject& visit, const VisitBad& bad);

/// text as one object, over as many lines as it likes, of at most kMaxJsonLine bytes. Errors:
/// malformed (also for anything behind it), limit, and those of `visit`.
Status read_json_object(std::string_view text, const VisitObject& visit);

/// The value of the first member of that name; empty: none.
std::string_view value_of(std::span<const JsonMember> members, std::string_view name);

}  // namespace interdict::devices
