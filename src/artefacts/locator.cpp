#include "artefacts/locator.hpp"

#include <array>
#include <charconv>

#include <fmt/format.h>

namespace interdict {
namespace {

struct Escape {
  char plain, letter;
};
constexpr std::array<Escape, 5> kEscapes{
    {{'\\', '\\'}, {'|', 'p'}, {'\n', 'n'}, {'\r', 'r'}, {'\0', '0'}}};

void append_escaped(std::string& out, std::string_view part) {
  for (const char c : part) {
    bool escaped = false;
    for (const Escape& e : kEscapes) {
      if (c != e.plain) continue;
      out += '\\';
      out += e.letter;
      escaped = true;
    }
    if (!escaped) out += c;
  }
}

std::optional<std::string> unescaped(std::string_view part) {
  std::string out;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (part[i] != '\\') {
      out += part[i];
      continue;
    }
    if (++i == part.size()) return std::nullopt;
    bool known = false;
    for (const Escape& e : kEscapes) {
      if (part[i] != e.letter) continue;
      out += e.plain;
      known = true;
    }
    if (!known) return std::nullopt;
  }
  return out;
}

}  // namespace

std::string Locator::to_text() const {
  std::string out;
  for (const std::string* part : {&artefact, &file, &table}) {
    append_escaped(out, *part);
    out += '|';
  }
  out += fmt::format("{}|", rowid);
  append_escaped(out, key_path);
  return out;
}

std::optional<Locator> Locator::parse(std::string_view text) {
  std::array<std::string, 5> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t bar = text.find('|');
    const bool last = i + 1 == parts.size();
    if ((bar == std::string_view::npos) != last) return std::nullopt;
    auto part = unescaped(text.substr(0, bar));
    if (!part) return std::nullopt;
    parts[i] = std::move(*part);
    if (!last) text.remove_prefix(bar + 1);
  }
  Locator out{std::move(parts[0]), std::move(parts[1]), std::move(parts[2]), 0,
              std::move(parts[4])};
  const std::string& number = parts[3];
  const auto [end, error] =
      std::from_chars(number.data(), number.data() + number.size(), out.rowid);
  if (error != std::errc{} || end != number.data() + number.size()) return std::nullopt;
  return out;
}

std::string key_path(std::initializer_list<std::string_view> keys) {
  std::string out;
  bool first = true;
  for (const std::string_view key : keys) {
    if (!first) out += '/';
    first = false;
    for (const char c : key) {
      if (c == '~') {
        out += "~0";
      } else if (c == '/') {
        out += "~1";
      } else {
        out += c;
      }
    }
  }
  return out;
}

}  // namespace interdict
