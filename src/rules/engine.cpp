// Runs detections and analysts' queries over the virtual tables of one evidence.

#include "rules/engine.hpp"

#include <charconv>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "rules/connection.hpp"
#include "rules/failures.hpp"
#include "rules/reference.hpp"
#include "rules/virtual_table.hpp"

namespace interdict::rules {
namespace {

std::string text_literal(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') out += '\'';
    out += c;
  }
  return out + '\'';
}

template <class Range, class Piece>
std::string joined(const Range& range, Piece piece) {
  std::string out;
  for (const auto& element : range) {
    if (!out.empty()) out += ", ";
    out += piece(element);
  }
  return out;
}

/// Makes NAME and NAME_info. They are small (some hundred rows), so they are plain tables.
Status load(Connection& connection, const ReferenceTable& table) {
  std::string sql = fmt::format("CREATE TABLE {}({});", quoted_identifier(table.name),
                                joined(table.columns, quoted_identifier));
  if (!table.rows.empty()) {
    sql += fmt::format("INSERT INTO {} VALUES ", quoted_identifier(table.name));
    sql +=
        joined(table.rows, [](const auto& row) { return '(' + joined(row, text_literal) + ')'; });
    sql += ';';
  }
  if (!table.facts.empty()) {
    const std::string info = quoted_identifier(std::string(table.name) + "_info");
    sql += fmt::format(
        "CREATE TABLE {}({}); INSERT INTO {} VALUES ({});", info,
        joined(table.facts, [](const auto& f) { return quoted_identifier(f.first); }), info,
        joined(table.facts, [](const auto& f) { return text_literal(f.second); }));
  }
  return connection.execute(sql);
}

/// Which column of a detection's SELECT is what.
struct Shape {
  int at = -1, until = -1, summary = -1, title = -1, kind = -1, cited = -1;
  std::vector<int> cites;
};

Result<Shape> shape_of(const Query& query) {
  Shape shape;
  for (int i = 0; i < query.columns(); ++i) {
    const std::string_view name = query.name(i);
    if (name == "at") shape.at = i;
    if (name == "until") shape.until = i;
    if (name == "summary") shape.summary = i;
    if (name == "title") shape.title = i;
    if (name == "kind") shape.kind = i;
    if (name == "cited") shape.cited = i;
    if (name.starts_with("cite") && name != "cited") shape.cites.push_back(i);
  }
  if (shape.at < 0 || shape.summary < 0 || shape.cites.empty()) {
    return Error{Errc::malformed, "the SELECT must name at, summary and a column cite…"};
  }
  return shape;
}

/// Adds the citations that stand in `lines`, one a line. `seen` counts each once.
Status add_cites(RuleFinding& finding, std::set<Locator>& seen, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    auto locator = Locator::parse(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (!locator) return Error{Errc::malformed, "a citation is not one that a table gave"};
    if (!seen.insert(*locator).second) continue;
    ++finding.cited;
    if (finding.cites.size() < kMaxCites) finding.cites.push_back(*std::move(locator));
  }
  return ok();
}

Status add_all_cites(RuleFinding& finding, const Query& query, const Shape& shape) {
  std::set<Locator> seen;
  for (const int column : shape.cites) {
    if (const auto lines = query.cell(column)) TRY(add_cites(finding, seen, *lines));
  }
  if (finding.cites.empty()) return Error{Errc::malformed, "a finding without a citation"};
  // A SELECT that bounds its own list says how long it was.
  const auto text = shape.cited >= 0 ? query.cell(shape.cited) : std::nullopt;
  if (!text) return ok();
  std::uint64_t stated = 0;
  std::from_chars(text->data(), text->data() + text->size(), stated);
  finding.cited = std::max(finding.cited, stated);
  return ok();
}

Result<std::optional<UtcTime>> moment_of(const Cell& cell) {
  if (!cell) return std::optional<UtcTime>();
  const auto moment = parse_iso8601(*cell);
  if (!moment) return Error{Errc::malformed, "not a time: " + printable(*cell)};
  return moment;
}

Result<RuleFinding> finding_of(const Query& query, const Shape& shape, const Detection& detection) {
  const auto cell = [&](int column) { return column < 0 ? std::nullopt : query.cell(column); };
  RuleFinding finding;
  finding.title = cell(shape.title).value_or(detection.title);
  finding.kind = detection.kind;
  if (const auto kind = cell(shape.kind)) {
    const auto named = finding_kind(*kind);
    if (!named) return Error{Errc::malformed, "no such kind of finding: " + printable(*kind)};
    finding.kind = *named;
  }
  finding.at = TRY(moment_of(cell(shape.at)));
  finding.until = TRY(moment_of(cell(shape.until)));
  if (!finding.until) finding.until = finding.at;
  auto summary = cell(shape.summary);
  if (!summary) return Error{Errc::malformed, "a finding without a summary"};
  finding.summary = *std::move(summary);
  TRY(add_all_cites(finding, query, shape));
  return finding;
}

class SqlEngine final : public Engine {
 public:
  SqlEngine(Connection connection, std::unique_ptr<Failures> failures)
      : failures_(std::move(failures)), connection_(std::move(connection)) {}

