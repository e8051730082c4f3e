// Rows of an artefact that lies in a database: declared as data, read by the schema that is there.
//
// An artefact says which tables it joins and which column becomes which cell. What the schema at
// hand does not have is NULL; a column that this program has never heard of is a coverage note.
//
// Damage    a value of the wrong type or ill-formed text is converted where that is possible, else
//           NULL; NULL where the format never has it is kept; each counts its row as damaged, once.
// Malformed where a page of the database is broken, reading goes on behind it: first the same row
//           without the joined tables, then the next rowid that can be read (found by doubling and
//           halving, at most kMaxRepairs times). The end is then an error that says how many rows
//           were read. Rowids must rise, so pages that form a cycle end as malformed, too.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/table.hpp"
#include "formats/sqlite.hpp"

namespace interdict::artefacts {

/// How a stored value becomes a cell. A time of 0 or before its epoch means "never" and is NULL.
enum class As : std::uint8_t {
  text,
  integer,
  real,
  blob,
  unix_time,   // seconds since 1970
  cocoa_time,  // seconds since 2001 or, from iOS 11, nanoseconds since 2001
};

struct SqlColumn {
  std::string_view from;  // alias and column ("m.text"); empty: filled by finish()
  As as = As::text;
  bool required = false;  // the format never has NULL here
};

struct SqlTable {
  std::string_view alias;
  std::string_view name;
  std::string_view
      known;  // every column seen in the field, blank-separated; others are noted; "*": any
  std::string_view on;  // how it joins those before it (LEFT JOIN); empty for the first
  bool many = false;    // several of its rows may join one of the first table
};

struct SqlQuery {
  std::span<const SqlTable> tables;    // the rows of the first are the rows, in rowid order
  std::span<const SqlColumn> columns;  // the artefact's, then those that only finish() needs
  std::string_view where;              // left out if it names a column that is not there
};

/// The cursor of one or several such queries, run one after another. An artefact that computes
/// cells derives from it. A query whose first table is absent yields nothing but a note; when none
/// has its first table the source is an error (Errc::unsupported).
class SqlCursor : public Cursor {
 public:
  /// `queries` is static data. The first `width` columns are the row.
  SqlCursor(const Source& source, std::span<const SqlQuery> queries, std::size_t width);
  ~SqlCursor() override;

  /// Opens the database and prepares the queries; `only` is passed down when its column is stored.
  Status start(const std::optional<Equals>& only);

  Result<bool> next() override;
  [[nodiscard]] std::span<const Value> row() const override { return {cells_.data(), width_}; }
  [[nodiscard]] Locator locator() const override;

 protected:
  /// Completes the row that was just read: the cells that no column fills.
  virtual void finish() {}

  /// All cells of the current row, the ones beyond the width too.
  [[nodiscard]] std::span<Value> cells() { return cells_; }
  [[nodiscard]] const Value& cell(std::size_t i) const { return cells_[i]; }
  /// Room for a text that this cursor makes; the cell's own, reused row after row.
  std::string& scratch(std::size_t cell) { return scratch_[cell]; }
  /// cells()[cell] = the scratch of this cell.
  void show_scratch(std::size_t cell) { cells_[cell] = Value::text(scratch_[cell]); }
  /// Counts the current row as damaged; the first reason of a row counts.
  void damaged(std::string_view reason);
  [[nodiscard]] const Source& source() const { return source_; }
  [[nodiscard]] std::int64_t rowid() const { return rowid_; }

  static constexpr unsigned kMaxRepairs = 2000;  // probes for a readable row, in one source

 private:
  struct Fetch;
  struct Part;

  Result<bool> step(Part& part);
  Result<bool> repair(Part& part);
  Result<bool> first_readable(Part& part, std::int64_t broken);
  Status prepare_bare(Part& part);
  void fill(const Part& part);
  Value convert(const sqlite::Statement& statement, const Fetch& fetch);
  Value text(std::string_view stored, std::size_t cell);
  Value number(const sqlite::Statement& statement, const Fetch& fetch);
  Value moment(std::optional<UtcTime> time);
  [[nodiscard]] Error ended_by(const Error& error) const;

  Source source_;
  std::span<const SqlQuery> queries_;
  std::size_t width_;
  std::optional<Equals> only_;
  std::optional<sqlite::Database> database_;
  std::vector<Part> parts_;  // one a query that can run
  std::size_t current_ = 0;
  std::vector<Value> cells_;
  std::vector<std::string> scratch_;
  std::int64_t rowid_ = 0;
  std::uint64_t rows_ = 0;
  unsigned repairs_ = 0;
  bool row_damaged_ = false;
  std::optional<Error> trouble_;  // why the source is malformed; told at the end
};

/// open() of a table: a C (SqlCursor, or one derived from it), started.
template <class C = SqlCursor, class... More>
Result<std::unique_ptr<Cursor>> open_sql(const Source& source, const std::optional<Equals>& only,
                                         More&&... more) {
  auto cursor = std::make_unique<C>(source, std::forward<More>(more)...);
  TRY(cursor->start(only));
  return std::unique_ptr<Cursor>(std::move(cursor));
}

}  // namespace interdict::artefacts
