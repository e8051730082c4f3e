#include "devices/claim.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "devices/apple.hpp"

namespace interdict::devices {
namespace {

constexpr std::array<Level, kLevels> kAllLevels{Level::vendor, Level::family, Level::line,
                                                Level::os,     Level::model,  Level::version,
                                                Level::build};

bool in_conflict(const Claim& claim, Level l) {
  return (claim.conflicts >> static_cast<unsigned>(l) & 1) != 0;
}

/// `p` as if that level alone were known.
Position only(const Position& p, Level l) {
  Position out;
  switch (l) {
    case Level::vendor:
      out.vendor = p.vendor;
      break;
    case Level::family:
      out.family = p.family;
      break;
    case Level::line:
      out.line = p.line;
      break;
    case Level::os:
      out.os = p.os;
      break;
    case Level::model:
      out.model = p.model;
      break;
    case Level::version:
      out.os_version = p.os_version;
      break;
    case Level::build:
      out.build = p.build;
      break;
  }
  return out;
}

/// A class that sets nothing holds every device there is.
constexpr float kWithoutDoubt = 20;

/// A yes rests on the levels that the class sets.
Belonging sure_yes(const DeviceClass& c, const Claim& claim) {
  Belonging out{Membership::yes, 0};
  bool first = true;
  for (const Level l : kAllLevels) {
    if (!constrains(c, l)) continue;
    if (in_conflict(claim, l)) out.membership = Membership::conflict;
    const float odds = claim.against_interest[static_cast<std::size_t>(l)];
    out.odds = first ? odds : std::min(out.odds, odds);
    first = false;
  }
  if (first) out.odds = kWithoutDoubt;
  return out;
}

Belonging sure_no(const DeviceClass& c, const Claim& claim) {
  Belonging out{Membership::conflict, 0};
  float disputed = 0, least = 0;
  bool alone = false, any = false;
  for (const Level l : kAllLevels) {
    const float odds = claim.in_interest[static_cast<std::size_t>(l)];
    if (odds <= 0) continue;
    least = any ? std::min(least, odds) : odds;
    any = true;
    if (fit(c, only(claim.position, l)) != Fit::no) continue;
    if (in_conflict(claim, l)) {
      disputed = std::max(disputed, odds);
      continue;
    }
    alone = true;
    out = {Membership::no, std::max(out.membership == Membership::no ? out.odds : 0, odds)};
  }
  if (alone) return out;
  // Excluded only by several levels together, or by disputed ones.
  if (disputed > 0 || claim.conflicts != 0) return {Membership::conflict, disputed};
  return {Membership::no, least};
}

std::string_view shown(Line l) {
  switch (l) {
    case Line::iphone:
      return "an iPhone";
    case Line::ipad:
      return "an iPad";
    case Line::ipod:
      return "an iPod touch";
    case Line::vision:
      return "an Apple Vision";
    case Line::apple_watch:
      return "an Apple Watch";
    case Line::mac:
      return "a Mac";
    case Line::android_phone:
      return "an Android phone";
    case Line::android_tablet:
      return "an Android tablet";
    case Line::windows_phone:
      return "a Windows phone";
    case Line::windows_pc:
      return "a Windows computer";
    case Line::linux_pc:
      return "a Linux computer";
    case Line::chromebook:
      return "a Chromebook";
    default:
      return {};
  }
}

std::string_view shown(Family f) {
  switch (f) {
    case Family::mobile:
      return "a phone or tablet";
    case Family::desktop:
      return "a computer";
    case Family::wearable:
      return "a wearable device";
    case Family::service:
      return "a service, not a person's device";
    case Family::other:
      return "a device that is neither phone nor computer";
    default:
      return "a device";
  }
}

std::string_view shown(Os os) {
  constexpr std::array<std::string_view, 11> kNames{
      "",        "iOS",     "iPadOS", "macOS",    "watchOS",       "visionOS",
      "Android", "Windows", "Linux",  "ChromeOS", "another system"};
  return kNames[static_cast<std::size_t>(os)];
}

}  // namespace

std::string_view name_of(Grade g) {
  constexpr std::array<std::string_view, 5> kNames{"none", "weak", "likely", "strong", "certain"};
  return kNames[static_cast<std::size_t>(g)];
}

Grade grade_of(float odds) {
  if (odds < 0.3F) return Grade::none;
  if (odds < 1) return Grade::weak;
  if (odds < 2) return Grade::likely;
  return odds < 3.5F ? Grade::strong : Grade::certain;
}

Belonging belonging(const DeviceClass& c, const Claim& claim) {
  switch (fit(c, claim.position)) {
    case Fit::yes:
      return sure_yes(c, claim);
    case Fit::no:
      return sure_no(c, claim);
    case Fit::unknown:
      break;
  }
  for (const Level l : kAllLevels) {
    if (constrains(c, l) && in_conflict(claim, l)) return {Membership::conflict, 0};
  }
  return {};
}

std::string described(const Position& p) {
  std::string out;
  if (const auto name = apple::name_of_product(p.model); !name.empty()) {
    out = fmt::format("an {} ({})", name, p.model);  // Apple's all begin so: iPhone, iPad, iPod
  } else if (!shown(p.line).empty()) {
    out = shown(p.line);
    if (!p.model.empty()) out += fmt::format(" ({})", p.model);
  } else if (p.vendor == Vendor::apple && p.family == Family::unknown) {
    out = "an Apple device, phone or computer";
  } else if (p.vendor == Vendor::apple && p.family == Family::mobile) {
    out = "an iPhone or iPad";
  } else {
    out = shown(p.family);
    if (!p.model.empty()) out += fmt::format(" ({})", p.model);
  }
  const bool named =
      p.vendor != Vendor::unknown && p.vendor != Vendor::apple && p.vendor != Vendor::other;
  if (named) out += fmt::format(" by {}", name_of(p.vendor));
  if (p.os != Os::unknown && p.os != Os::other) out += fmt::format(", {}", shown(p.os));
  if (p.os_version.known()) {
    out += fmt::format("{}{}", p.os == Os::unknown || p.os == Os::other ? ", version " : " ",
                       to_string(p.os_version));
  }
  if (p.build.known()) out += fmt::format(" ({})", to_string(p.build));
  return out;
}

}  // namespace interdict::devices
