// The lattice as a short table: every device there is belongs to one of these kinds.
//
// A kind is a box, a set of values on each of the four named levels, and what a class or a position
// says is a box too. Everything that is asked of the lattice is then asked of boxes: two classes
// are disjoint when no kind has room for both, and a position is inside a class when what is left
// of every kind that it could be of is inside. That is exact, and it is a dozen masks.

#include "devices/lattice.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <type_traits>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::devices {
namespace {

constexpr std::array<std::string_view, 21> kVendors{
    "apple",   "samsung", "google", "huawei",   "honor",      "xiaomi",    "oppo",
    "oneplus", "vivo",    "realme", "motorola", "sony",       "nokia",     "lg",
    "htc",     "zte",     "lenovo", "asus",     "blackberry", "microsoft", "other"};
constexpr std::array<std::string_view, 5> kFamilies{"mobile", "desktop", "wearable", "service",
                                                    "other"};
constexpr std::array<std::string_view, 13> kLines{
    "iphone",   "ipad",          "ipod",           "vision",        "apple-watch",
    "mac",      "android-phone", "android-tablet", "windows-phone", "windows-pc",
    "linux-pc", "chromebook",    "other"};
constexpr std::array<std::string_view, 10> kSystems{"ios",      "ipados",  "macos",   "watchos",
                                                    "visionos", "android", "windows", "linux",
                                                    "chromeos", "other"};
constexpr std::array<std::string_view, kLevels> kLevelNames{"vendor", "family",  "line", "os",
                                                            "model",  "version", "build"};

template <class E, std::size_t N>
std::string_view name_in(const std::array<std::string_view, N>& names, E value) {
  const auto i = static_cast<std::size_t>(value);
  return i == 0 || i > N ? "unknown" : names[i - 1];
}
template <class E, std::size_t N>
std::optional<E> from_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<E>(at - names.begin() + 1);
}

/// Values of one level, a bit each. Bit 0 (unknown) is never set.
using Mask = std::uint32_t;
template <class E>
constexpr Mask bit(E value) {
  return Mask{1} << static_cast<unsigned>(value);
}
template <class E>
constexpr Mask any() {
  return ((Mask{2} << static_cast<unsigned>(E::other)) - 1) & ~Mask{1};
}
/// What a level leaves open: its value, or everything.
template <class E>
constexpr Mask open(E value) {
  return value == E::unknown ? any<E>() : bit(value);
}

/// Named levels in the order of Level.
using Box = std::array<Mask, 4>;

constexpr Mask kApple = bit(Vendor::apple);
constexpr Mask kNotApple = any<Vendor>() & ~kApple;
constexpr Mask kMobile = bit(Family::mobile);
constexpr Mask kDesktop = bit(Family::desktop);
constexpr Box kind(Mask vendor, Mask family, Line line, Mask os) {
  return {vendor, family, bit(line), os};
}
constexpr std::array kKinds{
    kind(kApple, kMobile, Line::iphone, bit(Os::ios)),
    kind(kApple, kMobile, Line::ipad, bit(Os::ios) | bit(Os::ipados)),  // iPadOS from 13 on
    kind(kApple, kMobile, Line::ipod, bit(Os::ios)),
    kind(kApple, kMobile, Line::vision, bit(Os::visionos)),
    kind(kApple, bit(Family::wearable), Line::apple_watch, bit(Os::watchos)),
    kind(kApple, kDesktop, Line::mac, bit(Os::macos)),
    kind(kApple, bit(Family::other) | bit(Family::service), Line::other, bit(Os::other)),
    kind(kNotApple, kMobile, Line::android_phone, bit(Os::android)),
    kind(kNotApple, kMobile, Line::android_tablet, bit(Os::android)),
    kind(kNotApple, kMobile, Line::windows_phone, bit(Os::windows)),
    kind(kNotApple, kDesktop, Line::windows_pc, bit(Os::windows)),
    kind(kNotApple, kDesktop, Line::linux_pc, bit(Os::linux)),
    kind(kNotApple, kDesktop, Line::chromebook, bit(Os::chromeos)),
    kind(kNotApple, any<Family>(), Line::other,
         bit(Os::android) | bit(Os::windows) | bit(Os::linux) | bit(Os::other)),
};

constexpr Box operator&(const Box& a, const Box& b) {
  return {a[0] & b[0], a[1] & b[1], a[2] & b[2], a[3] & b[3]};
}
constexpr bool none(const Box& b) { return b[0] == 0 || b[1] == 0 || b[2] == 0 || b[3] == 0; }
constexpr bool inside(const Box& inner, const Box& outer) {
  return (inner[0] & ~outer[0]) == 0 && (inner[1] & ~outer[1]) == 0 &&
         (inner[2] & ~outer[2]) == 0 && (inner[3] & ~outer[3]) == 0;
}
bool impossible(const Box& b) {
  return std::all_of(kKinds.begin(), kKinds.end(), [&](const Box& k) { return none(k & b); });
}
/// No kind could be of `b` without being of `outer`.
bool all_inside(const Box& b, const Box& outer) {
  return std::all_of(kKinds.begin(), kKinds.end(), [&](const Box& k) {
    const Box left = k & b;
    return none(left) || inside(left, outer);
  });
}

