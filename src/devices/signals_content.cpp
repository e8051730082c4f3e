// Headers of the message: what the mailer calls itself, and the shape it cannot help giving.
//
// Source of the rows: facts on device identification, section 2.1. Rows marked "known" there or
// here come from working knowledge and are kept light. The body is never read, so neither
// signatures nor "Get Outlook for iOS" count.

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/letter.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace content {
namespace {

using weights::kMailerName;
using weights::kMailerShape;

constexpr Says kIphone{Vendor::apple, Family::mobile, Line::iphone, Os::ios};
constexpr Says kIpad{Vendor::apple, Family::mobile, Line::ipad, Os::unknown};
constexpr Says kIpod{Vendor::apple, Family::mobile, Line::ipod, Os::ios};
constexpr Says kAppleMobile{Vendor::apple, Family::mobile, Line::unknown, Os::unknown};
constexpr Says kMac{Vendor::apple, Family::desktop, Line::mac, Os::macos};
constexpr Says kAndroid{Vendor::unknown, Family::mobile, Line::unknown, Os::android};
constexpr Says kMobile{Vendor::unknown, Family::mobile, Line::unknown, Os::unknown};
constexpr Says kWindows{Vendor::unknown, Family::desktop, Line::windows_pc, Os::windows};
constexpr Says kLinux{Vendor::unknown, Family::desktop, Line::linux_pc, Os::linux};
constexpr Says kDesktop{Vendor::unknown, Family::desktop, Line::unknown, Os::unknown};
constexpr Says kNothing{};

constexpr Signal kSignals[] = {
    {"content/x-mailer-iphone", Place::mailer, "iPhone Mail", "", kIphone, kMailerName,
     Detail::build_in_parentheses, "iPhone Mail (20F66)"},
    {"content/x-mailer-ipad", Place::mailer, "iPad Mail", "", kIpad, kMailerName,
     Detail::build_in_parentheses, "iPad Mail (22D82)"},
    {"content/x-mailer-ipod", Place::mailer, "iPod Mail", "", kIpod, kMailerName,
     Detail::build_in_parentheses, "iPod Mail (9B206)"},
    {"content/x-mailer-apple-mail", Place::mailer, "Apple Mail (2.", "", kMac, kMailerName,
     Detail::nothing, "Apple Mail (2.3864.100.1.1.5)"},
    {"content/x-mailer-outlook-mobile", Place::mailer, "Outlook for iOS and Android", "", kMobile,
     kMailerName, Detail::nothing, "Outlook for iOS and Android"},
    {"content/x-mailer-k9", Place::mailer, "K-9 Mail", "", kAndroid, kMailerName, Detail::nothing,
     "K-9 Mail for Android"},
    {"content/x-mailer-thunderbird-android", Place::mailer, "Thunderbird for Android", "", kAndroid,
     kMailerName, Detail::nothing, "Thunderbird for Android"},
    {"content/x-mailer-fairemail", Place::mailer, "FairEmail", "", kAndroid, kMailerName,
     Detail::nothing, "FairEmail/1.2000"},
    {"content/x-mailer-yahoo-ios", Place::mailer, "WebService/", "YahooMailIosMobile", kAppleMobile,
     kMailerName, Detail::nothing, "WebService/1.1.26380 YahooMailIosMobile"},
    {"content/x-mailer-yahoo-android", Place::mailer, "WebService/", "YahooMailAndroidMobile",
     kAndroid, kMailerName, Detail::nothing, "WebService/1.1.26380 YahooMailAndroidMobile"},
    {"content/x-mailer-outlook-mac", Place::mailer, "Microsoft-MacOutlook/", "", kMac, kMailerName,
     Detail::nothing, "Microsoft-MacOutlook/16.46.21021202"},
    {"content/x-mailer-outlook-mac-old", Place::mailer, "Microsoft Outlook for Mac", "", kMac,
     kMailerName, Detail::nothing, "Microsoft Outlook for Mac 14.0"},
    {"content/x-mailer-outlook-express", Place::mailer, "Microsoft Outlook Express", "", kWindows,
     kMailerName, Detail::nothing, "Microsoft Outlook Express 6.00.2900.5931"},
    {"content/x-mailer-outlook", Place::mailer, "Microsoft Outlook", "", kWindows, kMailerName,
     Detail::nothing, "Microsoft Outlook 16.0"},
    {"content/x-mailer-outlook-office", Place::mailer, "Microsoft Office Outlook", "", kWindows,
     kMailerName, Detail::nothing, "Microsoft Office Outlook 12.0"},
    {"content/x-mailer-windows-mail", Place::mailer, "Microsoft Windows Mail", "", kWindows,
     kMailerName, Detail::nothing, "Microsoft Windows Mail 6.0.6000.16386"},
    {"content/x-mailer-the-bat", Place::mailer, "The Bat!", "", kWindows, kMailerName,
     Detail::nothing, "The Bat! (v9.1.18) Professional"},
    {"content/x-mailer-foxmail", Place::mailer, "Foxmail ", "", kDesktop, kMailerName,
     Detail::nothing, "Foxmail 7.2.25.213[cn]"},
    {"content/x-mailer-em-client", Place::mailer, "eM_Client/", "", kDesktop, kMailerName,
     Detail::nothing, "eM_Client/9.2.1735.0"},
    {"content/x-mailer-airmail", Place::mailer, "Airmail", "", kNothing, 0, Detail::nothing,
     "Airmail (420)"},  // for the Mac, the iPhone and the iPad alike
    {"content/x-mailer-mailmate", Place::mailer, "MailMate", "", kMac, kMailerName, Detail::nothing,
     "MailMate (1.14r5937)"},
    {"content/x-mailer-evolution", Place::mailer, "Evolution ", "", kLinux, kMailerName,
     Detail::nothing, "Evolution 3.46.4-2"},
    {"content/x-mailer-kmail", Place::mailer, "KMail/", "", kLinux, kMailerName, Detail::nothing,
     "KMail/5.2.3"},
    {"content/user-agent-mutt", Place::mailer, "Mutt/", "", kDesktop, kMailerName, Detail::nothing,
     "Mutt/2.2.9 (2022-11-12)"},
    {"content/x-mailer-sylpheed", Place::mailer, "Sylpheed ", "", kDesktop, kMailerName,
     Detail::nothing, "Sylpheed 3.8.0beta1 (GTK+ 2.24.33; x86_64-pc-linux-gnu)"},
    {"content/x-mailer-claws", Place::mailer, "Claws Mail ", "", kDesktop, kMailerName,
     Detail::nothing, "Claws Mail 4.1.1 (GTK 3.24.36; x86_64-pc-linux-gnu)"},
    {"content/user-agent-thunderbird", Place::mailer, "Mozilla Thunderbird", "", kDesktop,
     kMailerName, Detail::nothing, "Mozilla Thunderbird"},
    {"content/user-agent-thunderbird-mac", Place::mailer, "Mozilla/5.0 (Macintosh;", "Thunderbird/",
     kMac, kMailerName, Detail::nothing,
     "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:102.0) Gecko/20100101 Thunderbird/102.15.1"},
    {"content/user-agent-thunderbird-windows", Place::mailer, "Mozilla/5.0 (Windows",
     "Thunderbird/", kWindows, kMailerName, Detail::nothing,
     "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:102.0) Gecko/20100101 Thunderbird/102.15.1"},
    {"content/user-agent-thunderbird-linux", Place::mailer, "Mozilla/5.0 (X11; Linux",
     "Thunderbird/", kLinux, kMailerName, Detail::nothing,
     "Mozilla/5.0 (X11; Linux x86_64; rv:102.0) Gecko/20100101 Thunderbird/102.15.1"},
    // The web page was open somewhere: the device is not visible.
    {"content/user-agent-roundcube", Place::mailer, "Roundcube Webmail", "", kNothing, 0,
     Detail::nothing, "Roundcube Webmail/1.6.5"},
    {"content/user-agent-sogo", Place::mailer, "SOGoMail ", "", kNothing, 0, Detail::nothing,
     "SOGoMail 5.8.0"},
    {"content/x-mailer-zimbra", Place::mailer, "Zimbra ", "", kNothing, 0, Detail::nothing,
     "Zimbra 8.8.15_GA_4484 (ZimbraWebClient - GC116 (Win)/8.8.15_GA_4481)"},
    {"content/x-mailer-open-xchange", Place::mailer, "Open-Xchange Mailer", "", kNothing, 0,
     Detail::nothing, "Open-Xchange Mailer v7.10.6"},

    {"content/mime-version-iphone-old", Place::mime_version, "1.0 (iPhone Mail ", "", kIphone,
     kMailerShape, Detail::nothing, "1.0 (iPhone Mail 8J2)"},
    {"content/mime-version-ipad-old", Place::mime_version, "1.0 (iPad Mail ", "", kIpad,
     kMailerShape, Detail::nothing, "1.0 (iPad Mail 8C148)"},
    {"content/mime-version-mac", Place::mime_version, "1.0 (Mac OS X Mail ", "", kMac, kMailerShape,
     Detail::nothing, "1.0 (Mac OS X Mail 16.0 \\(3864.100.1.1.5\\))"},
    {"content/mime-version-mac-old", Place::mime_version, "1.0 (Apple Message framework v", "",
     kMac, kMailerShape, Detail::nothing, "1.0 (Apple Message framework v1084)"},

    {"content/message-id-spark", Place::message_id, "<", "@Spark>", kNothing, 0, Detail::nothing,
     "<0d2a1f1e-43f1-4f3a-9f61-1c1f4e6f3f0a@Spark>"},
    {"content/message-id-gmail", Place::message_id, "<CA", "@mail.gmail.com>", kNothing, 0,
     Detail::nothing, "<CAH+x1y2z3=abc@mail.gmail.com>"},  // app or web page
    {"content/message-id-outlook-mobile", Place::message_id, "<", "@mail.outlook.com>", kMobile,
     kMailerShape, Detail::nothing,
     "<8A6F2D1C0B9E7A53.0d2a1f1e-43f1-4f3a-9f61-1c1f4e6f3f0a@mail.outlook.com>"},

    {"content/boundary-samsung",
     Place::boundary,
     "--_com.samsung.android.email_",
     "",
     {Vendor::samsung, Family::mobile, Line::unknown, Os::android},
     kMailerShape,
     Detail::nothing,
     "--_com.samsung.android.email_1234567890"},
    {"content/boundary-samsung-short",
     Place::boundary,
     "_com.samsung.android.email_",
     "",
     {Vendor::samsung, Family::mobile, Line::unknown, Os::android},
     kMailerShape,
     Detail::nothing,
     "_com.samsung.android.email_1234567890"},
    {"content/boundary-android", Place::boundary, "--_com.android.email_", "", kAndroid,
     kMailerShape, Detail::nothing, "--_com.android.email_1234567890"},
    {"content/boundary-mac", Place::boundary, "Apple-Mail=_", "", kMac, kMailerShape,
     Detail::nothing, "Apple-Mail=_7D3C4967-B4FA-4309-84F1-0C20A02DF93B"},

    {"content/field-spark", Place::field, "X-Readdle-Message-ID", "", kNothing, 0, Detail::nothing,
     "X-Readdle-Message-ID"},
    {"content/received-apple",
     Place::received,
     "from smtpclient.apple ",
     "",
     {Vendor::apple, Family::unknown, Line::unknown, Os::unknown},
     weights::kReceivedEhlo,
     Detail::nothing,
     "from smtpclient.apple (unknown [192.0.2.7]) by mx.example with ESMTPSA"},
};

const Signal* find(Place place, std::string_view text) {
  static const ByPlace rows{kSignals};
  return find_signal(rows[place], place, text);
}

/// iPhone and iPad Mail without their X-Mailer, which the site's own rules or their owner took out:
/// Mime-Version "1.0 (1.0)" and a random UUID in capitals, both fields in Apple's spelling. K-9
/// makes the same UUID, but spells Message-ID and MIME-Version and writes a bare 1.0.
bool scrubbed_apple_mobile(const Letter& letter) {
  if (letter.mime_version == nullptr || letter.message_id == nullptr) return false;
  if (letter.mime_version->name != "Mime-Version" || letter.mime_version->value != "1.0 (1.0)" ||
      (letter.message_id->name != "Message-Id" && letter.message_id->name != kUnspelled)) {
    return false;
  }
  auto id = letter.message_id->value;
  if (!id.starts_with('<')) return false;
  id.remove_prefix(1);
  return uppercase_uuid4(id.substr(0, std::min(id.find_first_of("@>"), id.size())));
}

void hear(Place place, std::string_view text, Hearing& heard) {
  if (text.empty()) return;
  if (const Signal* signal = find(place, text)) {
    heard.add(*signal, Mouth::content, text);
  }
}

/// What does not fit and yet is no lie.
void note_benign(const Letter& letter, bool apple, Hearing& heard) {
  if (apple && letter.mac_draft) {
    heard.note("content/draft-moved",
               "the draft was saved on another of the author's devices, so fields of a Mac stand "
               "beside those of the device that sent it");
  }
  if (letter.list) {
    heard.note("content/mailing-list", "a mailing list passed this on; lists rewrite headers");
  }
  if (letter.resent) {
    heard.note("content/redirected",
               "somebody redirected this: its headers speak of the first author's device");
  }
  const auto from = address_host(letter.from), sender = address_host(letter.sender);
  if (!letter.sender.empty() && !letter.list &&
      (!equal_ignoring_case(from, sender) || letter.from != letter.sender)) {
    heard.note("content/delegated-sending",
               "Sender and From differ: sent by a delegate, whose device it is");
  }
}

}  // namespace
}  // namespace content

