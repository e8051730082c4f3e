// interdict ban affected FILE --devices CSV --on DAY: people and their devices on a day, as CSV.

#include <unordered_map>

#include <fmt/format.h>

#include "base/csv.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/ban.hpp"
#include "policy/csv_reader.hpp"
#include "policy/device_text.hpp"
#include "policy/explain.hpp"
#include "policy/instant.hpp"

namespace interdict::cli {
namespace {

constexpr std::array<std::string_view, 3> kAffectedColumns{"person", "device", "channel"};
constexpr std::size_t kMostKnown = 100'000;
constexpr std::int64_t kDayMicros = 86'400'000'000;

class BanAffected final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "affected"; }
  [[nodiscard]] std::string_view summary() const override {
    return "list whose devices are spoken of on a day, as CSV";
  }
  void declare(Arguments& a) override {
    a.positional("BAN", path_, "a ban file");
    a.option("--devices", devices_,
             "sightings or an inventory: columns person (account or name), device (class or "
             "signals), channel (optional)",
             "CSV");
    a.option("--on", on_, "the day, by each person's organisation's clock", "DATE");
    a.flag("--all", all_, "devices that are simply allowed, too");
  }

  int run(Terminal& terminal) override {
    if (devices_.empty() || on_.empty()) {
      return fail(terminal, Error{Errc::usage, "--devices and --on are needed"});
    }
    if (!parse_date(on_)) {
      return fail(terminal,
                  Error{Errc::usage, fmt::format("'{}' is no day: write 2023-07-17", on_)});
    }
    const auto policy = load_policy(terminal, path_);
    if (!policy) return kUnusable;
    auto file = open_file(devices_);
    if (!file) return fail_unusable(terminal, file.error());
    policy::CsvReader reader(**file);
    policy::Problems problems(devices_);
    const auto header = policy::CsvHeader::read(reader, kAffectedColumns, 2, devices_, problems);
    if (header) {
      terminal.out(
          "person,account,organisation,device,channel,action,rule,exemption,at,"
          "next_change,next_action\n");
      policy::ClaimTable claims(policy->ban());
      while (reader.next()) list(terminal, *policy, claims, reader, *header, problems);
      if (reader.error()) {
        problems.add(devices_, reader.error()->first, reader.error()->second);
      }
    }
    for (const auto& problem : problems.sorted()) terminal.say(to_string(problem));
    if (problems.any()) {
      terminal.say(fmt::format("interdict: {}: {} rows could not be judged", printable(devices_),
                               problems.count()));
    }
    return problems.any() ? kUnusable : kClean;
  }

 private:
  /// A row that cannot be judged is named and costs itself alone.
  void list(Terminal& terminal, const policy::Policy& policy, policy::ClaimTable& claims,
            const policy::CsvReader& reader, const policy::CsvHeader& header,
            policy::Problems& problems) {
    const std::string person(header.field(reader, 0)), device(header.field(reader, 1));
    const auto channel_name = header.field(reader, 2);
    const auto channel = channel_name.empty() ? devices::Channel::mail_send
                                              : devices::channel_from_name(channel_name);
    const auto account = account_of(policy.ban(), person);
    if (!channel || !account || reader.fields().size() != header.width()) {
      problems.add(reader.place(0),
                   !channel   ? fmt::format("no channel '{}'", policy::shown(channel_name))
                   : !account ? printable(account.error().what())
                              : "another number of fields than the first line names");
      return;
    }
    const auto claim = known(policy, claims, device);
    if (!claim) {
      problems.add(header.place(reader, 1), printable(claim.error().what()));
      return;
    }
    const auto who = policy.intern(*account);
    const auto& zone = policy.ban().zone_of(clock_of(policy, *account));
    const auto at = policy::parse_instant(on_, zone);
    if (!at) return;
    // What holds at the end of the day: a stage that begins on it has begun.
    const UtcTime last{policy::parse_instant(next_day(), zone).value_or(*at).utc.micros - 1};
    auto d = policy.decide(who, claims, *claim, *channel, last);
    if (!all_ && d.action == Action::allow && !d.report()) return;
    print(terminal, policy, claims, {person, *account, device}, *channel, who, *claim, d, last);
  }

  using Action = policy::Action;
  [[nodiscard]] std::string next_day() const {
    return iso8601(UtcTime{parse_date(on_)->micros + kDayMicros}).substr(0, 10);
  }

  void print(Terminal& terminal, const policy::Policy& policy, const policy::ClaimTable& claims,
             const std::array<std::string, 3>& row, devices::Channel channel, policy::PersonId who,
             policy::ClaimId claim, const policy::Decision& d, UtcTime at) const {
    auto next = d;
    while (next.valid_until != policy::kEnd) {
      const auto begins = next.valid_until;
      next = policy.decide(who, claims, claim, channel, begins);
      if (next.action == d.action) continue;
      terminal.out(line(policy, row, channel, who, d, at) +
                   fmt::format("{},{}\n", iso8601(begins), name_of(next.action)));
      return;
    }
    terminal.out(line(policy, row, channel, who, d, at) + ",\n");
  }

  static std::string line(const policy::Policy& policy, const std::array<std::string, 3>& row,
                          devices::Channel channel, policy::PersonId who, const policy::Decision& d,
                          UtcTime at) {
    const auto& ban = policy.ban();
    const auto field = [&](std::string_view text) { return csv_cell(printable(text)) + ","; };
    std::string out;
    out += field(row[0]) + field(row[1]);
    out += field(who.outside() ? "" : ban.organisation_id(policy.organisation_of(who)));
    out += field(row[2]) + field(name_of(channel));
    out += field(who.outside() ? "outside" : name_of(d.action));
    out += field(d.rule == policy::kNone ? "" : std::string_view(ban.rules[d.rule].id));
    out +=
        field(d.exemption == policy::kNone ? "" : std::string_view(ban.exemptions[d.exemption].id));
    return out + field(iso8601(at));
  }

  /// Devices repeat by the thousand: each text is read once.
  Result<policy::ClaimId> known(const policy::Policy& policy, policy::ClaimTable& claims,
                                const std::string& device) {
    if (const auto at = known_.find(device); at != known_.end()) return at->second;
    const auto row = TRY(policy::row_of_device(policy.ban(), device));
    const auto id = TRY(claims.intern(row));
    if (known_.size() < kMostKnown) known_.emplace(device, id);
    return id;
  }

  std::string path_, devices_, on_;
  bool all_ = false;
  std::unordered_map<std::string, policy::ClaimId> known_;
};

const RegisterCommand kBanAffected{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanAffected>(); }};

}  // namespace
}  // namespace interdict::cli