/// The line that Apple's product types name: the word, then digits ("iPhone15,2") or a wildcard.
Line line_of_model(std::string_view model) {
  struct Word {
    std::string_view text;
    Line line;
  };
  constexpr std::array kWords{Word{"iphone", Line::iphone}, Word{"ipad", Line::ipad},
                              Word{"ipod", Line::ipod}, Word{"watch", Line::apple_watch},
                              Word{"realitydevice", Line::vision}};
  for (const Word& word : kWords) {
    if (model.size() <= word.text.size() ||
        !equal_ignoring_case(model.substr(0, word.text.size()), word.text)) {
      continue;
    }
    const char next = model[word.text.size()];
    if ((next >= '0' && next <= '9') || next == '*') return word.line;
  }
  return Line::unknown;
}
/// What a class or a position says, its model's line included.
template <class T>
Box box_of(const T& t) {
  const Line line = t.line == Line::unknown ? line_of_model(t.model) : t.line;
  return {open(t.vendor), open(t.family), open(line), open(t.os)};
}

bool is_pattern(std::string_view model) { return model.ends_with('*'); }
std::string_view stem(std::string_view model) {
  return is_pattern(model) ? model.substr(0, model.size() - 1) : model;
}
bool starts_with_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && equal_ignoring_case(text.substr(0, start.size()), start);
}
bool model_inside(std::string_view inner, std::string_view outer) {
  if (is_pattern(outer)) return starts_with_ignoring_case(stem(inner), stem(outer));
  return !is_pattern(inner) && equal_ignoring_case(inner, outer);
}
bool models_disjoint(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return false;
  if (is_pattern(a) && is_pattern(b)) {
    return !starts_with_ignoring_case(stem(a), stem(b)) &&
           !starts_with_ignoring_case(stem(b), stem(a));
  }
  return is_pattern(b) ? !model_inside(a, b) : !model_inside(b, a);
}

/// Half-open ranges; an end that is not known is open.
template <class T>
bool range_set(T from, T before) {
  return from.known() || before.known();
}
template <class T>
bool range_empty(T from, T before) {
  return from.known() && before.known() && from >= before;
}
template <class T>
bool in_range(T value, T from, T before) {
  return (!from.known() || value >= from) && (!before.known() || value < before);
}
template <class T>
bool range_inside(T from, T before, T outer_from, T outer_before) {
  return (!outer_from.known() || (from.known() && from >= outer_from)) &&
         (!outer_before.known() || (before.known() && before <= outer_before));
}
template <class T>
bool ranges_disjoint(T from, T before, T other_from, T other_before) {
  return (before.known() && other_from.known() && before <= other_from) ||
         (other_before.known() && from.known() && other_before <= from);
}

/// Reads a number of at most `digits` digits off the front.
std::optional<std::uint16_t> take_number(std::string_view& text, std::size_t digits) {
  std::uint16_t value = 0;
  const auto head = text.substr(0, digits);
  const auto read = std::from_chars(head.data(), head.data() + head.size(), value);
  if (read.ec != std::errc() || read.ptr == text.data()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return value;
}

void complete_system(Position& p) {
  switch (p.line) {
    case Line::iphone:
    case Line::ipod:
      p.os = Os::ios;
      break;
    case Line::ipad:
      if (p.os_version.known()) p.os = p.os_version.major >= 13 ? Os::ipados : Os::ios;
      break;
    case Line::vision:
      p.os = Os::visionos;
      break;
    case Line::apple_watch:
      p.os = Os::watchos;
      break;
    case Line::mac:
      p.os = Os::macos;
      break;
    default:
      break;
  }
}

}  // namespace

std::string_view name_of(Vendor v) { return name_in(kVendors, v); }
std::string_view name_of(Family f) { return name_in(kFamilies, f); }
std::string_view name_of(Line l) { return name_in(kLines, l); }
std::string_view name_of(Os o) { return name_in(kSystems, o); }
std::string_view name_of(Level l) { return kLevelNames[static_cast<std::size_t>(l)]; }
std::optional<Vendor> vendor_from_name(std::string_view n) {
  return from_name<Vendor>(kVendors, n);
}
std::optional<Family> family_from_name(std::string_view n) {
  return from_name<Family>(kFamilies, n);
}
std::optional<Line> line_from_name(std::string_view n) { return from_name<Line>(kLines, n); }
std::optional<Os> os_from_name(std::string_view n) { return from_name<Os>(kSystems, n); }
std::span<const std::string_view> vendor_names() { return kVendors; }
std::span<const std::string_view> family_names() { return kFamilies; }
std::span<const std::string_view> line_names() { return kLines; }
std::span<const std::string_view> os_names() { return kSystems; }

std::optional<Version> parse_version(std::string_view text) {
  std::array<std::uint16_t, 4> parts{};
  for (std::size_t i = 0;; ++i) {
    const auto number = i < parts.size() ? take_number(text, 5) : std::nullopt;
    if (!number) return std::nullopt;
    parts[i] = *number;
    if (text.empty()) break;
    if (text.front() != '.' && text.front() != '_') return std::nullopt;
    text.remove_prefix(1);
  }
  return Version{parts[0], parts[1], parts[2]};
}

