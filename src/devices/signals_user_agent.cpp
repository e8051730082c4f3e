// User agents of DAV, EWS, webmail and browsers.
//
// Source: facts on device identification, 2.5, and the public tables that docs/identification.md
// measures this against. The order matters: whoever only claims to be "like iPhone" stands before
// the iPhone, and Darwin, which Macs and iPhones share, behind everything that tells them apart.

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/apple.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace agent {
namespace {

using weights::kAgentAmbiguous;
using weights::kAgentBrowser;
using weights::kAgentDaemon;
using weights::kAgentOther;

constexpr Says kIphone{Vendor::apple, Family::mobile, Line::iphone, Os::ios};
constexpr Says kIpad{Vendor::apple, Family::mobile, Line::ipad, Os::unknown};
constexpr Says kIpod{Vendor::apple, Family::mobile, Line::ipod, Os::ios};
constexpr Says kAppleMobile{Vendor::apple, Family::mobile, Line::unknown, Os::unknown};
constexpr Says kApple{Vendor::apple, Family::unknown, Line::unknown, Os::unknown};
constexpr Says kWatch{Vendor::apple, Family::wearable, Line::apple_watch, Os::watchos};
constexpr Says kAppleTv{Vendor::apple, Family::other, Line::other, Os::other};
constexpr Says kMac{Vendor::apple, Family::desktop, Line::mac, Os::macos};
constexpr Says kAndroid{Vendor::unknown, Family::unknown, Line::unknown, Os::android};
constexpr Says kAndroidMobile{Vendor::unknown, Family::mobile, Line::unknown, Os::android};
constexpr Says kFire{Vendor::other, Family::mobile, Line::unknown, Os::android};
constexpr Says kWindows{Vendor::unknown, Family::desktop, Line::windows_pc, Os::windows};
constexpr Says kWindowsPhone{Vendor::unknown, Family::mobile, Line::windows_phone, Os::windows};
constexpr Says kLinux{Vendor::unknown, Family::desktop, Line::linux_pc, Os::linux};
constexpr Says kChromebook{Vendor::unknown, Family::desktop, Line::chromebook, Os::chromeos};
constexpr Says kUnix{Vendor::unknown, Family::desktop, Line::other, Os::other};
constexpr Says kOtherPhone{Vendor::unknown, Family::mobile, Line::other, Os::other};
constexpr Says kBlackberry{Vendor::blackberry, Family::mobile, Line::other, Os::other};
constexpr Says kConsole{Vendor::other, Family::other, Line::other, Os::other};
constexpr Says kTelevision{Vendor::unknown, Family::other, Line::other, Os::unknown};
constexpr Says kService{Vendor::unknown, Family::service, Line::other, Os::unknown};
constexpr Says kNothing{};
constexpr auto kAgent = Place::agent;
constexpr auto kToken = Place::agent_token;

constexpr Signal kSignals[] = {
    // Whoever pretends.
    {"user-agent/crawler", kAgent, "", "bot/", kService, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) (compatible; Examplebot/2.1)"},
    {"user-agent/crawler-capital", kAgent, "", "Bot/", kService, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) (compatible; ExampleBot/2.1)"},
    {"user-agent/crawler-mobile", kAgent, "", "bot-", kService, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) (compatible; Examplebot-Mobile/2.1)"},
    {"user-agent/crawler-spider", kAgent, "", "pider", kService, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (iPhone; CPU iPhone OS 8_3 like Mac OS X) (compatible; Examplespider/2.1)"},
    {"user-agent/crawler-word", kAgent, "", "rawler", kService, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (iPad; CPU OS 8_3 like Mac OS X) (compatible; examplecrawler 1.0)"},
    {"user-agent/windows-phone", kAgent, "", "Windows Phone", kWindowsPhone, kAgentOther,
     Detail::nothing,
     "Mozilla/5.0 (Mobile; Windows Phone 8.1; Android 4.0; ARM; Trident/7.0; Touch; rv:11.0; "
     "IEMobile/11.0; NOKIA; Lumia 520) like iPhone OS 7_0_3 Mac OS X AppleWebKit/537 Mobile"},
    {"user-agent/windows-mobile", kAgent, "", "IEMobile", kWindowsPhone, kAgentOther,
     Detail::nothing, "Mozilla/4.0 (compatible; MSIE 6.0; Windows CE; IEMobile 7.11)"},
    {"user-agent/windows-ce", kAgent, "", "Windows CE", kWindowsPhone, kAgentOther, Detail::nothing,
     "Mozilla/4.0 (compatible; MSIE 4.01; Windows CE; PPC)"},
    {"user-agent/xbox", kAgent, "", "Xbox", kConsole, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 Edge/44.18363"},
    {"user-agent/nintendo", kAgent, "", "Nintendo", kConsole, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (New Nintendo 3DS like iPhone) AppleWebKit/536.30 NX/3.0.0.5.24 Mobile"},
    {"user-agent/playstation", kAgent, "", "PlayStation", kConsole, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (PlayStation 4 3.11) AppleWebKit/537.73 (KHTML, like Gecko)"},
    {"user-agent/like-iphone", kAgent, "", "like iPhone", kNothing, 0, Detail::nothing,
     "Mozilla/5.0 (Linux; U; Librem 5, like iPhone) AppleWebKit/605.1.15 Mobile"},
    {"user-agent/apple-tv", kAgent, "", "Apple TV", kAppleTv, kAgentOther, Detail::nothing,
     "AppleCoreMedia/1.0.0.12F69 (Apple TV; U; CPU OS 8_3 like Mac OS X; en_us)"},
    {"user-agent/apple-tv-word", kAgent, "", "AppleTV", kAppleTv, kAgentOther, Detail::nothing,
     "AppleTV6,2/11.1"},
    {"user-agent/tvos", kAgent, "", "tvOS", kAppleTv, kAgentOther, Detail::nothing,
     "Example-tvOS/3.7.1 (com.example; build:7341; tvOS 12.1.0) Alamofire/4.7.0"},
    {"user-agent/watchos", kAgent, "", "watchOS", kWatch, kAgentOther, Detail::nothing,
     "atc/1.0 watchOS/5.1.3 model/Watch3,4 hwp/t8004 build/16S535 (6; dt:156)"},
    {"user-agent/java-phone", kAgent, "", "J2ME", kOtherPhone, kAgentOther, Detail::nothing,
     "Opera/9.80 (J2ME/MIDP; Opera Mini/9 (Compatible; MSIE:9.0; iPhone; BlackBerry9700; U; en)"},
    {"user-agent/blackberry-10", kAgent, "", "BB10", kBlackberry, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (BB10; Touch) AppleWebKit/537.10+ Version/10.0.9.2372 Mobile Safari/537.10+"},
    {"user-agent/blackberry", kAgent, "", "BlackBerry", kBlackberry, kAgentOther, Detail::nothing,
     "BlackBerry9700/5.0.0.862 Profile/MIDP-2.1 Configuration/CLDC-1.1"},
    {"user-agent/symbian", kAgent, "", "Symb", kOtherPhone, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (SymbianOS/9.4; Series60/5.0 Nokia5800d-1/60.0.003) AppleWebKit/525"},
    {"user-agent/kaios", kAgent, "", "KAIOS", kOtherPhone, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5"},
    {"user-agent/tizen", kAgent, "", "Tizen", kTelevision, 0, Detail::nothing,
     "Mozilla/5.0 (SMART-TV; Linux; Tizen 2.3) AppleWebkit/538.1 SamsungBrowser/1.0"},
    {"user-agent/silk", kAgent, "", "Silk/", kFire, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10_6_3; en-us; Silk/1.1.0-80) AppleWebKit/533.16"},
    // Mail, calendar and office programs.
    {"user-agent/dataaccessd-ios", kAgent, "iOS/", "", kAppleMobile, kAgentDaemon,
     Detail::version_and_build, "iOS/26.5 (23F77) dataaccessd/1.0"},
    {"user-agent/dataaccessd-ipados",
     kAgent,
     "iPadOS/",
     "",
     {Vendor::apple, Family::mobile, Line::ipad, Os::ipados},
     kAgentDaemon,
     Detail::version_and_build,
     "iPadOS/17.3 (21D50) dataaccessd/1.0"},
    {"user-agent/dataaccessd-macos", kAgent, "macOS/", "", kMac, kAgentDaemon,
     Detail::version_and_build, "macOS/13.4 (22F66) dataaccessd/1.0"},
    {"user-agent/mac-os-x", kAgent, "Mac OS X/", "", kMac, kAgentDaemon, Detail::version_and_build,
     "Mac OS X/10.8.2 (12C2034); ExchangeWebServices/3.0 (157); Mail/6.2 (1499)"},
    {"user-agent/outlook-ios", kAgent, "Outlook-iOS/", "", kAppleMobile, kAgentDaemon,
     Detail::nothing, "Outlook-iOS/711.3061168.prod.iphone (3.21.0)"},
    {"user-agent/outlook-android", kAgent, "Outlook-Android/", "", kAndroidMobile, kAgentDaemon,
     Detail::nothing, "Outlook-Android/2.0"},
    {"user-agent/outlook-mac", kAgent, "MacOutlook/", "", kMac, kAgentDaemon, Detail::nothing,
     "MacOutlook/16.46.21021202 (Intelx64 Mac OS X 11.2.2 (Build 20D80))"},
    {"user-agent/gmail-android", kAgent, "Android-Gmail/", "", kAndroidMobile, kAgentDaemon,
     Detail::nothing, "Android-Gmail/64562652 (sw411dp; 420dpi) (r7 TP1A.220624.014)"},
    {"user-agent/davx5", kAgent, "DAVx5/", "", kAndroid, kAgentDaemon, Detail::nothing,
     "DAVx5/4.3.1-ose (2023/03/08; dav4jvm; okhttp/4.10.0) Android/13"},
    {"user-agent/davdroid", kAgent, "DAVdroid/", "", kAndroid, kAgentDaemon, Detail::nothing,
     "DAVdroid/1.6.2-ose (2017/06/23; dav4android; okhttp3) Android/7.0"},
    {"user-agent/office-windows", kAgent, "Microsoft Office/", "Microsoft Outlook", kWindows,
     kAgentOther, Detail::nothing,
     "Microsoft Office/16.0 (Microsoft Outlook 16.0.12329; Pro), Mozilla/4.0 (compatible)"},
    {"user-agent/windows-mail", kAgent, "WindowsMail/", "", kWindows, kAgentOther, Detail::nothing,
     "WindowsMail/17.5.9600.22013"},
    // Browsers that exist on iPhones and iPads alone, also where they ask for the desktop's page.
    {"user-agent/chrome-ios", kAgent, "", "CriOS/", kAppleMobile, kAgentBrowser, Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_13_5) AppleWebKit/605.1.15 CriOS/102 Safari/605"},
    {"user-agent/firefox-ios", kAgent, "", "FxiOS/", kAppleMobile, kAgentBrowser, Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15) AppleWebKit/605.1.15 FxiOS/120.0 Safari/605"},
    {"user-agent/edge-ios", kAgent, "", "EdgiOS/", kAppleMobile, kAgentBrowser, Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_14_6) AppleWebKit/605.1.15 EdgiOS/125 Safari/605"},
    // The device's own word: the first of the first comment.
    {"user-agent/iphone", kToken, "iPhone", "", kIphone, kAgentBrowser, Detail::apple_browser,
     "Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"},
    {"user-agent/ipad", kToken, "iPad", "", kIpad, kAgentBrowser, Detail::apple_browser,
     "Mozilla/5.0 (iPad; CPU OS 12_4 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"},
    {"user-agent/ipod", kToken, "iPod", "", kIpod, kAgentBrowser, Detail::apple_browser,
     "Mozilla/5.0 (iPod touch; CPU iPhone OS 9_3_2 like Mac OS X) AppleWebKit/601.1.46"},
    {"user-agent/ios-word", kToken, "iOS", "", kAppleMobile, kAgentBrowser, Detail::apple_browser,
     "UCWEB/2.0 (iOS; U; iPad OS 6_1_3; en-US; iPad2,5) U2/1.0.0 UCBrowser/9.0.0.260"},
    {"user-agent/mac-chrome", kToken, "Macintosh", "Chrome/", kMac, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/120.0.0.0 Safari"},
    {"user-agent/mac-firefox", kToken, "Macintosh", "Gecko/20", kMac, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0"},
    {"user-agent/mac-or-ipad", kToken, "Macintosh", "Version/", kApple, kAgentAmbiguous,
     Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/17.3 "
     "Safari/605"},
    {"user-agent/mac", kToken, "Macintosh", "", kMac, kAgentOther, Detail::nothing,
     "iTunes/12.0.1 (Macintosh; OS X 10.9.2) AppleWebKit/537.74.9"},
    // Systems, wherever they are named.
    {"user-agent/android-phone", kAgent, "", "Android", kAndroid, kAgentOther, Detail::android,
     "Mozilla/5.0 (Linux; Android 10; SM-A515F) AppleWebKit/537.36 Chrome/120.0.0.0 Mobile Safari"},
    {"user-agent/chromebook", kAgent, "", "CrOS ", kChromebook, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"},
    {"user-agent/windows", kAgent, "", "Windows", kWindows, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/120.0.0.0 Safari/537.36"},
    {"user-agent/linux", kToken, "X11", "Linux", kLinux, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0"},
    {"user-agent/ubuntu", kToken, "X11", "Ubuntu", kLinux, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (X11; Ubuntu; rv:120.0) Gecko/20100101 Firefox/120.0"},
    {"user-agent/unix", kToken, "X11", "BSD", kUnix, kAgentOther, Detail::nothing,
     "Mozilla/5.0 (X11; FreeBSD amd64; rv:120.0) Gecko/20100101 Firefox/120.0"},
    {"user-agent/iphone-os", kAgent, "", "iPhone OS", kAppleMobile, kAgentBrowser,
     Detail::apple_browser, "CFNetwork, iPhone OS 7.0.4, iPhone5,2"},
    {"user-agent/ios", kAgent, "", " iOS ", kAppleMobile, kAgentOther, Detail::apple_browser,
     "Example/3.8.3 (com.example.app; build:7383; iOS 12.1.0) Alamofire/4.7.0"},
    {"user-agent/ios-slash", kAgent, "", "/iOS ", kAppleMobile, kAgentOther, Detail::apple_browser,
     "Example/1.0.3 build 71/iOS 12.2"},
    {"user-agent/ios-version", kAgent, "", " iOS/", kAppleMobile, kAgentOther,
     Detail::apple_browser, "StoreKitUIService/1.0 iOS/7.0 model/iPhone3,1 (4; dt:27)"},
    {"user-agent/ios-semicolon", kAgent, "", ";iOS ", kAppleMobile, kAgentOther,
     Detail::apple_browser, "Example(U;iOS 6.1.2;en;320*480;)/Example8.2.1"},
    {"user-agent/app-for-iphone", kAgent, "", " for iPhone ", kAppleMobile, kAgentOther,
     Detail::nothing, "Example for iPhone 1.2.1 (4395)"},
    {"user-agent/app-iphone", kAgent, "", "iPhone/", kAppleMobile, kAgentOther, Detail::nothing,
     "Example for iPhone/1.95 CFNetwork/672.0.2 Darwin/14.0.0"},
    {"user-agent/app-ipad", kAgent, "", "iPad/", kAppleMobile, kAgentOther, Detail::nothing,
     "Example-iPad/1.0.2 CFNetwork/548.1.4 Darwin/11.0.0"},
    // Darwin is under both: only an architecture or a Mac's own name decides.
    {"user-agent/darwin-x86", kAgent, "", "(x86_64)", kMac, kAgentOther, Detail::nothing,
     "Outlook/16.16.18071205 CFNetwork/902.1 Darwin/17.7.0 (x86_64)"},
    {"user-agent/darwin-i386", kAgent, "", "(i386)", kMac, kAgentOther, Detail::nothing,
     "Safari5530.17 CFNetwork/438.12 Darwin/9.7.0 (i386) (Macmini2,1)"},
    {"user-agent/mac-os", kAgent, "", "Mac OS", kMac, kAgentOther, Detail::nothing,
     "MailBar/1.3.2 (Mac OS X Version 10.11.1 (Build 15B42))"},
    {"user-agent/darwin", kAgent, "", "Darwin/", kApple, kAgentAmbiguous, Detail::nothing,
     "Mail/3731.600.7 CFNetwork/1408.0.4 Darwin/22.5.0"},
};

/// Which pairs of characters a text has, so that most rows are refused without a search. A set bit
/// may be another pair's; a missing one is certain.
class Pairs {
 public:
  explicit Pairs(std::string_view text) {
    for (std::size_t i = 1; i < text.size(); ++i) set(text[i - 1], text[i]);
  }
  [[nodiscard]] bool may_hold(std::string_view part) const {
    for (std::size_t i = 1; i < part.size(); ++i) {
      const auto bit = place(part[i - 1], part[i]);
      if ((bits_[bit / 64] >> (bit % 64) & 1) == 0) return false;
    }
    return true;
  }

 private:
  static std::size_t place(char a, char b) {
    return (static_cast<unsigned char>(a) * 37U + static_cast<unsigned char>(b)) % 2048;
  }
  void set(char a, char b) { bits_[place(a, b) / 64] |= std::uint64_t{1} << (place(a, b) % 64); }
  std::array<std::uint64_t, 32> bits_{};
};

/// "iPhone" speaks of a device before ';', blank, digit and the like; "iPhone:" and "iPhoneX11" as
/// clones write it do not.
bool token_ends_well(const Signal& row, std::string_view token) {
  if (token.size() == row.starts.size()) return true;
  const char next = token[row.starts.size()];
  return next == ';' || next == ' ' || next == ',' || next == ')' || next == '/' || next == '+' ||
         (next >= '0' && next <= '9');
}

const Signal* find_agent(std::string_view text) {
  const auto open = text.find('(');
  const auto token = open == text.npos ? std::string_view() : text.substr(open + 1);
  const Pairs pairs(text);
  for (const Signal& row : kSignals) {
    const bool whole = row.place == Place::agent;
    if (!(whole ? text : token).starts_with(row.starts)) continue;
    if (!whole && !token_ends_well(row, token)) continue;
    if (row.holds.empty() || (pairs.may_hold(row.holds) && text.find(row.holds) != text.npos)) {
      return &row;
    }
  }
  return nullptr;
}

}  // namespace
}  // namespace agent

std::span<const Signal> user_agent_signals() { return agent::kSignals; }

void hear_user_agent(const Observed& seen, Hearing& heard) {
  constexpr std::size_t kLongest = 2048;
  if (seen.user_agent.empty()) return;
  // Beside an ActiveSync query, or in its form, the agent has spoken with that mouth.
  for (const Reading& reading : std::as_const(heard).readings()) {
    if (reading.mouth == Mouth::activesync && reading.text.data() == seen.user_agent.data()) return;
  }
  const auto text = seen.user_agent.substr(0, kLongest);
  const Signal* row = agent::find_agent(text);
  if (row == nullptr) return;
  heard.add(*row, Mouth::user_agent, text);
  if (row->id == "user-agent/mac-or-ipad") {
    heard.note("user-agent/ipad-as-mac",
               "Safari on an iPad asks for pages as a Mac does: this may be either");
  } else if (row->id == "user-agent/darwin") {
    const auto at = text.find("Darwin/");
    if (const auto darwin = apple::read_darwin(
            text.substr(at + 7, std::min(text.find(' ', at), text.size()) - at - 7));
        darwin && darwin->ios.known()) {
      heard.note("user-agent/darwin-is-both",
                 fmt::format("this Darwin is under iOS {} and macOS {} alike", darwin->ios.major,
                             darwin->macos.major > 10 ? fmt::format("{}", darwin->macos.major)
                                                      : to_string(darwin->macos)));
    }
  }
}

}  // namespace interdict::devices
