// ActiveSync: device type and id of the query, the user agent, model and system of the settings.
//
// Source: facts on device identification, 2.4. Outlook Mobile gives the same type and model on both
// platforms; its agent and its system tell them apart.

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/activesync.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace sync {
namespace {

using weights::kSyncAgent;
using weights::kSyncDeviceId;
using weights::kSyncType;

constexpr Says kIphone{Vendor::apple, Family::mobile, Line::iphone, Os::ios};
constexpr Says kIpad{Vendor::apple, Family::mobile, Line::ipad, Os::unknown};
constexpr Says kIpod{Vendor::apple, Family::mobile, Line::ipod, Os::ios};
constexpr Says kAppleMobile{Vendor::apple, Family::mobile, Line::unknown, Os::unknown};
constexpr Says kApple{Vendor::apple, Family::unknown, Line::unknown, Os::unknown};
constexpr Says kAndroid{Vendor::unknown, Family::mobile, Line::unknown, Os::android};
constexpr Says kSamsung{Vendor::samsung, Family::mobile, Line::unknown, Os::android};
constexpr Says kMobile{Vendor::unknown, Family::mobile, Line::unknown, Os::unknown};
constexpr Says kWindows{Vendor::unknown, Family::desktop, Line::windows_pc, Os::windows};
constexpr Says kWindowsPhone{Vendor::unknown, Family::mobile, Line::windows_phone, Os::windows};

constexpr Signal kSignals[] = {
    {"activesync/type-iphone", Place::sync_type, "iPhone", "", kIphone, kSyncType, Detail::nothing,
     "iPhone"},
    {"activesync/type-ipad", Place::sync_type, "iPad", "", kIpad, kSyncType, Detail::nothing,
     "iPad"},
    {"activesync/type-ipod", Place::sync_type, "iPod", "", kIpod, kSyncType, Detail::nothing,
     "iPod"},
    {"activesync/type-outlook-windows", Place::sync_type, "WindowsOutlook", "", kWindows, kSyncType,
     Detail::nothing, "WindowsOutlook15"},
    {"activesync/type-windows-mail", Place::sync_type, "UniversalOutlook", "", kWindows, kSyncType,
     Detail::nothing, "UniversalOutlook"},
    {"activesync/type-outlook-mobile", Place::sync_type, "Outlook", "", kMobile, kSyncType,
     Detail::nothing, "Outlook"},
    {"activesync/type-samsung", Place::sync_type, "SAMSUNG", "", kSamsung, kSyncType,
     Detail::nothing, "SAMSUNGSMA515F"},
    {"activesync/type-samsung-small", Place::sync_type, "Samsung", "", kSamsung, kSyncType,
     Detail::nothing, "SamsungDevice"},
    {"activesync/type-android", Place::sync_type, "Android", "", kAndroid, kSyncType,
     Detail::nothing, "Android"},
    {"activesync/type-android-small", Place::sync_type, "android", "", kAndroid, kSyncType,
     Detail::nothing, "android"},
    {"activesync/type-windows-phone", Place::sync_type, "WP", "", kWindowsPhone, kSyncType,
     Detail::nothing, "WP8"},
    {"activesync/type-windows-phone-7", Place::sync_type, "WindowsPhone", "", kWindowsPhone,
     kSyncType, Detail::nothing, "WindowsPhone"},
    {"activesync/type-blackberry",
     Place::sync_type,
     "BlackBerry",
     "",
     {Vendor::blackberry, Family::mobile, Line::unknown, Os::unknown},
     kSyncType,
     Detail::nothing,
     "BlackBerry"},

    // A device id is chosen by the client, and kept until the phone is reset.
    {"activesync/device-id-apple", Place::sync_device_id, "Appl", "", kApple, kSyncDeviceId,
     Detail::nothing, "Appl0000000000000"},
    {"activesync/device-id-android", Place::sync_device_id, "androidc", "", kAndroid, kSyncDeviceId,
     Detail::nothing, "androidc0000000000"},
    {"activesync/device-id-samsung", Place::sync_device_id, "SEC", "", kSamsung, kSyncDeviceId,
     Detail::nothing, "SEC0000000000000"},

    {"activesync/agent-iphone", Place::sync_agent, "Apple-iPhone", "", kIphone, kSyncAgent,
     Detail::sync_agent, "Apple-iPhone15C2/2006.66"},
    {"activesync/agent-ipad", Place::sync_agent, "Apple-iPad", "", kIpad, kSyncAgent,
     Detail::sync_agent, "Apple-iPad13C1/2204.82"},
    {"activesync/agent-ipod", Place::sync_agent, "Apple-iPod", "", kIpod, kSyncAgent,
     Detail::sync_agent, "Apple-iPod9C1/1804.70"},
    {"activesync/agent-outlook-both", Place::sync_agent, "Outlook-iOS-Android/", "", kMobile,
     kSyncAgent, Detail::nothing, "Outlook-iOS-Android/1.0"},
    {"activesync/agent-outlook-ios", Place::sync_agent, "Outlook-iOS/", "", kAppleMobile,
     kSyncAgent, Detail::nothing, "Outlook-iOS/2.0"},
    {"activesync/agent-outlook-android", Place::sync_agent, "Outlook-Android/", "", kAndroid,
     kSyncAgent, Detail::nothing, "Outlook-Android/2.0"},
    {"activesync/agent-outlook-windows", Place::sync_agent, "Outlook/", "", kWindows, kSyncAgent,
     Detail::nothing, "Outlook/16.0 (16.0.5134.1000; MSI; x86)"},
    {"activesync/agent-samsung", Place::sync_agent, "Android-SAMSUNG-", "", kSamsung, kSyncAgent,
     Detail::nothing, "Android-SAMSUNG-SM-A515F/101.10"},
    {"activesync/agent-samsung-old", Place::sync_agent, "SAMSUNG-", "", kSamsung, kSyncAgent,
     Detail::nothing, "SAMSUNG-SM-G900F/101.60001"},
    {"activesync/agent-android", Place::sync_agent, "Android/", "", kAndroid, kSyncAgent,
     Detail::android, "Android/5.0.1-EAS-2.0"},
    {"activesync/agent-android-mail", Place::sync_agent, "Android-Mail/", "", kAndroid, kSyncAgent,
     Detail::nothing, "Android-Mail/2023.01.01.500000000.release"},
    {"activesync/agent-dataaccessd", Place::sync_agent, "iOS/", "dataaccessd", kAppleMobile,
     kSyncAgent, Detail::version_and_build, "iOS/11.2.6 (15D100) dataaccessd/1.0"},
    {"activesync/agent-windows-mail", Place::sync_agent, "MSFT-WIN-", "", kWindows, kSyncAgent,
     Detail::nothing, "MSFT-WIN-4/10.0.19041"},
    {"activesync/agent-windows-phone", Place::sync_agent, "MSFT-WP/", "", kWindowsPhone, kSyncAgent,
     Detail::nothing, "MSFT-WP/8.10.14219"},

    {"activesync/model-outlook-mobile", Place::sync_model, "Outlook for iOS and Android", "",
     kMobile, kSyncDeviceId, Detail::nothing, "Outlook for iOS and Android"},
    {"activesync/model-iphone", Place::sync_model, "iPhone", "", kIphone, kSyncType,
     Detail::sync_model, "iPhone8C4"},
    {"activesync/model-ipad", Place::sync_model, "iPad", "", kIpad, kSyncType, Detail::sync_model,
     "iPad13C1"},
    {"activesync/model-ipod", Place::sync_model, "iPod", "", kIpod, kSyncType, Detail::sync_model,
     "iPod9C1"},
    {"activesync/model-samsung", Place::sync_model, "SM-", "", kSamsung, kSyncType,
     Detail::android_model, "SM-A515F"},
    {"activesync/model-huawei",
     Place::sync_model,
     "HUAWEI ",
     "",
     {Vendor::huawei, Family::mobile, Line::unknown, Os::android},
     kSyncType,
     Detail::android_model,
     "HUAWEI GRA-L09"},
    {"activesync/model-pixel",
     Place::sync_model,
     "Pixel",
     "",
     {Vendor::google, Family::mobile, Line::unknown, Os::android},
     kSyncType,
     Detail::android_model,
     "Pixel 7"},

    {"activesync/os-ipados",
     Place::sync_os,
     "iPadOS",
     "",
     {Vendor::apple, Family::mobile, Line::ipad, Os::ipados},
     kSyncType,
     Detail::version_and_build,
     "iPadOS 17.3 21D50"},
    {"activesync/os-ios", Place::sync_os, "iOS", "", kAppleMobile, kSyncType,
     Detail::version_and_build, "iOS 11.2.6 15D100"},
    {"activesync/os-android", Place::sync_os, "Android", "", kAndroid, kSyncType,
     Detail::version_and_build, "Android 5.0.1"},
    {"activesync/os-windows",
     Place::sync_os,
     "Windows",
     "",
     {Vendor::unknown, Family::unknown, Line::unknown, Os::windows},
     kSyncType,
     Detail::nothing,
     "Windows 10.0.19041"},
};

void hear(Place place, std::string_view text, std::string_view shown, Hearing& heard) {
  if (text.empty()) return;
  const Signal* signal = find_signal(kSignals, place, text);
  if (signal == nullptr) return;
  heard.add(signal->id, Mouth::activesync, shown, read_position(*signal, text), signal->weight);
}

}  // namespace
}  // namespace sync

