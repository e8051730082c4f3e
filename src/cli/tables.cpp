// interdict tables [EVIDENCE]: which tables there are, what their columns mean, how many rows.

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "artefacts/scan.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/confined.hpp"

namespace interdict::cli {
namespace {

std::string places(const artefacts::Table& table) {
  std::vector<std::string> all;
  for (const auto& place : table.places) {
    all.push_back(place.domain.empty() ? std::string(place.path)
                                       : fmt::format("{}: {}", place.domain, place.path));
  }
  return fmt::format("{}", fmt::join(all, "\n          "));
}

void describe(Terminal& terminal, const artefacts::Table& table) {
  terminal.out(fmt::format("{}{}\n  {}\n  Where   {}\n",
                           terminal.paint(Tone::bold, table.sql_name()),
                           table.core ? "  (core store)" : "", table.summary, places(table)));
  for (const auto& column : table.columns) {
    const auto kind =
        column.kind == artefacts::ColumnKind::plain ? std::string_view() : name_of(column.kind);
    terminal.out(fmt::format("    {:<22} {:<11} {}\n", column.name, kind, column.meaning));
  }
  terminal.out("\n");
}

class Tables final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "tables"; }
  [[nodiscard]] std::string_view summary() const override {
    return "list the tables that sql can ask, or count their rows in a phone";
  }
  void declare(Arguments& a) override {
    a.positional("EVIDENCE", evidence_, "a backup: count the rows there", false);
    a.options("--only", only_, "this table alone (repeatable)", "NAME");
    a.option("--password-file", password_file_, "first line is the backup's password", "FILE");
  }

  int run(Terminal& terminal) override {
    std::vector<const artefacts::Table*> chosen(artefacts::tables().begin(),
                                                artefacts::tables().end());
    if (!only_.empty()) chosen.clear();
    for (const auto& wanted : only_) {
      const auto* table = artefacts::find_table(wanted);
      if (table == nullptr)
        return fail(terminal, Error{Errc::usage, fmt::format("no table '{}'", wanted)});
      chosen.push_back(table);
    }
    if (evidence_.empty()) {
      for (const auto* table : chosen) describe(terminal, *table);
      return kClean;
    }
    auto tree = open_confined(evidence_, password_file_);
    if (!tree) return fail_unusable(terminal, tree.error());
    for (const auto* table : chosen) count(terminal, *table, **tree);
    return kClean;
  }

 private:
  static void count(Terminal& terminal, const artefacts::Table& table, evidence::Tree& tree) {
    artefacts::Scan scan(table, tree);
    std::uint64_t rows = 0;
    while (scan.next()) ++rows;
    std::string remark = scan.coverage().empty() ? "absent" : "";
    for (const auto& source : scan.coverage()) {
      if (!source->error.empty()) remark = source->error;
    }
    terminal.out(fmt::format("{:<40}{:>10}  {}\n", table.sql_name(), rows, printable(remark)));
  }

  std::string evidence_, password_file_;
  std::vector<std::string> only_;
};

const RegisterCommand kTablesCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Tables>(); }};

}  // namespace
}  // namespace interdict::cli
