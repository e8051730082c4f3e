// Reads the tables the program carries. They are ours, yet checked: a cell in the wrong column
// would turn into a false statement about somebody's phone.

#include "base/reference.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict {
namespace {

constexpr std::string_view kTsv = ".tsv";

bool identifier(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') &&
         std::all_of(text.begin(), text.end(), fits);
}

std::vector<std::string_view> cells_of(std::string_view line) {
  std::vector<std::string_view> cells;
  for (std::size_t begin = 0; begin <= line.size();) {
    const std::size_t end = std::min(line.find('\t', begin), line.size());
    cells.push_back(line.substr(begin, end - begin));
    begin = end + 1;
  }
  return cells;
}

Status add_line(ReferenceTable& table, std::string_view line) {
  if (line.starts_with('#')) {
    const auto colon = line.find(':');
    const std::string_view name = trimmed(line.substr(1, colon == line.npos ? 0 : colon - 1));
    if (!identifier(name) || !table.columns.empty()) {
      return Error{Errc::malformed, "not a line \"# name: value\" at the top"};
    }
    table.facts.emplace_back(name, trimmed(line.substr(colon + 1)));
    return ok();
  }
  auto cells = cells_of(line);
  if (table.columns.empty()) {
    if (!std::all_of(cells.begin(), cells.end(), identifier)) {
      return Error{Errc::malformed, "a column's name is not an identifier"};
    }
    table.columns = std::move(cells);
    return ok();
  }
  if (cells.size() != table.columns.size()) {
    return Error{Errc::malformed,
                 fmt::format("{} cells, {} columns", cells.size(), table.columns.size())};
  }
  table.rows.push_back(std::move(cells));
  return ok();
}

}  // namespace

std::string_view ReferenceTable::find(std::string_view column, std::string_view value,
                                      std::string_view wanted) const {
  const auto from = std::find(columns.begin(), columns.end(), column) - columns.begin();
  const auto to = std::find(columns.begin(), columns.end(), wanted) - columns.begin();
  const auto count = static_cast<std::ptrdiff_t>(columns.size());
  if (from == count || to == count) return {};
  for (const auto& row : rows) {
    if (row[static_cast<std::size_t>(from)] == value) return row[static_cast<std::size_t>(to)];
  }
  return {};
}

Result<ReferenceTable> parse_reference(const Embedded& file) {
  ReferenceTable table;
  table.name = file.name.substr(0, file.name.size() - std::min(file.name.size(), kTsv.size()));
  if (!file.name.ends_with(kTsv) || !identifier(table.name)) {
    return Error{Errc::malformed, fmt::format("{}: not a table's file name", file.name)};
  }
  std::size_t number = 0;
  for (std::string_view rest = file.text; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    ++number;
    TRY_WITHIN(fmt::format("{}: line {}", file.name, number), add_line(table, rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (table.columns.empty()) {
    return Error{Errc::malformed, fmt::format("{}: no columns", file.name)};
  }
  return table;
}

std::vector<ReferenceTable> parse_references(std::span<const Embedded> files) {
  std::vector<ReferenceTable> all;
  for (const Embedded& file : files) {
    if (!file.name.ends_with(kTsv)) continue;
    auto table = parse_reference(file);
    if (!table) {
      fmt::print(stderr, "reference table {}\n", table.error().what());
      std::terminate();
    }
    all.push_back(*std::move(table));
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return all;
}

}  // namespace interdict
