#include "base/csv.hpp"

#include <algorithm>

namespace interdict {
namespace {

bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool special(char c) { return c == '"' || c == ',' || control(c); }
bool continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

}  // namespace

void append_csv_cell(std::string& out, std::string_view text) {
  const bool formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
  if (std::ranges::none_of(text, special)) {
    if (formula) out += '\'';
    out += text;
    return;
  }
  out += '"';
  if (formula) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += control(c) ? ' ' : c;
  }
  out += '"';
}

std::string csv_cell(std::string_view text) {
  std::string out;
  append_csv_cell(out, text);
  return out;
}

std::string exact_csv_cell(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void append_clipped(std::string& out, std::string_view text, std::size_t room) {
  if (text.size() <= room) {
    out += text;
    return;
  }
  while (room > 0 && continuation(text[room])) --room;
  out += text.substr(0, room);
  out += "\u2026";
}

}  // namespace interdict
