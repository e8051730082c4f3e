// For this room's tests: sets written to a folder, and rows of an invented table matched against
// them.

#pragma once

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "indicators/indicators.hpp"

namespace interdict::indicators::testing {

inline void write(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline Result<Set> load(const std::filesystem::path& path) {
  return Set::load(std::span(&path, 1));
}

/// An indicator object; `pattern` must need no JSON escapes but back-slashes.
inline std::string indicator(std::string_view id, std::string_view pattern,
                             std::string_view more = "") {
  std::string escaped;
  for (const char c : pattern) {
    if (c == '\\' || c == '"') escaped += '\\';
    escaped += c;
  }
  return fmt::format(R"({{"type":"indicator","id":"{}","pattern":"{}","pattern_type":"stix"{}}})",
                     id, escaped, more);
}

inline std::string bundle(const std::vector<std::string>& objects) {
  return fmt::format(R"({{"type":"bundle","id":"bundle--1","objects":[{}]}})",
                     fmt::join(objects, ","));
}

/// A set of patterns, written to and loaded from "set.stix2" in `folder`.
inline Result<Set> set_of_patterns(const std::filesystem::path& folder,
                                   const std::vector<std::string>& patterns) {
  std::vector<std::string> objects;
  for (const auto& pattern : patterns) {
    objects.push_back(indicator(fmt::format("indicator--{}", objects.size()), pattern));
  }
  write(folder / "set.stix2", bundle(objects));
  return load(folder / "set.stix2");
}

inline artefacts::Table table_of(std::span<const artefacts::Column> columns) {
  artefacts::Table table{};
  table.id = "test/cells";
  table.columns = columns;
  return table;
}

struct Found {
  std::size_t column;
  std::string value;
  std::string matched;
  bool truncated;
  bool operator==(const Found&) const = default;
};

/// A set of plain values ("type,value" or a value whose type is guessed).
inline Result<Set> set_of_values(const std::filesystem::path& folder,
                                 const std::vector<std::string>& lines) {
  write(folder / "list.txt", fmt::format("{}\n", fmt::join(lines, "\n")));
  return load(folder / "list.txt");
}

/// Everything found in one row.
inline std::vector<Found> match(
    const Set& set, const std::vector<std::pair<artefacts::ColumnKind, std::string>>& cells) {
  std::vector<artefacts::Column> columns;
  std::vector<artefacts::Value> row;
  for (const auto& [kind, text] : cells) {
    columns.push_back({"c", kind, "", FindingKind::note, false});
    row.push_back(artefacts::Value::text(text));
  }
  const auto table = table_of(columns);
  Matcher matcher(set, table);
  std::vector<Found> found;
  matcher.match(row, [&](const Hit& hit) {
    found.push_back(
        {hit.column, set.describe(hit.indicator).value, std::string(hit.matched), hit.truncated});
  });
  return found;
}

/// The values found in one cell, joined by blanks.
inline std::string found_in(const Set& set, artefacts::ColumnKind kind, const std::string& text) {
  std::string out;
  for (const auto& hit : match(set, {{kind, text}})) out += (out.empty() ? "" : " ") + hit.value;
  return out;
}

}  // namespace interdict::indicators::testing
