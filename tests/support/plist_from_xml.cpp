// Reads the XML property lists that our own fixtures are written in: elements without attributes,
// no comments, no CDATA. A reader for real phones is in src/formats; this one is only a notation.

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string_view>

#include "plist_writer.hpp"

namespace interdict::test {

namespace {

double unix_from_iso(const std::string& text) {
  int year = 0;
  unsigned month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(text.c_str(), "%d-%u-%uT%u:%u:%uZ", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    throw std::runtime_error("not a date: " + text);
  }
  const std::chrono::sys_days date =
      std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day};
  const auto days = date.time_since_epoch().count();
  return static_cast<double>(days) * 86'400 + hour * 3600.0 + minute * 60.0 + second;
}

std::string unescaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto take = [&](std::string_view entity, char c) {
      if (!text.starts_with(entity)) return false;
      out.push_back(c);
      text.remove_prefix(entity.size());
      return true;
    };
    if (take("&lt;", '<') || take("&gt;", '>') || take("&amp;", '&')) continue;
    out.push_back(text.front());
    text.remove_prefix(1);
  }
  return out;
}

std::string from_base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos) continue;  // blanks and the padding
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<char>(bits >> held & 0xff));
    }
  }
  return out;
}

class XmlReader {
 public:
  explicit XmlReader(std::string_view xml) : rest_(xml) {}

  Plist document() {
    std::string tag = next_tag();
    while (tag.starts_with('?') || tag.starts_with('!') || tag.starts_with("plist")) {
      tag = next_tag();
    }
    return value(tag);
  }

 private:
  Plist value(const std::string& tag) {
    if (tag == "true/") return Plist::boolean(true);
    if (tag == "false/") return Plist::boolean(false);
    if (tag == "array/") return Plist::array({});
    if (tag == "dict/") return Plist::dict({});
    if (tag == "string/") return Plist::text("");
    if (tag == "data/") return Plist::data("");
    if (tag == "array") return array();
    if (tag == "dict") return dict();
    const std::string content = content_of(tag);
    if (tag == "string") return Plist::text(unescaped(content));
    if (tag == "integer") return Plist::integer(std::stoll(content));
    if (tag == "real") return Plist::real(std::stod(content));
    if (tag == "date") return Plist::date(unix_from_iso(content));
    if (tag == "data") return Plist::data(from_base64(content));
    throw std::runtime_error("unexpected <" + tag + "> in an XML property list");
  }

  Plist array() {
    std::vector<Plist> elements;
    for (std::string tag = next_tag(); tag != "/array"; tag = next_tag()) {
      elements.push_back(value(tag));
    }
    return Plist::array(std::move(elements));
  }

  Plist dict() {
    std::vector<std::pair<std::string, Plist>> members;
    for (std::string tag = next_tag(); tag != "/dict"; tag = next_tag()) {
      if (tag != "key") throw std::runtime_error("<key> expected, not <" + tag + ">");
      std::string key = unescaped(content_of("key"));
      const std::string type = next_tag();
      if (key == "CF$UID" && type == "integer" && members.empty()) {
        const std::string number = content_of(type);
        if (next_tag() != "/dict") throw std::runtime_error("a UID has one member");
        return Plist::uid(std::stoull(number));
      }
      members.emplace_back(std::move(key), value(type));
    }
    return Plist::dict(std::move(members));
  }

  std::string next_tag() {
    skip_to('<');
    const std::string_view start = rest_;
    skip_to('>');
    return std::string(start.substr(0, start.size() - rest_.size() - 1));
  }

  std::string content_of(const std::string& tag) {
    const std::string end = "</" + tag + ">";
    const std::size_t length = rest_.find(end);
    if (length == std::string_view::npos) throw std::runtime_error(end + " is missing");
    std::string content(rest_.substr(0, length));
    rest_.remove_prefix(length + end.size());
    return content;
  }

  void skip_to(char c) {
    const std::size_t at = rest_.find(c);
    if (at == std::string_view::npos) throw std::runtime_error("the XML property list ends early");
    rest_.remove_prefix(at + 1);
  }

  std::string_view rest_;
};

}  // namespace

Plist plist_from_xml(const std::string& xml) { return XmlReader(xml).document(); }

}  // namespace interdict::test
