// What a query of an artefact finds in the database at hand: which of its tables and columns are
// there, which can be joined, and what is there besides.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "artefacts/sql_rows.hpp"

namespace interdict::artefacts {

class SqlSchema {
 public:
  static Result<SqlSchema> read(const sqlite::Database& database, const SqlQuery& query);

  /// The first table is there.
  [[nodiscard]] bool can_run() const { return entries_.front().usable; }
  /// A table behind the first is there, and can be joined.
  [[nodiscard]] bool joins() const;
  /// One row of the first table may come several times.
  [[nodiscard]] bool joins_many() const;

  // `joined`: the tables behind the first count, too.
  /// "m.text": is this column there?
  [[nodiscard]] bool has(std::string_view from, bool joined) const;
  /// Every column that the SQL expression names.
  [[nodiscard]] bool has_all(std::string_view expression, bool joined) const;
  /// "message AS m LEFT JOIN handle AS h ON …"
  [[nodiscard]] std::string from_clause(bool joined) const;

  /// Tables that are missing, columns that are unknown.
  void note_differences(Notes& notes) const;

 private:
  struct Entry {
    const SqlTable* table;
    std::vector<std::string> columns;  // none: the table is not there
    bool usable;                       // it is there, and so is what its ON names
  };
  static bool has_column(const Entry& entry, std::string_view name);
  static void note_unknown(const Entry& entry, Notes& notes);

  std::vector<Entry> entries_;
};

}  // namespace interdict::artefacts
