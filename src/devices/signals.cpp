// Comparing text with rows, and the details that rows let the text tell.

#include "devices/signals.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "devices/apple.hpp"

namespace interdict::devices {
namespace {

/// The version at the front of `text`: digits, then '.' or '_' and digits; what follows is ignored.
Version leading_version(std::string_view text) {
  std::size_t end = 0;
  const auto digit = [&](std::size_t i) {
    return i < text.size() && text[i] >= '0' && text[i] <= '9';
  };
  for (unsigned parts = 0; parts < 4; ++parts) {
    if (!digit(end)) break;
    while (digit(end)) ++end;
    if (end >= text.size() || (text[end] != '.' && text[end] != '_') || !digit(end + 1)) break;
    ++end;
  }
  if (end > 0 && (text[end - 1] == '.' || text[end - 1] == '_')) --end;
  return parse_version(text.substr(0, end)).value_or(Version{});
}

/// What stands between the first '(' behind `from` and its ')'.
std::string_view in_parentheses(std::string_view text, std::size_t from = 0) {
  const auto open = text.find('(', from);
  if (open == text.npos) return {};
  const auto close = text.find(')', open);
  if (close == text.npos) return {};
  return text.substr(open + 1, close - open - 1);
}

void set_build(Position& p, Build build) {
  p.build = build;
  if (!build.known() || p.vendor != Vendor::apple || p.family != Family::mobile) return;
  const auto version = apple::version_of(build);
  if (version && !p.os_version.known()) p.os_version = *version;
  // An unlisted build still tells which side of iOS 13 an iPad stands on.
  if (p.line == Line::ipad && p.os == Os::unknown) {
    if (const auto major = apple::system_major_of(build)) {
      p.os = *major >= 13 ? Os::ipados : Os::ios;
    }
  }
}

/// "16.5.1 (20F75)", "11.2.6 15D100", "16.5": wherever the first digit stands.
void read_version_and_build(std::string_view text, Position& p) {
  const auto start = text.find_first_of("0123456789");
  if (start == text.npos) return;
  text.remove_prefix(start);
  p.os_version = leading_version(text);
  const auto blank = text.find(' ');
  if (blank == text.npos) return;
  auto rest = trimmed(text.substr(blank));
  if (rest.starts_with('(')) rest = in_parentheses(rest);
  rest = rest.substr(0, std::min(rest.find(' '), rest.size()));
  if (const auto build = parse_build(rest)) set_build(p, *build);
}

/// The product type ("iPhone12,1") that stands in `text` on its own, if any.
std::string product_in(std::string_view text) {
  for (const std::string_view word : {"iPhone", "iPad", "iPod", "Watch"}) {
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
      const auto begin = text.substr(at);
      const auto digits = begin.find_first_not_of("0123456789,", word.size());
      auto type = apple::product_type(begin.substr(0, std::min(digits, begin.size())));
      if (!type.empty()) return type;
    }
  }
  return {};
}

void read_apple_browser(std::string_view text, Position& p) {
  // The system: behind "OS " ("CPU iPhone OS 17_3 like", "iPhone OS 3_0", "CPU OS 9_3"), "iOS " or
  // "iOS/"; Mobile/15E148 is frozen since iOS 11.3 and is not read.
  for (auto at = text.find("OS"); at != text.npos; at = text.find("OS", at + 1)) {
    if (at + 3 >= text.size() || (text[at + 2] != ' ' && text[at + 2] != '/')) continue;
    p.os_version = leading_version(text.substr(at + 3));
    if (p.os_version.known()) break;
  }
  auto type = product_in(text);
  if (!type.empty()) p.model = std::move(type);
}

bool locale(std::string_view token) {
  return (token.size() == 2 || (token.size() == 5 && (token[2] == '-' || token[2] == '_'))) &&
         token.find_first_of("0123456789") == token.npos;
}

/// "Mozilla/5.0 (Linux; Android 10; SM-A515F Build/QP1A) … Mobile Safari"
void read_android(std::string_view text, Position& p) {
  const auto at = text.find("Android");
  if (at == text.npos) return;
  auto rest = text.substr(at + 7);
  const auto start = rest.find_first_not_of(" /-");
  if (start == rest.npos) return;
  rest.remove_prefix(start);
  p.os_version = leading_version(rest);
  const auto close = std::min(rest.find(')'), rest.size());
  auto comment = rest.substr(0, close);
  auto next = comment.find(';');
  while (next != comment.npos) {
    comment.remove_prefix(next + 1);
    next = comment.find(';');
    auto token = trimmed(comment.substr(0, std::min(next, comment.size())));
    token = trimmed(token.substr(0, std::min(token.find(" Build/"), token.size())));
    // Chrome's reduced agent says "K" for every model.
    if (token.size() < 3 || locale(token) || token.starts_with("Build/") || token == "wv" ||
        token.starts_with("rv:") || token == "Mobile" || token == "Tablet" || token.size() > 40 ||
        token.find('/') != token.npos || token.find_first_of("0123456789 -") == token.npos) {
      continue;
    }
    p.model = token;
    p.vendor = vendor_of_model(token);
    break;
  }
  // Browsers on phones say Mobile; those on tablets do not, but neither do many apps.
  if (text.find("Mobile", at) != text.npos) p.line = Line::android_phone;
}

void read_model(std::string_view text, Position& p) {
  if (text.size() > 40) return;
  p.model = text;
  p.vendor = vendor_of_model(text);
}

}  // namespace

