// One connection to the ledger's SQLite file, and typed statements on it. Inside this room only.
//
// Settings  writing: WAL, synchronous=FULL (a commit that returned is on the disk), foreign keys,
//           secure_delete (what is forgotten is overwritten), busy timeout. Reading: the file is
//           opened read-only.
// Errors    io: disk full, read-only, locked by another program, any refusal of the system;
//           malformed: not a database, damaged, or a row that breaks the schema.
// Threads   a connection and its statements belong to one thread at a time.
// Owner     a Rows and its text views live until the statement is asked again.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace interdict::ledger {

/// A statement being run. Give it away (let it die) before the same text is asked again.
class Rows {
 public:
  Rows(Rows&& o) noexcept : statement_(std::exchange(o.statement_, nullptr)) {}
  Rows& operator=(Rows&&) = delete;
  ~Rows();

  /// True: a row. False: the end.
  Result<bool> next();
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;  // NULL: empty
  [[nodiscard]] bool null(int column) const;

 private:
  friend class Database;
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  Status bind(int at, std::int64_t value);
  Status bind(int at, std::string_view value);
  Status bind(int at, std::optional<std::int64_t> value);
  sqlite3_stmt* statement_;
};

class Database {
 public:
  /// Opens or creates for writing, mode 0600. Refuses a file that is some other program's database.
  static Result<Database> open_writer(const std::filesystem::path& path, int busy_timeout_ms);
  static Result<Database> open_reader(const std::filesystem::path& path, int busy_timeout_ms);

  /// Starts `sql`, which must be one statement and a constant of this program: it is prepared once
  /// and kept under its address. Parameters ?1, ?2 … are `values` in their order; text is not
  /// copied and must live until the Rows die.
  template <class... Values>
  Result<Rows> rows(const char* sql, const Values&... values) {
    Rows rows(TRY(prepared(sql)));
    int at = 0;
    Status bound = ok();
    (void)((bound = rows.bind(++at, values), bound.has_value()) && ...);
    if (!bound) return std::move(bound).error();
    return rows;
  }
  /// Runs a statement that yields no row, or whose rows do not matter; the number of changed rows.
  template <class... Values>
  Result<std::int64_t> run(const char* sql, const Values&... values) {
    Rows rows = TRY(this->rows(sql, values...));
    while (TRY(rows.next())) {
    }
    return changes();
  }
  /// Several statements, for migrations and pragmas.
  Status script(const std::string& sql);

  [[nodiscard]] std::int64_t last_id() const;
  /// Takes the write lock at once, so that a commit cannot find the database taken.
  Status begin();
  Status commit();
  /// Never fails: what SQLite already rolled back by itself stays so.
  void rollback();
  /// False when SQLite ended the transaction by itself (disk full, I/O error).
  [[nodiscard]] bool in_transaction() const;
  /// Writes the log back and empties it, as far as readers allow.
  Status checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* p) const noexcept;
  };
  struct Finalize {
    void operator()(sqlite3_stmt* p) const noexcept;
  };
  [[nodiscard]] std::int64_t changes() const;
  Result<sqlite3_stmt*> prepared(const char* sql);
  std::unique_ptr<sqlite3, Close> db_;
  std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace interdict::ledger
