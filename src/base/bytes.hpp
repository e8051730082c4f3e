// Bytes and the two byte orders: the only place where a pointer changes its type.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace interdict {

/// A view of somebody else's bytes; never outlives the call that received it.
using ByteView = std::span<const std::byte>;
/// Bytes we own.
using Bytes = std::vector<std::byte>;

inline ByteView bytes_of(std::string_view s) { return std::as_bytes(std::span(s)); }
inline std::string_view text_of(ByteView b) {
  return {reinterpret_cast<const char*>(b.data()), b.size()};
}
/// For C libraries that speak unsigned char.
inline const unsigned char* uchars(ByteView b) {
  return reinterpret_cast<const unsigned char*>(b.data());
}
inline unsigned char* uchars(std::span<std::byte> b) {
  return reinterpret_cast<unsigned char*>(b.data());
}
inline const unsigned char* uchars(std::string_view s) { return uchars(bytes_of(s)); }

/// width <= 8 bytes at p, most significant first. The caller has checked that they are there.
inline std::uint64_t load_be(const std::byte* p, unsigned width) {
  std::uint64_t v = 0;
  while (width-- > 0) v = v << 8 | std::to_integer<std::uint64_t>(*p++);
  return v;
}
/// width <= 8 bytes at p, least significant first. The caller has checked that they are there.
inline std::uint64_t load_le(const std::byte* p, unsigned width) {
  std::uint64_t v = 0;
  while (width-- > 0) v = v << 8 | std::to_integer<std::uint64_t>(p[width]);
  return v;
}

}  // namespace interdict
