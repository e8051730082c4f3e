// IMAP ID: what a mail program tells the IMAP server of itself.
//
// Source: facts on device identification, 2.3. iOS sends it after it has logged in. Whether an iPad
// names its system iOS or iPadOS is not known from a trace: both are read. Names without a public
// trace (Samsung, Outlook) are kept light by their weight.

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/apple.hpp"
#include "devices/imap_id.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace imap {
namespace {

using weights::kImapName;
using weights::kImapOs;

constexpr Says kMac{Vendor::apple, Family::desktop, Line::mac, Os::macos};
constexpr Says kAndroid{Vendor::unknown, Family::mobile, Line::unknown, Os::android};
constexpr Says kDesktop{Vendor::unknown, Family::desktop, Line::unknown, Os::unknown};
constexpr Says kNothing{};

constexpr Signal kSignals[] = {
    {"imap-id/name-iphone-mail",
     Place::id_name,
     "iPhone Mail",
     "",
     {Vendor::apple, Family::mobile, Line::iphone, Os::ios},
     kImapName,
     Detail::nothing,
     "iPhone Mail"},
    {"imap-id/name-ipad-mail",
     Place::id_name,
     "iPad Mail",
     "",
     {Vendor::apple, Family::mobile, Line::ipad, Os::unknown},
     kImapName,
     Detail::nothing,
     "iPad Mail"},
    {"imap-id/name-ipod-mail",
     Place::id_name,
     "iPod Mail",
     "",
     {Vendor::apple, Family::mobile, Line::ipod, Os::ios},
     kImapName,
     Detail::nothing,
     "iPod Mail"},
    {"imap-id/name-mac-os-x-mail", Place::id_name, "Mac OS X Mail", "", kMac, kImapName,
     Detail::nothing, "Mac OS X Mail"},
    {"imap-id/name-thunderbird-android", Place::id_name, "Thunderbird for Android", "", kAndroid,
     kImapName, Detail::nothing, "Thunderbird for Android"},
    {"imap-id/name-thunderbird", Place::id_name, "Thunderbird", "", kDesktop, kImapName,
     Detail::nothing, "Thunderbird"},
    {"imap-id/name-k9", Place::id_name, "K-9 Mail", "", kAndroid, kImapName, Detail::nothing,
     "K-9 Mail"},
    {"imap-id/name-samsung",
     Place::id_name,
     "com.samsung.android.email",
     "",
     {Vendor::samsung, Family::mobile, Line::unknown, Os::android},
     kImapOs,
     Detail::nothing,
     "com.samsung.android.email.provider"},
    {"imap-id/name-android", Place::id_name, "com.android.email", "", kAndroid, kImapName,
     Detail::nothing, "com.android.email"},
    // Talks to the IMAP server from Microsoft's cloud or from a PC.
    {"imap-id/name-outlook", Place::id_name, "Microsoft Outlook", "", kNothing, 0, Detail::nothing,
     "Microsoft Outlook"},

    {"imap-id/os-ipados",
     Place::id_os,
     "iPadOS",
     "",
     {Vendor::apple, Family::mobile, Line::ipad, Os::ipados},
     kImapOs,
     Detail::nothing,
     "iPadOS"},
    {"imap-id/os-ios",
     Place::id_os,
     "iOS",
     "",
     {Vendor::apple, Family::mobile, Line::unknown, Os::unknown},
     kImapOs,
     Detail::nothing,
     "iOS"},
    {"imap-id/os-ios-old",
     Place::id_os,
     "iPhone OS",
     "",
     {Vendor::apple, Family::mobile, Line::unknown, Os::unknown},
     kImapOs,
     Detail::nothing,
     "iPhone OS"},
    {"imap-id/os-mac-os-x", Place::id_os, "Mac OS X", "", kMac, kImapOs, Detail::nothing,
     "Mac OS X"},
    {"imap-id/os-macos", Place::id_os, "macOS", "", kMac, kImapOs, Detail::nothing, "macOS"},
    {"imap-id/os-android", Place::id_os, "android", "", kAndroid, kImapOs, Detail::nothing,
     "android"},
    {"imap-id/os-android-capital", Place::id_os, "Android", "", kAndroid, kImapOs, Detail::nothing,
     "Android"},
    {"imap-id/os-windows",
     Place::id_os,
     "Windows",
     "",
     {Vendor::unknown, Family::desktop, Line::windows_pc, Os::windows},
     kImapOs,
     Detail::nothing,
     "Windows"},
    {"imap-id/os-linux", Place::id_os, "Linux", "", kNothing, 0, Detail::nothing, "Linux"},
};

/// Version and build are said twice: "version" is the build, "os-version" both. They must agree,
/// and agree with what Apple released.
void check_build(const Position& said, Build version, Hearing& heard) {
  const Build build = said.build.known() ? said.build : version;
  if (!build.known()) return;
  if (version.known() && said.build.known() && version != said.build) {
    heard.weaken(Mouth::imap_id, weights::kCheckFailed);
    heard.object("imap-id/version-and-build", true,
                 fmt::format("version says build {}, os-version says {}", to_string(version),
                             to_string(said.build)));
  }
  const auto released = apple::version_of(build);
  if (!released) return;  // plausible: a beta, an iPad's, or newer than the table
  if (said.os_version.known() && said.os_version != *released) {
    // Two releases may share a build: 4.2 and 4.2.1 did. The table keeps the later one.
    if (said.os_version.major == released->major && said.os_version.minor == released->minor)
      return;
    heard.weaken(Mouth::imap_id, weights::kCheckFailed);
    heard.object("imap-id/build-and-release", true,
                 fmt::format("build {} is version {}, not {}", to_string(build),
                             to_string(*released), to_string(said.os_version)));
    return;
  }
  heard.support(Mouth::imap_id, weights::kKnownBuild);
}

}  // namespace
}  // namespace imap

std::span<const Signal> imap_id_signals() { return imap::kSignals; }

void hear_imap_id(const Observed& seen, Hearing& heard) {
  if (seen.imap_id.empty()) return;
  const auto id = ImapId::parse(seen.imap_id);
  if (!id) {
    heard.object("imap-id/unreadable", false,
                 fmt::format("the IMAP ID cannot be read: {}", id.error().what()));
    return;
  }
  // Values may lie in `id`, which goes: what is kept of them is a view into the observation, or the
  // row's own text.
  const auto name = id->value("name"), os = id->value("os");
  const Signal* by_name = find_signal(imap::kSignals, Place::id_name, name);
  const Signal* by_os = find_signal(imap::kSignals, Place::id_os, os);
  Position p = by_name != nullptr ? read_position(*by_name, name) : Position{};
  const bool mobile_apple = p.family == Family::mobile && p.vendor == Vendor::apple;
  Signal detail{};
  detail.says = {p.vendor, p.family, p.line, p.os};
  detail.detail = Detail::version_and_build;
  p = read_position(detail, id->value("os-version"));
  if (mobile_apple) {
    const auto version = parse_build(id->value("version")).value_or(Build{});
    imap::check_build(p, version, heard);
    if (!p.build.known()) p.build = version;
    if (!p.os_version.known()) p.os_version = apple::version_of(p.build).value_or(Version{});
  }
  if (by_name != nullptr) {
    heard.add(by_name->id, Mouth::imap_id, seen.imap_id, std::move(p), by_name->weight);
  }
  if (by_os != nullptr) {
    heard.add(by_os->id, Mouth::imap_id, seen.imap_id, read_position(*by_os, os), by_os->weight);
  }
}

}  // namespace interdict::devices
