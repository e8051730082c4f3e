// interdict indicators PATH…: what a set of indicators holds, and what of it no phone can answer.

#include "indicators/indicators.hpp"

#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace interdict::cli {
namespace {

class Indicators final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "indicators"; }
  [[nodiscard]] std::string_view summary() const override {
    return "check indicator files: what they hold, what cannot be evaluated";
  }
  void declare(Arguments& a) override {
    a.positional("PATH", first_, "STIX 2.1 bundle, plain list, or a folder of them");
    a.options("-i,--indicators", more_, "another one (repeatable)", "PATH");
  }

  int run(Terminal& terminal) override {
    std::vector<std::filesystem::path> paths(more_.begin(), more_.end());
    paths.insert(paths.begin(), first_);
    const auto set = indicators::Set::load(paths);
    if (!set) return fail_unusable(terminal, set.error());
    for (const auto& file : set->files()) {
      terminal.out(fmt::format("{:>9} indicators  {}  {}\n", file.indicators,
                               file.sha256.substr(0, 16), printable(file.name)));
    }
    std::map<std::string_view, std::size_t> types;
    for (std::uint32_t i = 0; i < set->size(); ++i) ++types[name_of(set->describe(i).type)];
    terminal.out(fmt::format("{:>9} distinct:", set->size()));
    for (const auto& [type, n] : types) terminal.out(fmt::format(" {} {}", n, type));
    terminal.out("\n");
    for (const auto& entry : set->out_of_reach(artefacts::tables())) {
      terminal.out(
          fmt::format("{:>9} {} of these: no table holds such values\n", entry.count, entry.what));
    }
    terminal.out(fmt::format("{:>9} not evaluated\n", set->not_evaluated().size()));
    for (const auto& entry : set->not_evaluated()) {
      terminal.out(fmt::format("  {}: {} ({})\n", printable(entry.file), printable(entry.pattern),
                               printable(entry.why)));
    }
    return kClean;
  }

 private:
  std::string first_;
  std::vector<std::string> more_;
};

const RegisterCommand kIndicatorsCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Indicators>(); }};

}  // namespace
}  // namespace interdict::cli
