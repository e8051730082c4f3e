// One record of a timeline run, as both halves of the timeline read and write it.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace interdict::examine {

struct TimelineRecord {
  std::int64_t time = 0;     // microseconds since 1970
  std::uint32_t events = 0;  // bit i: the table's i-th time column
  std::string_view tail;     // "description,file,locator", escaped
};
inline constexpr std::size_t kRunHeader = 8;
inline constexpr std::size_t kRecordHeader = 16;
inline constexpr std::size_t kMaxTail = 1 << 14;
inline constexpr std::size_t kMaxTimeColumns = 32;

/// width <= 8.
inline void append_le(std::string& out, std::uint64_t value, std::size_t width) {
  char bytes[8];
  for (std::size_t i = 0; i < width; ++i, value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  out.append(bytes, width);
}

inline void append_record(std::string& out, const TimelineRecord& record) {
  append_le(out, static_cast<std::uint64_t>(record.time), 8);
  append_le(out, record.events, 4);
  append_le(out, record.tail.size(), 4);
  out += record.tail;
}

/// Bytes that the record beginning here has in all. `header` holds kRecordHeader bytes at least.
inline std::size_t record_size(std::string_view header) {
  return kRecordHeader + static_cast<std::size_t>(load_le(bytes_of(header).data() + 12, 4));
}

/// Of records that this process wrote itself.
inline std::string_view record_bytes_at(std::string_view records, std::size_t offset) {
  const auto rest = records.substr(offset);
  return rest.substr(0, record_size(rest));
}

/// `bytes` is one whole record.
inline TimelineRecord record_of(std::string_view bytes) {
  const auto* p = bytes_of(bytes).data();
  return {static_cast<std::int64_t>(load_le(p, 8)), static_cast<std::uint32_t>(load_le(p + 8, 4)),
          bytes.substr(kRecordHeader)};
}

}  // namespace interdict::examine
