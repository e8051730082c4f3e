#include "devices/headers.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace interdict::devices {
namespace {

bool blank(char c) { return c == ' ' || c == '\t'; }

/// Takes a line off the front, without its line end.
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  auto line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// RFC 5322 field name: printable ASCII without colon and blanks. 0: the line is no field.
std::size_t name_length(std::string_view line) {
  constexpr std::size_t kLongest = 128;
  for (std::size_t i = 0; i < std::min(line.size(), kLongest); ++i) {
    if (line[i] == ':') return i;
    if (line[i] <= ' ' || line[i] > '~') return 0;
  }
  return 0;
}

bool token_end(char c) { return c == ';' || c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

Status read_headers(std::string_view text, std::vector<Field>& into) {
  into.clear();
  while (!text.empty()) {  // what may stand before the first field
    auto rest = text;
    const auto line = take_line(rest);
    if (!trimmed(line).empty() && !line.starts_with("From ")) break;
    text = rest;
  }
  const auto* const begin = text.data();
  while (!text.empty()) {
    auto rest = text;
    const auto line = take_line(rest);
    const auto name = name_length(line);
    if (name == 0) break;
    if (into.size() == kMaxHeaderFields) return Error{Errc::limit, "too many header fields"};
    while (!rest.empty() && blank(rest.front())) {
      auto after = rest;
      if (trimmed(take_line(after)).empty()) break;  // a blank line ends the block even if indented
      rest = after;
    }
    if (static_cast<std::size_t>(rest.data() - begin) > kMaxHeaderBytes) {
      return Error{Errc::limit, "header fields larger than 256 KiB"};
    }
    const auto whole =
        text.substr(name + 1, static_cast<std::size_t>(rest.data() - text.data()) - name - 1);
    into.push_back({text.substr(0, name), trimmed(whole)});
    text = rest;
  }
  if (into.empty()) return Error{Errc::not_found, "no header field"};
  return ok();
}

Parameter parameter(std::string_view text, std::string_view name) {
  for (auto at = text.find(';'); at != text.npos; at = text.find(';', at + 1)) {
    auto rest = text.substr(at + 1);
    const auto start = rest.find_first_not_of(" \t\r\n");
    if (start == rest.npos) return {};
    const bool folded = rest.substr(0, start).find('\n') != rest.npos;
    rest.remove_prefix(start);
    if (rest.size() <= name.size() || rest[name.size()] != '=' ||
        !equal_ignoring_case(rest.substr(0, name.size()), name)) {
      continue;
    }
    rest.remove_prefix(name.size() + 1);
    if (rest.starts_with('"')) {
      const auto close = std::min(rest.find('"', 1), rest.size());
      return {rest.substr(1, close - 1), true, folded};
    }
    const auto end = std::find_if(rest.begin(), rest.end(), token_end) - rest.begin();
    return {rest.substr(0, static_cast<std::size_t>(end)), false, folded};
  }
  return {};
}

std::string_view address_host(std::string_view text) {
  // A display name may hold an '@'; the address proper is in angles where there are any.
  if (const auto open = text.rfind('<'); open != text.npos) text.remove_prefix(open + 1);
  const auto at = text.find('@');
  if (at == text.npos) return {};
  text.remove_prefix(at + 1);
  const auto end = std::min(text.find_first_of("> \t\r\n,;)\""), text.size());
  return text.substr(0, end);
}

}  // namespace interdict::devices
