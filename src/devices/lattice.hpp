// Where a device stands: vendor > family > line > model, with its system and build beside them.
//
// A ban names a class ("every Apple phone and tablet", "iPhones older than 17.2"); a claim knows a
// position, and rarely all of it: an EHLO of smtpclient.apple says the vendor and leaves the family
// open. Comparing the two has three answers, because what is not known is not a "no".
//
// Source of the levels: facts on device identification, sections 2.5 to 2.8.

#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace interdict::devices {

/// Of every enumeration, 0 is "not known". Names as a ban file spells them: name_of, *_from_name.
enum class Vendor : std::uint8_t {
  unknown,
  apple,
  samsung,
  google,
  huawei,
  honor,
  xiaomi,
  oppo,
  oneplus,
  vivo,
  realme,
  motorola,
  sony,
  nokia,
  lg,
  htc,
  zte,
  lenovo,
  asus,
  blackberry,
  microsoft,
  other,
};
enum class Family : std::uint8_t { unknown, mobile, desktop, wearable, service, other };
enum class Line : std::uint8_t {
  unknown,
  iphone,
  ipad,
  ipod,
  vision,
  apple_watch,
  mac,
  android_phone,
  android_tablet,
  windows_phone,
  windows_pc,
  linux_pc,
  chromebook,
  other,
};
enum class Os : std::uint8_t {
  unknown,
  ios,
  ipados,
  macos,
  watchos,
  visionos,
  android,
  windows,
  linux,
  chromeos,
  other,
};

std::string_view name_of(Vendor v);
std::string_view name_of(Family f);
std::string_view name_of(Line l);  // "android-phone"
std::string_view name_of(Os o);
std::optional<Vendor> vendor_from_name(std::string_view name);
std::optional<Family> family_from_name(std::string_view name);
std::optional<Line> line_from_name(std::string_view name);
std::optional<Os> os_from_name(std::string_view name);
/// Every name of that level, in the order of the enumeration, for "did you mean". "unknown" is not
/// among them, and no *_from_name takes it: a class is never defined by what is not known.
std::span<const std::string_view> vendor_names();
std::span<const std::string_view> family_names();
std::span<const std::string_view> line_names();
std::span<const std::string_view> os_names();

/// "17.2.1"; absent parts are 0. major 0: not known.
struct Version {
  std::uint16_t major = 0;
  std::uint16_t minor = 0;
  std::uint16_t patch = 0;
  auto operator<=>(const Version&) const = default;
  [[nodiscard]] bool known() const { return major != 0; }
};
/// One to four numbers parted by '.' or '_' (a fourth is dropped); nothing else around them.
std::optional<Version> parse_version(std::string_view text);
std::string to_string(Version v);

/// An Apple build, "20F66", "22G5054d", in the order in which Apple counts: major, letter, number,
/// suffix. Builds of one system compare; those of iOS and macOS do not mean the same releases.
struct Build {
  std::uint8_t major = 0;  // 0: not known
  char letter = 0;         // 'A' to 'Z'
  std::uint16_t number = 0;
  char suffix = 0;  // 'a' to 'z', or 0
  auto operator<=>(const Build&) const = default;
  [[nodiscard]] bool known() const { return major != 0; }
};
/// One or two digits, a capital, one to four digits, at most one lower-case letter.
std::optional<Build> parse_build(std::string_view text);
std::string to_string(Build b);

struct Position {
  Vendor vendor = Vendor::unknown;
  Family family = Family::unknown;
  Line line = Line::unknown;
  Os os = Os::unknown;
  Version os_version;
  Build build;
  std::string model;  // "iPhone15,2", "SM-A515F"; empty: not known
  bool operator==(const Position&) const = default;
};

/// The levels, for everything that is said per level.
enum class Level : std::uint8_t { vendor, family, line, os, model, version, build };
inline constexpr std::size_t kLevels = 7;
std::string_view name_of(Level l);

/// What follows by itself: a line gives its family, an Apple line its vendor and system, iOS gives
/// Apple and mobile, macOS gives Apple and desktop, a product type gives its line. An iPad's system
/// is iOS up to version 12 and iPadOS from 13. Never overwrites what is known.
Position completed(Position p);

/// Whether one device can be at both, as far as vendor, family, line and system go.
bool compatible(const Position& a, const Position& b);

enum class Fit : std::uint8_t {
  no,       // disjoint on a level both know, or by what a known level implies
  unknown,  // the position is not deep enough to say
  yes,      // at or below
};

/// A class of devices: every level that is set must fit. Ranges are half open, [from, before).
struct DeviceClass {
  Vendor vendor = Vendor::unknown;
  Family family = Family::unknown;
  Line line = Line::unknown;
  Os os = Os::unknown;
  std::string model;  // exact, letter case ignored; a trailing '*' matches any rest
  Version version_from, version_before;
  Build build_from, build_before;
  bool operator==(const DeviceClass&) const = default;
};

/// Whether a device at `p` is of class `c`. `android` implies "not Apple" though the vendor is
/// unknown: such exclusions hold between any two levels. Nothing is ever of an empty class, and a
/// position that contradicts itself is of none.
Fit fit(const DeviceClass& c, const Position& p);
/// The levels that decide membership: those the class sets.
bool constrains(const DeviceClass& c, Level l);
/// True when every device of `inner` is of `outer`. False when that is not certain.
bool contains(const DeviceClass& outer, const DeviceClass& inner);
/// True when no device can be of both.
bool disjoint(const DeviceClass& a, const DeviceClass& b);
/// True when the class contradicts itself (vendor samsung, line iphone), so nothing is ever in it.
bool empty(const DeviceClass& c);

}  // namespace interdict::devices
