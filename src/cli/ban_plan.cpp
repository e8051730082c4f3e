// interdict ban plan FILE: the calendar of everything that will change.

#include "base/file.hpp"
#include "cli/ban.hpp"
#include "policy/instant.hpp"
#include "policy/plan.hpp"

namespace interdict::cli {
namespace {

class BanPlan final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "plan"; }
  [[nodiscard]] std::string_view summary() const override {
    return "list every instant at which anything changes (text, JSON, iCalendar)";
  }
  void declare(Arguments& a) override {
    a.positional("BAN", path_, "a ban file");
    a.option("--from", from_, "leave out what changes before, in the first organisation's zone",
             "TIME");
    a.flag("--json", json_, "one JSON object");
    a.flag("--ics", ics_, "an iCalendar file (RFC 5545), for a calendar program");
  }

  int run(Terminal& terminal) override {
    if (json_ && ics_) {
      return fail(terminal, Error{Errc::usage, "--json and --ics ask for two outputs"});
    }
    const auto policy = load_policy(terminal, path_);
    if (!policy) return kUnusable;
    auto changes = policy::plan(policy->ban());
    if (!from_.empty()) {
      const auto from = policy::parse_instant(from_, policy->ban().zone_of(0));
      if (!from) return fail(terminal, from.error());
      std::erase_if(changes, [&](const auto& c) { return c.at < from->utc; });
    }
    terminal.out(ics_    ? policy::plan_ics(*policy, changes)
                 : json_ ? policy::plan_json(*policy, changes)
                         : policy::plan_text(*policy, changes));
    return kClean;
  }

 private:
  std::string path_, from_;
  bool json_ = false, ics_ = false;
};

const RegisterCommand kBanPlan{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanPlan>(); }};

}  // namespace
}  // namespace interdict::cli
