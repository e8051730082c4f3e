// interdict ban test FILE: the ban's own cases, and which of its stages they never reach.

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/ban.hpp"
#include "policy/cases.hpp"

namespace interdict::cli {
namespace {

class BanTest final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "test"; }
  [[nodiscard]] std::string_view summary() const override {
    return "run the [[case]] tables of a ban";
  }
  void declare(Arguments& a) override {
    a.positional("BAN", path_, "a ban file");
    a.option("--cases", cases_path_, "run the [[case]] tables of this file instead", "FILE");
    a.flag("--quiet", quiet_, "failures and the count alone");
  }

  int run(Terminal& terminal) override {
    const auto policy = load_policy(terminal, path_);
    if (!policy) return kUnusable;
    std::vector<policy::Case> cases = policy->ban().cases;
    if (!cases_path_.empty()) {
      policy::Problems problems(cases_path_);
      const auto bytes = read_file(cases_path_, policy::kMaxTomlBytes);
      if (!bytes) return fail_unusable(terminal, bytes.error());
      auto read = policy::read_cases(text_of(*bytes), policy->ban(), problems);
      for (const auto& problem : problems.sorted()) terminal.say(to_string(problem));
      if (!read) return kUnusable;
      cases = std::move(*read);
    }
    if (cases.empty()) {
      return fail_unusable(terminal, Error{Errc::not_found, "there is no [[case]] to run"});
    }
    return report(terminal, cases, policy::run_cases(*policy, cases));
  }

 private:
  int report(Terminal& terminal, const std::vector<policy::Case>& cases,
             const policy::CasesReport& result) const {
    const auto& file = cases_path_.empty() ? path_ : cases_path_;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const auto& one = cases[i];
      const auto& name = one.name.empty() ? one.account : one.name;
      if (result.results[i].passed) {
        if (!quiet_) {
          terminal.out(fmt::format("{}  {}\n", terminal.paint(Tone::green, "ok"), printable(name)));
        }
        continue;
      }
      auto wanted = one.action;
      if (!one.rule.empty()) wanted += " by " + one.rule;
      terminal.out(fmt::format("{}:{}: {}  {}: expected {}, got {}\n", printable(file),
                               one.place.line, terminal.paint(Tone::red, "FAILED"), printable(name),
                               printable(wanted), printable(result.results[i].got)));
    }
    if (!quiet_) {
      for (const auto& stage : result.uncovered) {
        terminal.out(fmt::format("no case reaches the stage {}\n", printable(stage)));
      }
      for (const auto& exemption : result.unused_exemptions) {
        terminal.out(fmt::format("no case needs the exemption {}\n", printable(exemption)));
      }
    }
    terminal.out(fmt::format("{} passed, {} failed; {} of {} stages covered\n", result.passed,
                             result.failed, result.stages - result.uncovered.size(),
                             result.stages));
    return result.failed == 0 ? kClean : kFindings;
  }

  std::string path_, cases_path_;
  bool quiet_ = false;
};

const RegisterCommand kBanTest{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanTest>(); }};

}  // namespace
}  // namespace interdict::cli
