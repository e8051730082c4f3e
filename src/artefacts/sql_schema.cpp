#include "artefacts/sql_schema.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::artefacts {
namespace {

constexpr std::size_t kNamedUnknowns = 20;

bool identifier(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Calls word(w) for the words of `text`: runs of letters, digits, underscores and dots.
template <class F>
void each_word(std::string_view text, F&& word) {
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && (identifier(text[i]) || text[i] == '.')) continue;
    if (i > start) word(text.substr(start, i - start));
    start = i + 1;
  }
}

}  // namespace

Result<SqlSchema> SqlSchema::read(const sqlite::Database& database, const SqlQuery& query) {
  SqlSchema out;
  for (const SqlTable& table : query.tables) {
    out.entries_.push_back({&table, TRY(database.columns(table.name)), true});
    Entry& entry = out.entries_.back();
    entry.usable = !entry.columns.empty() && out.has_all(table.on, true);
  }
  return out;
}

bool SqlSchema::joins() const {
  return std::any_of(entries_.begin() + 1, entries_.end(),
                     [](const Entry& entry) { return entry.usable; });
}

bool SqlSchema::joins_many() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const Entry& entry) { return entry.usable && entry.table->many; });
}

bool SqlSchema::has(std::string_view from, bool joined) const {
  const std::size_t dot = from.find('.');
  if (dot == std::string_view::npos) return false;
  for (const Entry& entry : entries_) {
    if (entry.table->alias != from.substr(0, dot)) continue;
    const bool counts = joined || &entry == &entries_.front();
    return counts && entry.usable && has_column(entry, from.substr(dot + 1));
  }
  return false;
}

bool SqlSchema::has_all(std::string_view expression, bool joined) const {
  bool all = true;
  each_word(expression, [&](std::string_view word) {
    if (word.find('.') != std::string_view::npos) all = all && has(word, joined);
  });
  return all;
}

std::string SqlSchema::from_clause(bool joined) const {
  const SqlTable& first = *entries_.front().table;
  std::string out = fmt::format("{} AS {}", first.name, first.alias);
  for (std::size_t i = 1; joined && i < entries_.size(); ++i) {
    if (!entries_[i].usable) continue;
    const SqlTable& table = *entries_[i].table;
    out += fmt::format(" LEFT JOIN {} AS {} ON {}", table.name, table.alias, table.on);
  }
  return out;
}

void SqlSchema::note_differences(Notes& notes) const {
  if (!can_run()) {
    notes.note(fmt::format("no table {}", entries_.front().table->name));
    return;
  }
  for (const Entry& entry : entries_) {
    if (entry.columns.empty()) {
      notes.note(fmt::format("no table {}", entry.table->name));
    } else if (!entry.usable) {
      notes.note(fmt::format("{}: lacks the columns to join it by", entry.table->name));
    }
    note_unknown(entry, notes);
  }
}

bool SqlSchema::has_column(const Entry& entry, std::string_view name) {
  if (entry.columns.empty()) return false;
  return equal_ignoring_case(name, "rowid") ||
         std::any_of(entry.columns.begin(), entry.columns.end(),
                     [&](const std::string& column) { return equal_ignoring_case(column, name); });
}

void SqlSchema::note_unknown(const Entry& entry, Notes& notes) {
  if (entry.table->known == "*") return;
  std::string names;
  std::size_t unknown = 0;
  for (const std::string& column : entry.columns) {
    bool known = false;
    each_word(entry.table->known,
              [&](std::string_view word) { known = known || equal_ignoring_case(word, column); });
    if (known || ++unknown > kNamedUnknowns) continue;
    if (unknown > 1) names += ", ";
    names += column;
  }
  if (unknown == 0) return;
  if (unknown > kNamedUnknowns) names += fmt::format(" and {} more", unknown - kNamedUnknowns);
  notes.note(fmt::format("{}: columns unknown to this program: {}", entry.table->name, names));
}

}  // namespace interdict::artefacts