  Result<std::vector<RuleFinding>> run(const Detection& detection, std::size_t limit) override {
    failures_->clear();
    const auto where = fmt::format("detection {}", detection.id);
    Query query = TRY_WITHIN(where, connection_.prepare(detection.sql));
    const Shape shape = TRY_WITHIN(where, shape_of(query));
    std::vector<RuleFinding> findings;
    while (findings.size() < limit && TRY_WITHIN(where, query.step())) {
      findings.push_back(TRY_WITHIN(where, finding_of(query, shape, detection)));
    }
    return findings;
  }

  Status query(std::string_view sql,
               const std::function<void(std::span<const std::string>)>& header,
               const std::function<bool(std::span<const Answer>)>& row) override {
    failures_->clear();
    Query query = TRY(connection_.prepare(sql));
    std::vector<std::string> names;
    names.reserve(static_cast<std::size_t>(query.columns()));
    for (int i = 0; i < query.columns(); ++i) names.emplace_back(query.name(i));
    header(names);
    std::vector<Answer> answers(names.size());
    while (TRY(query.step())) {
      for (std::size_t i = 0; i < answers.size(); ++i) {
        const int column = static_cast<int>(i);
        answers[i] = {query.cell(column), query.is_number(column)};
      }
      if (!row(answers)) break;
    }
    return ok();
  }

  Result<std::vector<std::string>> plan(std::string_view sql) override {
    constexpr int kDetail = 3;  // EXPLAIN QUERY PLAN gives id, parent, notused, detail
    Query query = TRY(connection_.prepare("EXPLAIN QUERY PLAN " + std::string(sql)));
    std::vector<std::string> steps;
    while (TRY(query.step())) steps.push_back(query.cell(kDetail).value_or(""));
    return steps;
  }

  [[nodiscard]] const std::vector<std::string>& failures() const override {
    return failures_->list();
  }

 private:
  std::unique_ptr<Failures> failures_;  // the tables point into it
  Connection connection_;
};

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(evidence::Tree& tree, const EngineOptions& options) {
  auto failures = std::make_unique<Failures>();
  Connection connection = TRY(Connection::open(options.stop));
  for (const ReferenceTable& table : reference_tables()) {
    TRY_WITHIN(table.name, load(connection, table));
  }
  for (const artefacts::Table* table : options.tables) {
    TRY(add_virtual_table(connection, *table, tree, *failures));
  }
  connection.guard();
  return std::unique_ptr<Engine>(
      std::make_unique<SqlEngine>(std::move(connection), std::move(failures)));
}

}  // namespace interdict::rules
