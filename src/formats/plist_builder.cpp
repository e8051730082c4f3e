#include "formats/plist_builder.hpp"

#include <algorithm>
#include <bit>

namespace interdict::plist {
namespace {

constexpr unsigned kReference = 4;  // bytes

unsigned width_of(std::uint64_t value) {
  return value <= 0xFF ? 1 : value <= 0xFFFF ? 2 : value <= 0xFFFF'FFFF ? 4 : 8;
}

unsigned integer_mark(unsigned width) {
  return 0x10 | static_cast<unsigned>(std::countr_zero(width));
}

bool ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// UTF-8 that an XML parser has passed, so well formed; were it not, no byte beyond it is read.
std::vector<char16_t> utf16(std::string_view utf8) {
  std::vector<char16_t> out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i++]);
    const unsigned more = lead < 0xC0 ? 0 : lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
    std::uint32_t c = more == 0 ? lead : lead & (0x3Fu >> more);
    for (unsigned n = 0; n < more && i < utf8.size(); ++n) {
      c = c << 6 | (static_cast<unsigned char>(utf8[i++]) & 0x3Fu);
    }
    if (c >= 0x10000) {
      out.push_back(static_cast<char16_t>(0xD800 + ((c - 0x10000) >> 10)));
      c = 0xDC00 + (c & 0x3FF);
    }
    out.push_back(static_cast<char16_t>(c));
  }
  return out;
}

}  // namespace

Builder::Builder(std::size_t expected_bytes) {
  out_.reserve(expected_bytes + 64);
  put(bytes_of("bplist00"));
}

void Builder::put(std::uint64_t value, unsigned width) {
  while (width-- > 0) out_.push_back(static_cast<std::byte>(value >> (8 * width) & 0xFF));
}

Builder::Number Builder::begin(unsigned mark) {
  offsets_.push_back(static_cast<std::uint32_t>(out_.size()));
  put(mark, 1);
  return static_cast<Number>(offsets_.size() - 1);
}

Builder::Number Builder::begin_counted(unsigned type, std::uint64_t count) {
  if (count < 15) return begin(type << 4 | static_cast<unsigned>(count));
  const Number number = begin(type << 4 | 15);
  const unsigned width = width_of(count);
  put(integer_mark(width), 1);
  put(count, width);
  return number;
}

Builder::Number Builder::boolean(bool value) {
  auto& number = booleans_[value ? 1 : 0];
  if (!number) number = begin(value ? 0x09 : 0x08);
  return *number;
}

Builder::Number Builder::integer(WideInteger value) {
  const bool beyond_63_bits = !value.negative && value.bits >> 63 != 0;
  const unsigned width = beyond_63_bits ? 16 : value.negative ? 8 : width_of(value.bits);
  const Number number = begin(integer_mark(width));
  if (beyond_63_bits) put(0, 8);
  put(value.bits, std::min(width, 8u));
  return number;
}

Builder::Number Builder::real(double value) {
  const Number number = begin(0x23);
  put(std::bit_cast<std::uint64_t>(value), 8);
  return number;
}

Builder::Number Builder::date(double cocoa_seconds) {
  const Number number = begin(0x33);
  put(std::bit_cast<std::uint64_t>(cocoa_seconds), 8);
  return number;
}

Builder::Number Builder::data(ByteView bytes) {
  const Number number = begin_counted(0x4, bytes.size());
  put(bytes);
  return number;
}

Builder::Number Builder::text(std::string_view utf8) {
  if (ascii(utf8)) {
    const Number number = begin_counted(0x5, utf8.size());
    put(bytes_of(utf8));
    return number;
  }
  const std::vector<char16_t> units = utf16(utf8);
  const Number number = begin_counted(0x6, units.size());
  for (const char16_t unit : units) put(unit, 2);
  return number;
}

Builder::Number Builder::uid(std::uint64_t value) {
  const unsigned width = width_of(value);
  const Number number = begin(0x80 | (width - 1));
  put(value, width);
  return number;
}

Builder::Number Builder::array(std::span<const Number> elements) {
  const Number number = begin_counted(0xA, elements.size());
  for (const Number element : elements) put(element, kReference);
  return number;
}

Builder::Number Builder::dict(std::span<const Number> keys_and_values) {
  const Number number = begin_counted(0xD, keys_and_values.size() / 2);
  for (const std::size_t first : {0u, 1u}) {  // all keys, then all values
    for (std::size_t i = first; i < keys_and_values.size(); i += 2) {
      put(keys_and_values[i], kReference);
    }
  }
  return number;
}

void Builder::forget(Number from) {
  out_.resize(offsets_[from]);
  offsets_.resize(from);
}

Bytes Builder::finish(Number root) {
  const std::uint64_t table = out_.size();
  for (const std::uint32_t offset : offsets_) put(offset, kReference);
  put(0, 6);
  put(kReference, 1);  // bytes of an offset
  put(kReference, 1);  // bytes of a reference
  put(offsets_.size(), 8);
  put(root, 8);
  put(table, 8);
  return std::move(out_);
}

}  // namespace interdict::plist
