#include "indicators/plain_list.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "indicators/compile.hpp"

namespace interdict::indicators {
namespace listing {
namespace {

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = trimmed(text.substr(1, text.size() - 2));
  }
  return text;
}

/// Without a comment behind the value; one needs a blank before it, as URLs hold # too.
std::string_view without_comment(std::string_view line) {
  for (auto at = line.find('#'); at != line.npos; at = line.find('#', at + 1)) {
    if (at == 0 || line[at - 1] == ' ' || line[at - 1] == '\t') return trimmed(line.substr(0, at));
  }
  return line;
}

/// "file:hashes.'SHA-256'"; neither a URL nor an IPv6 address.
bool looks_like_property(std::string_view name) {
  return name.find(':') != name.npos && name.find_first_of("/\\@ ") == name.npos &&
         !url::parse_address(name);
}

/// Fills what the line holds; an error when it holds nothing that we know.
Status read_line(ListLine& line, Key& key, std::string& why_not) {
  const auto separator = line.text.find_first_of(",\t");
  if (separator != line.text.npos) {
    const auto name = unquoted(line.text.substr(0, separator));
    Property found;
    Type type{};
    if (parse_type(name, type)) {
      found.type = type;
    } else if (looks_like_property(name)) {
      found = property(name);
    }
    if (found.type || !found.why_not.empty()) {
      line.value = unquoted(line.text.substr(separator + 1));
      if (found.type) return make_key(*found.type, line.value, key);
      why_not = found.why_not;
      line.key = nullptr;
      line.why_not = why_not;
      return ok();
    }
  }
  line.value = unquoted(line.text);
  return guess_key(line.value, key);
}

}  // namespace
}  // namespace listing

Status read_plain_list(std::string_view text, const std::function<void(const ListLine&)>& visit) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Key key{};
  std::string why_not;
  ListLine line{};
  while (!text.empty()) {
    ++line.number;
    const auto end = text.find('\n');
    line.text = listing::without_comment(trimmed(text.substr(0, end)));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.text.empty()) continue;
    if (line.number == 1 && equal_ignoring_case(line.text, "type,value")) continue;
    if (line.text.size() > std::size_t{64} << 10) {
      return Error(Errc::limit, fmt::format("line {}: longer than 64 KiB", line.number));
    }
    line.key = &key;
    line.why_not = {};
    TRY_WITHIN(fmt::format("line {}", line.number), listing::read_line(line, key, why_not));
    visit(line);
  }
  return ok();
}

}  // namespace interdict::indicators
