// What the SMTP client called itself to our server.
//
// Source: facts on device identification, 2.2: Apple Mail since iOS 14 and macOS 11 says
// smtpclient.apple on every device, an address literal before that. The names of servers mean a hop
// between the device and us, so that nothing is seen of the device.

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace ehlo {
namespace {

constexpr Says kNothing{};
constexpr Signal kSignals[] = {
    {"ehlo/smtpclient-apple",
     Place::ehlo,
     "smtpclient.apple",
     "",
     {Vendor::apple, Family::unknown, Line::unknown, Os::unknown},
     weights::kEhloApple,
     Detail::nothing,
     "smtpclient.apple"},
    {"ehlo/address-literal", Place::ehlo, "[", "]", kNothing, 0, Detail::nothing,
     "[192.168.1.115]"},
    {"ehlo/microsoft", Place::ehlo, "", ".outlook.com", kNothing, 0, Detail::nothing,
     "EUR05-DB8-obe.outbound.protection.outlook.com"},
    {"ehlo/google", Place::ehlo, "", ".google.com", kNothing, 0, Detail::nothing,
     "mail-pv0-f176.google.com"},
    {"ehlo/yahoo", Place::ehlo, "", ".yahoo.com", kNothing, 0, Detail::nothing,
     "sonic301-1.consmr.mail.yahoo.com"},
};

bool server(const Signal& signal) {
  return signal.says.vendor == Vendor::unknown && signal.starts.empty();
}

}  // namespace
}  // namespace ehlo

std::span<const Signal> ehlo_signals() { return ehlo::kSignals; }

void hear_ehlo(const Observed& seen, Hearing& heard) {
  if (seen.ehlo.empty()) return;
  const bool apple_content = heard.heard("content/x-mailer-iphone") ||
                             heard.heard("content/x-mailer-ipad") ||
                             heard.heard("content/x-mailer-apple-mail");
  if (heard.through_web) {
    heard.note("across/webmail-hop",
               "a web server handed the message over: the EHLO name is that server's");
    return;
  }
  const Signal* signal = find_signal(ehlo::kSignals, Place::ehlo, seen.ehlo);
  // smtpclient.apple.example.org is somebody else.
  if (signal != nullptr && signal->weight > 0 && signal->starts != seen.ehlo) signal = nullptr;
  if (signal != nullptr) heard.add(*signal, Mouth::ehlo, seen.ehlo);
  if (signal != nullptr && ehlo::server(*signal)) {
    heard.note("across/outlook-cloud",
               fmt::format("{} is a provider's server: apps such as Outlook Mobile send through "
                           "their cloud, and the device behind is not seen",
                           shortened(seen.ehlo)));
  } else if (apple_content && signal == nullptr && seen.first_hop) {
    heard.weaken(Mouth::content, weights::kCheckFailed);
    heard.object("across/no-apple-ehlo", true,
                 fmt::format("an Apple mailer introduces itself as smtpclient.apple or with an "
                             "address, not as {}",
                             shortened(seen.ehlo)));
  }
}

}  // namespace interdict::devices