Vendor vendor_of_model(std::string_view model) {
  struct Prefix {
    std::string_view text;
    Vendor vendor;
  };
  // Only what a vendor keeps to itself; short or shared prefixes would name the wrong one.
  static constexpr std::array kPrefixes{
      Prefix{"SM-", Vendor::samsung},     Prefix{"GT-", Vendor::samsung},
      Prefix{"SAMSUNG", Vendor::samsung}, Prefix{"SCH-", Vendor::samsung},
      Prefix{"SGH-", Vendor::samsung},    Prefix{"Galaxy", Vendor::samsung},
      Prefix{"Pixel", Vendor::google},    Prefix{"Nexus", Vendor::google},
      Prefix{"HUAWEI", Vendor::huawei},   Prefix{"HONOR", Vendor::honor},
      Prefix{"Redmi", Vendor::xiaomi},    Prefix{"Xiaomi", Vendor::xiaomi},
      Prefix{"POCO", Vendor::xiaomi},     Prefix{"MI ", Vendor::xiaomi},
      Prefix{"Mi ", Vendor::xiaomi},      Prefix{"OPPO", Vendor::oppo},
      Prefix{"CPH", Vendor::oppo},        Prefix{"ONEPLUS", Vendor::oneplus},
      Prefix{"OnePlus", Vendor::oneplus}, Prefix{"vivo", Vendor::vivo},
      Prefix{"RMX", Vendor::realme},      Prefix{"realme", Vendor::realme},
      Prefix{"moto", Vendor::motorola},   Prefix{"Motorola", Vendor::motorola},
      Prefix{"XT1", Vendor::motorola},    Prefix{"XT2", Vendor::motorola},
      Prefix{"Sony", Vendor::sony},       Prefix{"Xperia", Vendor::sony},
      Prefix{"Nokia", Vendor::nokia},     Prefix{"LG-", Vendor::lg},
      Prefix{"LM-", Vendor::lg},          Prefix{"HTC", Vendor::htc},
      Prefix{"ZTE", Vendor::zte},         Prefix{"Lenovo", Vendor::lenovo},
      Prefix{"ASUS", Vendor::asus},       Prefix{"BlackBerry", Vendor::blackberry}};
  for (const Prefix& prefix : kPrefixes) {
    if (model.starts_with(prefix.text)) return prefix.vendor;
  }
  return Vendor::unknown;
}

std::string_view shortened(std::string_view text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
  return text.substr(0, bytes);
}

ByPlace::ByPlace(std::span<const Signal> table) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto& part = parts_.at(static_cast<std::size_t>(table[i].place));
    const auto first = part.empty() ? i : static_cast<std::size_t>(part.data() - table.data());
    part = table.subspan(first, i - first + 1);
  }
}

const Signal* find_signal(std::span<const Signal> table, Place place, std::string_view text) {
  for (const Signal& signal : table) {
    if (signal.place != place || !text.starts_with(signal.starts)) continue;
    if (signal.holds.empty() || text.find(signal.holds, signal.starts.size()) != text.npos) {
      return &signal;
    }
  }
  return nullptr;
}

Position read_position(const Signal& signal, std::string_view text) {
  Position p;
  p.vendor = signal.says.vendor;
  p.family = signal.says.family;
  p.line = signal.says.line;
  p.os = signal.says.os;
  switch (signal.detail) {
    case Detail::nothing:
      break;
    case Detail::build_in_parentheses:
      if (const auto build = parse_build(in_parentheses(text))) set_build(p, *build);
      break;
    case Detail::version_and_build:
      read_version_and_build(text, p);
      break;
    case Detail::apple_browser:
      read_apple_browser(text, p);
      break;
    case Detail::android:
      read_android(text, p);
      break;
    case Detail::sync_agent:
      if (auto agent = apple::read_sync_agent(text)) {
        if (!apple::product_type(agent->model).empty()) p.model = std::move(agent->model);
        set_build(p, agent->build);
      }
      break;
    case Detail::sync_model:
      p.model = apple::sync_model(text);
      break;
    case Detail::android_model:
      read_model(text, p);
      break;
  }
  return p;
}

void Hearing::add(std::string_view id, Mouth mouth, std::string_view text, Position position,
                  float weight) {
  if (readings_.size() == kMost) return;
  // An Android that calls its model "iPhone7" is still an Android.
  if (!position.model.empty() && !compatible(position, position)) position.model.clear();
  readings_.push_back({id, mouth, text, completed(std::move(position)), weight});
}

void Hearing::add(const Signal& signal, Mouth mouth, std::string_view text) {
  add(signal.id, mouth, text, read_position(signal, text), signal.weight);
}

bool Hearing::heard(std::string_view id) const {
  return std::ranges::any_of(readings(), [&](const Reading& r) { return r.id == id; });
}

}  // namespace interdict::devices
