// interdict sql EVIDENCE "SELECT …": the same tables that the detections see, for analysts.

#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

#include "base/csv.hpp"
#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/confined.hpp"
#include "cli/interruption.hpp"
#include "rules/engine.hpp"

namespace interdict::cli {
namespace {

class Sql final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "sql"; }
  [[nodiscard]] std::string_view summary() const override {
    return "ask the tables of a phone with SQL (interdict tables lists them)";
  }
  void declare(Arguments& a) override {
    a.positional("EVIDENCE", evidence_, "a backup");
    a.positional("SELECT", statement_, "one SELECT statement");
    a.option("--password-file", password_file_, "first line is the backup's password", "FILE");
    a.flag("--json", json_, "one JSON object a row instead of CSV");
  }

  int run(Terminal& terminal) override {
    auto tree = open_confined(evidence_, password_file_);
    if (!tree) return fail_unusable(terminal, tree.error());
    auto engine = rules::Engine::open(**tree, {.stop = &interruption()});
    if (!engine) return fail_unusable(terminal, engine.error());
    std::vector<std::string> names;
    const auto asked = (*engine)->query(
        statement_,
        [&](std::span<const std::string> header) {
          names.assign(header.begin(), header.end());
          std::vector<rules::Cell> cells(header.begin(), header.end());
          if (!json_) print_csv(terminal, cells);
        },
        [&](std::span<const rules::Answer> row) {
          if (json_) {
            print_json(terminal, names, row);
          } else {
            std::vector<rules::Cell> cells;
            for (const auto& answer : row) cells.push_back(answer.text);
            print_csv(terminal, cells);
          }
          return true;
        });
    for (const auto& failure : (*engine)->failures())
      terminal.say(fmt::format("warning: {}", printable(failure)));
    if (!asked && asked.error().code() == Errc::interrupted) return fail(terminal, asked.error());
    if (!asked) return fail(terminal, Error{Errc::usage, asked.error().what()});
    return kClean;
  }

 private:
  static void print_csv(Terminal& terminal, const std::vector<rules::Cell>& row) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += ',';
      if (row[i]) line += exact_csv_cell(terminal.read_by_person() ? printable(*row[i]) : *row[i]);
    }
    terminal.out(line + '\n');
  }
  /// A number stays one: whole ones to their last digit, infinities (which JSON lacks) as null.
  static void write_json(JsonWriter& json, const rules::Answer& answer) {
    if (!answer.text) {
      json.null();
      return;
    }
    const std::string& text = *answer.text;
    std::int64_t whole = 0;
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), whole);
    if (!answer.number) {
      json.string(text);
    } else if (wrong == std::errc() && end == text.data() + text.size()) {
      json.integer(whole);
    } else {
      json.real(std::strtod(text.c_str(), nullptr));
    }
  }
  static void print_json(Terminal& terminal, const std::vector<std::string>& names,
                         std::span<const rules::Answer> row) {
    JsonWriter json;
    json.begin_object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      json.key(names[i]);
      write_json(json, row[i]);
    }
    json.end_object();
    terminal.out(json.take() + '\n');
  }

  std::string evidence_, statement_, password_file_;
  bool json_ = false;
};

const RegisterCommand kSqlCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Sql>(); }};

}  // namespace
}  // namespace interdict::cli
