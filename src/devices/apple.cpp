#include "devices/apple.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <exception>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/reference.hpp"
#include "base/text.hpp"
#include "embedded_devices.hpp"

namespace interdict::devices::apple {
namespace {

struct Tables {
  std::vector<std::pair<Build, Version>> builds;                                // by build
  std::vector<std::pair<std::string_view, std::string_view>> by_type, by_name;  // sorted by first
};

[[noreturn]] void broken(std::string_view what) {
  fmt::print(stderr, "reference table {}\n", what);
  std::terminate();
}

Tables load() {
  Tables t;
  for (const ReferenceTable& table : parse_references(embedded())) {
    for (const auto& row : table.rows) {
      if (table.name == "apple_devices") {
        t.by_type.emplace_back(row[0], row[1]);
        t.by_name.emplace_back(row[1], row[0]);
      } else if (table.name == "apple_builds") {
        const auto version = parse_version(row[0]);
        const auto build = parse_build(row[1]);
        if (!version || !build) broken("apple_builds: a row is not a version and a build");
        t.builds.emplace_back(*build, *version);
      }
    }
  }
  if (t.builds.empty() || t.by_type.empty()) broken("of Apple's builds or devices is missing");
  std::ranges::sort(t.builds);
  std::ranges::sort(t.by_type);
  std::ranges::sort(t.by_name);
  return t;
}

const Tables& tables() {
  static const Tables all = load();
  return all;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Takes 1 to `most` digits off the front; empty when there are none, or more.
std::string_view take_digits(std::string_view& text, std::size_t most) {
  std::size_t n = 0;
  while (n < text.size() && digit(text[n])) ++n;
  if (n == 0 || n > most) return {};
  const auto digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}
unsigned number(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

struct Word {
  std::string_view text;
  Line line;
};
constexpr std::array kWords{Word{"iPhone", Line::iphone}, Word{"iPad", Line::ipad},
                            Word{"iPod", Line::ipod}, Word{"Watch", Line::apple_watch},
                            Word{"RealityDevice", Line::vision}};

const Word* take_word(std::string_view& text) {
  for (const Word& word : kWords) {
    if (text.size() < word.text.size() ||
        !equal_ignoring_case(text.substr(0, word.text.size()), word.text)) {
      continue;
    }
    text.remove_prefix(word.text.size());
    return &word;
  }
  return nullptr;
}

/// "iPhone" and "15,2" or "15C2"; the separators that are allowed are given.
std::string product(std::string_view text, std::string_view separators) {
  const Word* word = take_word(text);
  if (word == nullptr) return {};
  const auto major = take_digits(text, 2);
  if (major.empty() || text.empty() || separators.find(text.front()) == separators.npos) return {};
  text.remove_prefix(1);
  const auto minor = take_digits(text, 2);
  if (minor.empty() || !text.empty()) return {};
  std::string out(word->text);
  out.append(major).push_back(',');
  out.append(minor);
  return out;
}

std::string_view looked_up(const std::vector<std::pair<std::string_view, std::string_view>>& rows,
                           std::string_view key) {
  const auto at =
      std::ranges::lower_bound(rows, key, {}, [](const auto& row) { return row.first; });
  return at == rows.end() || at->first != key ? std::string_view() : at->second;
}

}  // namespace

std::optional<Version> version_of(Build build) {
  const auto& builds = tables().builds;
  // Sorted by build, then version: the last of equal builds is the later release.
  const auto after =
      std::ranges::upper_bound(builds, build, {}, [](const auto& row) { return row.first; });
  if (after == builds.begin() || std::prev(after)->first != build) return std::nullopt;
  return std::prev(after)->second;
}

std::optional<std::uint16_t> system_major_of(Build build) {
  // iOS 3 was build 7, iOS 18 build 22; then the count of versions jumped to years: iOS 26 is 23.
  if (build.major < 7) return std::nullopt;
  if (build.major <= 22) return static_cast<std::uint16_t>(build.major - 4);
  return static_cast<std::uint16_t>(build.major + 3);
}

std::uint16_t first_year_of(Build build) {
  // One a year since then: 15 (iOS 11) in 2017, 20 (iOS 16) in 2022.
  return static_cast<std::uint16_t>(2002 + build.major);
}

std::string product_type(std::string_view text) { return product(text, ","); }
std::string sync_model(std::string_view text) { return product(text, ",Cc"); }

std::string_view name_of_product(std::string_view type) {
  return looked_up(tables().by_type, type);
}
std::string_view product_of_name(std::string_view name) {
  return looked_up(tables().by_name, name);
}

std::optional<Build> read_sync_build(std::string_view text) {
  auto head = take_digits(text, 4);
  if (head.size() < 3 || text.empty() || text.front() != '.') return std::nullopt;
  const unsigned letter = number(head.substr(head.size() - 2));
  const unsigned major = number(head.substr(0, head.size() - 2));
  text.remove_prefix(1);
  const auto digits = take_digits(text, 4);
  if (digits.empty() || letter < 1 || letter > 26 || major == 0) return std::nullopt;
  Build build{static_cast<std::uint8_t>(major), static_cast<char>('A' + letter - 1),
              static_cast<std::uint16_t>(number(digits)), 0};
  if (text.empty()) return build;
  if (text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  const unsigned suffix = number(take_digits(text, 3));
  if (suffix < 1 || suffix > 26 || !text.empty()) return std::nullopt;
  build.suffix = static_cast<char>('a' + suffix - 1);
  return build;
}

std::string sync_build(Build b) {
  auto text = fmt::format("{}{:02}.{}", b.major, b.letter - 'A' + 1, b.number);
  if (b.suffix != 0) text += fmt::format(".{}", b.suffix - 'a' + 1);
  return text;
}

std::optional<SyncAgent> read_sync_agent(std::string_view agent) {
  constexpr std::string_view kApple = "Apple-";
  if (!agent.starts_with(kApple)) return std::nullopt;
  agent.remove_prefix(kApple.size());
  const auto slash = std::min(agent.find('/'), agent.size());
  const auto model = agent.substr(0, slash);
  SyncAgent out;
  std::string_view rest = model;
  const Word* word = take_word(rest);
  if (word == nullptr) return std::nullopt;
  out.line = word->line;
  out.model = rest.empty() ? std::string(word->text) : sync_model(model);
  if (out.model.empty()) return std::nullopt;
  if (slash < agent.size()) {
    const auto build = read_sync_build(agent.substr(slash + 1));
    if (!build) return std::nullopt;
    out.build = *build;
  }
  return out;
}

std::optional<DarwinReading> read_darwin(std::string_view version) {
  const auto digits = take_digits(version, 2);
  if (digits.empty() || (!version.empty() && version.front() != '.')) return std::nullopt;
  const unsigned major = number(digits);
  if (major < 9) return std::nullopt;
  // macOS 11 was Darwin 20 and iOS 14; both systems count by year from Darwin 25, version 26.
  const auto as = [](unsigned v) { return Version{static_cast<std::uint16_t>(v), 0, 0}; };
  DarwinReading out;
  if (major >= 25) {
    out.ios = out.macos = as(major + 1);
  } else {
    // 14 was iOS 7 and iOS 8, 13 iOS 6, 11 iOS 5, 10 iOS 4: below 15 the count is not even.
    if (major >= 15) out.ios = as(major - 6);
    out.macos = major >= 20 ? as(major - 9) : Version{10, static_cast<std::uint16_t>(major - 4), 0};
  }
  return out;
}

}  // namespace interdict::devices::apple
