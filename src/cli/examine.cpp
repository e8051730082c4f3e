// interdict examine EVIDENCE: the main job.

#include "examine/examine.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/password.hpp"
#include "cli/summary.hpp"

namespace interdict::cli {
namespace {

class Examine final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "examine"; }
  [[nodiscard]] std::string_view summary() const override {
    return "look for traces of monitoring software on a phone";
  }

  void declare(Arguments& a) override {
    a.positional("EVIDENCE", evidence_, "an iPhone backup folder, or the folder that holds it");
    a.options("-i,--indicators", indicators_,
              "STIX 2.1 bundle or plain list, or a folder of them (repeatable)", "PATH");
    a.option("-o,--out", out_, "write all reports into this folder", "DIR");
    a.options("--only", only_, "examine this artefact alone (repeatable; see interdict tables)",
              "NAME");
    a.option("--password-file", password_file_, "first line is the backup's password", "FILE");
    a.option("--fail-on", fail_on_,
             "exit 1 from this kind on: note, weakness, exposure, attempt, compromise", "KIND");
    a.number("--rows", rows_, "rows shown of each finding, up to 100");
    a.number("--time-limit", time_limit_, "seconds that one artefact or detection may take");
    a.flag("--json", json_, "print report.json instead of the summary");
    a.footer(
        "An encrypted backup's password is asked for, or read from --password-file or\n"
        "INTERDICT_PASSWORD. Nothing is ever written into the evidence.");
  }

  int run(Terminal& terminal) override {
    const auto fail_on = finding_kind(fail_on_);
    if (!fail_on) {
      return fail(terminal, Error{Errc::usage, fmt::format("--fail-on: no kind '{}'", fail_on_)});
    }
    if (rows_ > examine::kMaxCitedRows) {
      terminal.say(fmt::format("--rows: {} are kept of each finding, and the count of all",
                               examine::kMaxCitedRows));
    }
    if (time_limit_ == 0) return fail(terminal, Error{Errc::usage, "--time-limit: at least 1"});
    for (const auto& table : only_) {
      if (artefacts::find_table(table) != nullptr) continue;
      return fail(
          terminal,
          Error{Errc::usage,
                fmt::format("--only: no artefact '{}'; interdict tables lists them", table)});
    }
    const std::vector<std::filesystem::path> paths(indicators_.begin(), indicators_.end());
    auto set = indicators::Set::load(paths);
    if (!set) return fail_unusable(terminal, set.error());
    if (paths.empty()) terminal.say("no indicators given (-i): only behaviour is examined");

    auto password = password_source(password_file_);
    if (!password) return fail_unusable(terminal, password.error());

    auto report = examine::examine(options(terminal, *std::move(password)), *set);
    terminal.clear_progress();
    if (!report) return fail_unusable(terminal, report.error());
    if (const auto printed = print(terminal, *report); !printed) {
      return fail_unusable(terminal, printed.error());
    }
    return examine::exit_status(*report, *fail_on);
  }

 private:
  examine::Options options(Terminal& terminal, evidence::PasswordSource password) {
    examine::Options o;
    o.evidence = evidence_;
    if (!out_.empty()) o.out = out_;
    o.only = only_;
    o.password = std::move(password);
    o.limits.step = std::chrono::seconds(time_limit_);
    o.stop = &interruption();
    o.progress = [&terminal](const examine::Progress& p) {
      terminal.progress(fmt::format("[{}/{}] {} {} rows", p.done + 1, p.of, p.step, p.rows));
    };
    return o;
  }

  Status print(Terminal& terminal, const examine::Report& report) const {
    if (!json_) {
      const auto rows = std::min<std::size_t>(rows_, examine::kMaxCitedRows);
      terminal.out(cli::summary(terminal, report, rows));
      if (!out_.empty()) {
        terminal.out(fmt::format("\nReports in {}\n", printable(out_)));
        for (const auto* output : examine::outputs()) {
          terminal.out(fmt::format(
              "  {}\n", printable((std::filesystem::path(out_) / output->file_name).string())));
        }
        terminal.out(fmt::format(
            "  {}\n", printable((std::filesystem::path(out_) / "timeline.csv").string())));
      }
      return ok();
    }
    for (const auto* output : examine::outputs()) {
      if (output->file_name != "report.json") continue;
      return output->write(report, [&](std::string_view piece) {
        terminal.out(piece);
        return ok();
      });
    }
    return Error{Errc::unsupported, "this program has no report.json"};
  }

  std::string evidence_, out_, password_file_, fail_on_ = "exposure";
  std::vector<std::string> indicators_, only_;
  unsigned rows_ = 10, time_limit_ = 600;
  bool json_ = false;
};

const RegisterCommand kExamineCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Examine>(); }};

}  // namespace
}  // namespace interdict::cli