std::string to_string(Version v) {
  if (v.patch != 0) return fmt::format("{}.{}.{}", v.major, v.minor, v.patch);
  return fmt::format("{}.{}", v.major, v.minor);
}

std::optional<Build> parse_build(std::string_view text) {
  const auto major = take_number(text, 2);
  if (!major || *major == 0 || text.empty()) return std::nullopt;
  const char letter = text.front();
  if (letter < 'A' || letter > 'Z') return std::nullopt;
  text.remove_prefix(1);
  const auto number = take_number(text, 4);
  if (!number || text.size() > 1) return std::nullopt;
  if (!text.empty() && (text[0] < 'a' || text[0] > 'z')) return std::nullopt;
  return Build{static_cast<std::uint8_t>(*major), letter, *number, text.empty() ? '\0' : text[0]};
}

std::string to_string(Build b) {
  auto text = fmt::format("{}{}{}", b.major, b.letter, b.number);
  if (b.suffix != 0) text += b.suffix;
  return text;
}

Position completed(Position p) {
  if (p.line == Line::unknown) p.line = line_of_model(p.model);
  if (p.os == Os::unknown) complete_system(p);
  if (p.vendor != Vendor::unknown && p.family != Family::unknown && p.line != Line::unknown &&
      p.os != Os::unknown) {
    return p;
  }
  // Where only one value is left of a level, that is its value.
  Box left{};
  const Box known = box_of(p);
  for (const Box& k : kKinds) {
    const Box rest = k & known;
    if (none(rest)) continue;
    for (std::size_t i = 0; i < left.size(); ++i) left[i] |= rest[i];
  }
  const auto settle = [](auto& value, Mask mask) {
    using E = std::remove_reference_t<decltype(value)>;
    if (value != E::unknown || mask == 0 || (mask & (mask - 1)) != 0) return;
    value = static_cast<E>(std::countr_zero(mask));
  };
  settle(p.vendor, left[0]);
  settle(p.family, left[1]);
  settle(p.line, left[2]);
  settle(p.os, left[3]);
  return p;
}

bool compatible(const Position& a, const Position& b) { return !impossible(box_of(a) & box_of(b)); }

Fit fit(const DeviceClass& c, const Position& p) {
  const Box wanted = box_of(c), known = box_of(p);
  if (empty(c) || impossible(wanted & known)) return Fit::no;
  bool certain = all_inside(known, wanted);
  if (!c.model.empty()) {
    if (p.model.empty()) {
      certain = false;
    } else if (!model_inside(p.model, c.model)) {
      return Fit::no;
    }
  }
  if (range_set(c.version_from, c.version_before)) {
    if (!p.os_version.known()) {
      certain = false;
    } else if (!in_range(p.os_version, c.version_from, c.version_before)) {
      return Fit::no;
    }
  }
  if (range_set(c.build_from, c.build_before)) {
    if (!p.build.known()) {
      certain = false;
    } else if (!in_range(p.build, c.build_from, c.build_before)) {
      return Fit::no;
    }
  }
  return certain ? Fit::yes : Fit::unknown;
}

bool constrains(const DeviceClass& c, Level l) {
  switch (l) {
    case Level::vendor:
      return c.vendor != Vendor::unknown;
    case Level::family:
      return c.family != Family::unknown;
    case Level::line:
      return c.line != Line::unknown;
    case Level::os:
      return c.os != Os::unknown;
    case Level::model:
      return !c.model.empty();
    case Level::version:
      return range_set(c.version_from, c.version_before);
    case Level::build:
      return range_set(c.build_from, c.build_before);
  }
  return false;
}

bool empty(const DeviceClass& c) {
  const Line by_model = line_of_model(c.model);
  return (by_model != Line::unknown && c.line != Line::unknown && by_model != c.line) ||
         impossible(box_of(c)) || range_empty(c.version_from, c.version_before) ||
         range_empty(c.build_from, c.build_before);
}

bool contains(const DeviceClass& outer, const DeviceClass& inner) {
  if (empty(inner)) return true;
  if (empty(outer)) return false;
  if (!outer.model.empty() && (inner.model.empty() || !model_inside(inner.model, outer.model))) {
    return false;
  }
  return all_inside(box_of(inner), box_of(outer)) &&
         range_inside(inner.version_from, inner.version_before, outer.version_from,
                      outer.version_before) &&
         range_inside(inner.build_from, inner.build_before, outer.build_from, outer.build_before);
}

bool disjoint(const DeviceClass& a, const DeviceClass& b) {
  return empty(a) || empty(b) || impossible(box_of(a) & box_of(b)) ||
         models_disjoint(a.model, b.model) ||
         ranges_disjoint(a.version_from, a.version_before, b.version_from, b.version_before) ||
         ranges_disjoint(a.build_from, a.build_before, b.build_from, b.build_before);
}

}  // namespace interdict::devices