std::span<const Signal> content_signals() { return content::kSignals; }

bool is_own_field(std::string_view name) { return content::find(Place::field, name) != nullptr; }

void hear_content(const Observed& seen, Hearing& heard) {
  if (seen.headers.empty()) return;
  const Letter letter = read_letter(seen.headers);
  heard.through_web = letter.web;
  const Signal* mailer =
      letter.mailer.empty() ? nullptr : content::find(Place::mailer, letter.mailer);
  if (mailer != nullptr) heard.add(*mailer, Mouth::content, letter.mailer);
  if (letter.mime_version != nullptr) {
    content::hear(Place::mime_version, letter.mime_version->value, heard);
  }
  if (letter.message_id != nullptr) {
    content::hear(Place::message_id, letter.message_id->value, heard);
  }
  content::hear(Place::boundary, parameter(letter.content_type, "boundary").value, heard);
  content::hear(Place::field, letter.own_field, heard);
  if (!seen.first_hop) content::hear(Place::received, letter.first_received, heard);

  const bool apple = mailer != nullptr && mailer->says.vendor == Vendor::apple &&
                     mailer->detail == Detail::build_in_parentheses;
  if (apple) {
    const auto open = letter.mailer.find('('), close = letter.mailer.find(')');
    const bool whole = open != letter.mailer.npos && close == letter.mailer.size() - 1 &&
                       open == mailer->starts.size() + 1 && letter.mailer[open - 1] == ' ';
    check_apple_shape(letter, whole ? letter.mailer.substr(open + 1, close - open - 1) : "",
                      seen.first_hop, heard);
  }
  if (content::scrubbed_apple_mobile(letter)) {
    Position p;
    p.vendor = Vendor::apple;
    p.family = Family::mobile;
    heard.add("content/apple-mobile-shape", Mouth::content, letter.message_id->value, std::move(p),
              apple ? weights::kCheckPassed : weights::kScrubbedShape);
    if (!apple) {
      heard.support(Mouth::content, weights::kCheckPassed);
      if (letter.mailer.empty()) {
        heard.note("content/scrubbed",
                   "X-Mailer is missing; somebody took it out, the shape of the rest remained");
      }
    }
  }
  content::note_benign(letter, apple, heard);
}

}  // namespace interdict::devices
