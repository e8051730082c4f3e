// interdict ban diff OLD NEW: who is treated differently, with what device, and when.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "cli/ban.hpp"
#include "policy/diff.hpp"

namespace interdict::cli {
namespace {

std::vector<std::string_view> names_of(policy::ChannelMask channels) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < devices::kChannels; ++i) {
    const auto channel = static_cast<devices::Channel>(i);
    if ((channels & policy::mask_of(channel)) != 0) names.push_back(name_of(channel));
  }
  return names;
}
std::string instant_or(UtcTime t, std::string_view otherwise) {
  if (t == policy::kBeginning || t == policy::kEnd) return std::string(otherwise);
  return iso8601(t).substr(0, 19) + "Z";
}

class BanDiff final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "diff"; }
  [[nodiscard]] std::string_view summary() const override {
    return "say who is treated differently by a changed ban, and when";
  }
  void declare(Arguments& a) override {
    a.positional("OLD", old_, "a ban file");
    a.positional("NEW", new_, "the changed one");
    a.flag("--json", json_, "one JSON object");
  }

  int run(Terminal& terminal) override {
    const auto before = load_policy(terminal, old_);
    if (!before) return kUnusable;
    const auto after = load_policy(terminal, new_);
    if (!after) return kUnusable;
    const auto report = policy::diff(*before, *after);
    json_ ? print_json(terminal, *before, *after, report) : print(terminal, report);
    return report.differences.empty() ? kClean : kFindings;
  }

 private:
  static void print(Terminal& terminal, const policy::DiffReport& report) {
    for (const auto& d : report.differences) {
      const auto who = d.people == 0   ? d.sample
                       : d.people == 1 ? fmt::format("{} ({})", d.sample, d.organisation)
                                       : fmt::format("{} and {} alike ({})", d.sample, d.people - 1,
                                                     d.organisation);
      const auto channels = d.channels == policy::kAllChannels
                                ? std::string()
                                : fmt::format(" on {}", fmt::join(names_of(d.channels), ", "));
      terminal.out(fmt::format("{} .. {}  {} -> {}  {}{}: {}\n", instant_or(d.from, "always"),
                               instant_or(d.until, "for good"), d.before, d.after,
                               printable(d.device), channels, printable(who)));
    }
    if (report.cut) terminal.out("… and more\n");
    terminal.out(fmt::format("{} of {} people are treated differently\n", report.people_differing,
                             report.people_compared));
  }

  static void print_json(Terminal& terminal, const policy::Policy& before,
                         const policy::Policy& after, const policy::DiffReport& report) {
    JsonWriter w(2);
    w.begin_object().member("old", before.digest_text()).member("new", after.digest_text());
    w.member("people", std::uint64_t{report.people_compared});
    w.member("people_differing", std::uint64_t{report.people_differing});
    w.member("cut", report.cut).key("differences").begin_array();
    for (const auto& d : report.differences) {
      w.begin_object().member("organisation", d.organisation).member("sample", d.sample);
      w.member("people", std::uint64_t{d.people}).member("device", d.device);
      w.key("channels").begin_array();
      for (const auto name : names_of(d.channels)) w.string(name);
      w.end_array();
      for (const auto& [key, at] : {std::pair("from", d.from), std::pair("until", d.until)}) {
        w.key(key);
        at == policy::kBeginning || at == policy::kEnd ? w.null() : w.string(iso8601(at));
      }
      w.member("before", d.before).member("after", d.after).end_object();
    }
    w.end_array().end_object();
    terminal.out(w.take() + "\n");
  }

  std::string old_, new_;
  bool json_ = false;
};

const RegisterCommand kBanDiff{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanDiff>(); }};

}  // namespace
}  // namespace interdict::cli