std::span<const Signal> activesync_signals() { return sync::kSignals; }

void hear_activesync(const Observed& seen, Hearing& heard) {
  if (!seen.activesync_query.empty()) {
    const auto query = read_sync_query(seen.activesync_query);
    if (!query) {
      heard.object("activesync/unreadable", false,
                   fmt::format("the ActiveSync query cannot be read: {}", query.error().what()));
    } else {
      if (query->named_twice) {
        heard.weaken(Mouth::activesync, weights::kCheckFailed);
        heard.object("activesync/named-twice", true,
                     "the query gives two different device types or ids");
      }
      // What is decoded goes with the query: the observation keeps the text that is shown.
      sync::hear(Place::sync_type, query->device_type, seen.activesync_query, heard);
      sync::hear(Place::sync_device_id, query->device_id, seen.activesync_query, heard);
    }
  }
  const Signal* agent = find_signal(sync::kSignals, Place::sync_agent, seen.user_agent);
  // "Outlook-iOS/" and dataaccessd also speak on other channels: theirs only beside a query.
  if (agent != nullptr && (!seen.activesync_query.empty() || agent->detail == Detail::sync_agent ||
                           seen.user_agent.starts_with("Android-SAMSUNG-"))) {
    heard.add(*agent, Mouth::activesync, seen.user_agent);
  }
  sync::hear(Place::sync_model, seen.activesync_model, seen.activesync_model, heard);
  sync::hear(Place::sync_os, seen.activesync_os, seen.activesync_os, heard);
}

}  // namespace interdict::devices
