#include "policy/device_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kMaxText = std::size_t{16} << 10;
constexpr std::array<std::string_view, 6> kSignals{"header",     "ehlo",       "imap-id",
                                                   "activesync", "user-agent", "certificate"};

struct Signals {
  devices::Observed seen;
  std::vector<devices::Field> headers;

  Status add(std::string_view part) {
    const auto equals = part.find('=');
    const auto name = trimmed(part.substr(0, std::min(equals, part.size())));
    if (part.starts_with('(')) return take("imap-id", part);
    if (equals != part.npos && std::ranges::find(kSignals, name) != kSignals.end()) {
      return take(name, trimmed(part.substr(equals + 1)));
    }
    if (part.find(": ") != part.npos && part.find(' ') > part.find(':')) {
      return take("header", part);
    }
    return Error{Errc::usage,
                 fmt::format("'{}' is no device class of this ban and no signal (header=, ehlo=, "
                             "imap-id=, activesync=, user-agent=, certificate=)",
                             shown(part))};
  }

 private:
  Status take(std::string_view name, std::string_view value) {
    if (name == "ehlo") {
      seen.ehlo = value;
    } else if (name == "imap-id") {
      seen.imap_id = value;
    } else if (name == "activesync") {
      seen.activesync_query = value;
    } else if (name == "user-agent") {
      seen.user_agent = value;
    } else if (name == "certificate") {
      seen.certificate_subject = value;
    } else {
      const auto colon = value.find(':');
      if (colon == value.npos || colon == 0) {
        return Error{Errc::usage,
                     fmt::format("'{}' is no header: write Name: value", shown(value))};
      }
      headers.push_back({trimmed(value.substr(0, colon)), trimmed(value.substr(colon + 1))});
    }
    return ok();
  }
};

}  // namespace

Result<ClaimRow> row_of_device(const Ban& ban, std::string_view text) {
  text = trimmed(text);
  if (text.size() > kMaxText) return Error{Errc::limit, "a device text of more than 16 KiB"};
  if (text == "nothing") return standings_of_nothing(ban);
  if (const auto c = ban.find_class(text)) return standings_of_class(ban, *c);
  Signals signals;
  auto rest = text;
  while (!rest.empty()) {
    const auto end = std::min({rest.find(" + "), rest.find('\n'), rest.size()});
    const auto part = trimmed(rest.substr(0, end));
    rest.remove_prefix(
        std::min(rest.size(), end + (end < rest.size() && rest[end] == '\n' ? 1 : 3)));
    if (part.empty()) continue;
    auto taken = signals.add(part);
    if (taken) continue;
    std::vector<std::string_view> ids;
    for (const Class& c : ban.classes) {
      if (!c.made) ids.push_back(c.id);
    }
    return Error{Errc::usage, taken.error().what() + suggestion(part, ids)};
  }
  if (text.empty()) return Error{Errc::usage, "no device is named"};
  signals.seen.headers = signals.headers;
  return standings(ban, devices::identify(signals.seen));
}

}  // namespace interdict::policy
