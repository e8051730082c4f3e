// interdict ban replay BAN LOG…: old mail logs under a ban; what it would have done, and to whom.

#include <charconv>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/ban.hpp"
#include "replay/outputs.hpp"

namespace interdict::cli {
namespace {

class BanReplay final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "replay"; }
  [[nodiscard]] std::string_view summary() const override {
    return "read old mail logs and say what this ban would have done, and to whom";
  }
  void declare(Arguments& a) override {
    a.positional("BAN", path_, "a ban file");
    a.positionals("LOG", logs_, "logs of one period, in any order, plain or gzip; - is the input");
    a.option("--year", year_, "year in which the earliest log begins, for stamps without one",
             "YEAR");
    a.option("--zone", zone_,
             "time zone of stamps that do not say theirs (default: the first organisation's)",
             "ZONE");
    a.option("--kind", kind_, "mail, iis, web or json instead of looking at the first lines",
             "KIND");
    a.option("--domain", domain_, "put behind accounts without one: alice, WORK\\alice", "DOMAIN");
    a.options("--path", paths_, "a web path and its channel (repeatable): /hr/webmail=web",
              "PATH=CHANNEL");
    a.number("--settle", settle_, "days after which a device first seen counts as new");
    a.flag("--csv", csv_, "a row for each person, device and channel");
    a.flag("--json", json_, "one JSON object with everything");
    a.footer(
        "Only authenticated accounts of the ban are looked at; nothing of a message is kept but\n"
        "the fields that speak of the device. docs/logs.md says what is read of each log.\n"
        "Exit status: 0 done; 2 wrong usage; 4 an unusable ban, or a log that could not be read\n"
        "(the others still are).");
  }

  int run(Terminal& terminal) override {
    if (csv_ && json_) {
      return fail(terminal, Error{Errc::usage, "--csv and --json ask for two outputs"});
    }
    const auto policy = load_policy(terminal, path_);
    if (!policy) return kUnusable;
    auto options = read_options(policy->ban());
    if (!options) return fail(terminal, options.error());
    std::vector<int> years(logs_.size(), options->logs.year);
    if (options->logs.year != 0) find_years(options->logs.year, years);
    auto replay = replay::Replay::begin(*policy, *std::move(options));
    if (!replay) return fail(terminal, replay.error());
    bool failed = false;
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      terminal.progress(fmt::format("reading {}", printable(logs_[i])));
      auto input = logs::Input::open(logs_[i]);
      const auto read = input ? replay->read(*std::move(input), logs_[i], years[i])
                              : Status(std::move(input).error());
      if (read) continue;
      failed = true;
      fail(terminal, read.error());
    }
    terminal.clear_progress();
    const auto report = replay->finish();
    terminal.out(csv_    ? replay::csv(*policy, report)
                 : json_ ? replay::json(*policy, report)
                         : replay::text(*policy, report));
    return failed ? kUnusable : kClean;
  }

 private:
  Result<replay::Options> read_options(const policy::Ban& ban) const {
    replay::Options options;
    options.domain = ascii_lower(domain_);
    options.settle_days = settle_;
    options.logs.kind = kind_;
    options.logs.zone = ban.zone_of(0);
    if (!zone_.empty()) {
      auto zone = Zone::find(zone_);
      if (!zone) return Error{Errc::usage, fmt::format("--zone: {}", zone.error().what())};
      options.logs.zone = *std::move(zone);
    }
    if (!year_.empty()) {
      const auto* const end = year_.data() + year_.size();
      const auto read = std::from_chars(year_.data(), end, options.logs.year);
      if (read.ptr != end || options.logs.year < 1970 || options.logs.year > 2199) {
        return Error{Errc::usage, fmt::format("--year {}: a year from 1970 to 2199", year_)};
      }
    }
    for (const auto& path : paths_) {
      const auto equals = path.rfind('=');
      const auto channel =
          equals == path.npos
              ? std::nullopt
              : devices::channel_from_name(std::string_view(path).substr(equals + 1));
      if (!channel || equals == 0) {
        return Error{Errc::usage,
                     fmt::format("--path {}: write PATH=CHANNEL, the channel being mail.send, "
                                 "mail.read, sync or web",
                                 path)};
      }
      options.logs.paths.push_back({path.substr(0, equals), *channel});
    }
    return options;
  }

  /// Rotated logs of one period may be given in any order: the first stamps tell it.
  void find_years(int year, std::vector<int>& years) const {
    std::vector<logs::ClassicStamp> first(logs_.size());
    for (std::size_t i = 0; i < logs_.size(); ++i) {
      std::error_code ignored;
      // A pipe can be read once only; it is taken to begin in the year given.
      if (!std::filesystem::is_regular_file(logs_[i], ignored)) continue;
      if (auto input = logs::Input::open(logs_[i])) {
        first[i] = logs::first_stamp(*std::move(input));
      }
    }
    logs::starting_years(first, year, years);
  }

  std::string path_, year_, zone_, kind_, domain_;
  std::vector<std::string> logs_, paths_;
  unsigned settle_ = 7;
  bool csv_ = false, json_ = false;
};

const RegisterCommand kBanReplay{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanReplay>(); }};

}  // namespace
}  // namespace interdict::cli
