// interdict ban explain FILE --person … --device … --at …: one decision in full.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/ban.hpp"
#include "policy/device_text.hpp"
#include "policy/explain.hpp"
#include "policy/instant.hpp"

namespace interdict::cli {
namespace {

class BanExplain final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "explain"; }
  [[nodiscard]] std::string_view summary() const override {
    return "say what is decided for a person, a device, a channel and an instant, and why";
  }
  void declare(Arguments& a) override {
    a.positional("BAN", path_, "a ban file");
    a.option("--person", person_, "the authenticated account, or a person's name in the ban",
             "ADDRESS");
    a.option("--device", device_,
             "a device class of the ban, `nothing`, or signals: user-agent=…, header=X-Mailer: …, "
             "ehlo=…, imap-id=…, activesync=… (several parted by ' + ')");
    a.option("--channel", channel_, "mail.send (default), mail.read, sync or web", "CHANNEL");
    a.option("--at", at_,
             "2023-07-17, 2023-07-16T23:59 (by the person's organisation's clock) or with Z or "
             "+02:00",
             "TIME");
    a.option("--language", language_, "of the sentences: en (default), de", "LANGUAGE");
    a.flag("--json", json_, "one JSON object");
  }

  int run(Terminal& terminal) override {
    if (person_.empty() || device_.empty() || at_.empty()) {
      return fail(terminal, Error{Errc::usage, "--person, --device and --at are needed"});
    }
    const auto known = policy::languages();
    if (std::ranges::find(known, language_) == known.end()) {
      return fail(terminal, Error{Errc::usage, fmt::format("no language '{}'; there are: {}",
                                                           language_, fmt::join(known, ", "))});
    }
    const auto channel = devices::channel_from_name(channel_);
    if (!channel) {
      return fail(terminal, Error{Errc::usage, fmt::format("no channel '{}'", channel_)});
    }
    const auto policy = load_policy(terminal, path_);
    if (!policy) return kUnusable;
    const auto account = account_of(policy->ban(), person_);
    if (!account) return fail(terminal, account.error());
    const auto at = instant(terminal, *policy, *account);
    if (!at) return fail(terminal, at.error());
    const auto row = policy::row_of_device(policy->ban(), device_);
    if (!row) return fail(terminal, row.error());
    const auto explanation = policy::explain(*policy, *account, *row, *channel, *at);
    terminal.out(json_ ? policy::json(*policy, explanation, language_)
                       : policy::text(*policy, explanation, language_));
    return kClean;
  }

 private:
  Result<UtcTime> instant(Terminal& terminal, const policy::Policy& policy,
                          const std::string& account) const {
    const auto& zone = policy.ban().zone_of(clock_of(policy, account));
    const auto at = TRY(policy::parse_instant(at_, zone));
    if (at.kind != Resolved::Kind::exact) {
      terminal.say(fmt::format("note: {} {} in {}; taken as {}", at_,
                               at.kind == Resolved::Kind::gap ? "does not exist" : "comes twice",
                               zone.name(), iso8601(at.utc)));
    }
    return at.utc;
  }

  std::string path_, person_, device_, at_;
  std::string channel_ = "mail.send", language_ = "en";
  bool json_ = false;
};

const RegisterCommand kBanExplain{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanExplain>(); }};

}  // namespace
}  // namespace interdict::cli
