// interdict ban check FILE: everything that is wrong with a ban, or worth knowing.

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "cli/ban.hpp"
#include "policy/check.hpp"

namespace interdict::cli {
namespace {

class BanCheck final : public BanCommand {
 public:
  [[nodiscard]] std::string_view name() const override { return "check"; }
  [[nodiscard]] std::string_view summary() const override {
    return "find contradictions, dead exemptions, gaps and lock-outs";
  }
  void declare(Arguments& a) override {
    a.positional("BAN", path_, "a ban file");
    a.flag("--json", json_, "one JSON object");
  }

  int run(Terminal& terminal) override {
    const auto policy = load_policy(terminal, path_);
    if (!policy) return kUnusable;
    const auto list = policy::check(*policy);
    const auto notes =
        static_cast<std::size_t>(std::ranges::count_if(list, [](const auto& f) { return f.note; }));
    const auto findings = list.size() - notes;
    json_ ? print_json(terminal, *policy, list) : print(terminal, *policy, list, findings, notes);
    return findings == 0 ? kClean : kFindings;
  }

 private:
  void print(Terminal& terminal, const policy::Policy& policy,
             const std::vector<policy::Finding>& list, std::size_t findings,
             std::size_t notes) const {
    for (const auto& f : list) {
      const auto word =
          f.note ? terminal.paint(Tone::soft, "note") : terminal.paint(Tone::amber, "finding");
      const auto where = f.place.line == 0 ? printable(path_)
                                           : fmt::format("{}:{}:{}", printable(path_), f.place.line,
                                                         f.place.column);
      terminal.out(fmt::format("{}: {} [{}]: {}\n", where, word, f.kind, printable(f.text)));
    }
    const auto& ban = policy.ban();
    terminal.out(fmt::format(
        "{}: {} organisations, {} people, {} rules, {} exemptions; {} findings, {} notes\n{}\n",
        ban.id, ban.organisations.size(), ban.people.size(), ban.rules.size(),
        ban.exemptions.size(), findings, notes, policy.digest_text()));
  }

  static void print_json(Terminal& terminal, const policy::Policy& policy,
                         const std::vector<policy::Finding>& list) {
    JsonWriter w(2);
    w.begin_object().member("policy", policy.ban().id).member("digest", policy.digest_text());
    w.key("findings").begin_array();
    for (const auto& f : list) {
      w.begin_object().member("kind", f.kind).member("note", f.note);
      w.member("line", std::uint64_t{f.place.line}).member("column", std::uint64_t{f.place.column});
      w.member("text", f.text).end_object();
    }
    w.end_array().end_object();
    terminal.out(w.take() + "\n");
  }

  std::string path_;
  bool json_ = false;
};

const RegisterCommand kBanCheck{
    []() -> std::unique_ptr<Command> { return std::make_unique<BanCheck>(); }};

}  // namespace
}  // namespace interdict::cli
