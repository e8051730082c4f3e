// Text from phones: made UTF-8 at the edge, escaped before a person sees it.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace interdict {

bool valid_utf8(std::string_view text);
/// text with every ill-formed sequence replaced by U+FFFD (WHATWG "maximal subpart" rule).
std::string repair_utf8(std::string_view text);
/// UTF-16 to UTF-8; a lone surrogate becomes U+FFFD; an odd last byte is dropped.
std::string utf8_from_utf16_be(ByteView utf16);
std::string utf8_from_utf16_le(ByteView utf16);
/// Appends one code point; what is not a Unicode scalar value becomes U+FFFD.
void append_utf8(std::string& out, char32_t code_point);

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}
std::string ascii_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII letters only
/// Letters to add, drop, change or swap with a neighbour to make one of the other, letter case
/// ignored; at most `most` + 1, also where a text is longer than 48 bytes. For "did you mean".
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most);
std::string_view trimmed(std::string_view text);  // ASCII blanks off both ends

std::string hex(ByteView bytes);  // lower case
std::optional<Bytes> from_hex(std::string_view text);
std::string base64(ByteView bytes);
std::optional<Bytes> from_base64(std::string_view text);  // strict: padded, no blanks

/// For a terminal or a log: control characters, bidirectional overrides and ill-formed bytes become
/// visible escapes (\n, \x1b, \u202e), so that text from a phone cannot drive the reader's screen.
std::string printable(std::string_view text);

}  // namespace interdict
