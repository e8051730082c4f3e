// SQLite databases found on phones, read through RandomAccess: never a path, never a write.
//
// Contract  the database is opened read-only, defensive, without triggers, views' functions or
//           extensions, with cell size checks, temp_store=MEMORY and a heap limit. A -wal given
//           beside it is honoured: its committed frames are seen, nothing is ever checkpointed.
// Errors    malformed ("database disk image is malformed", "file is not a database"), not_found
//           (no such table), limit, io; sqlite's own message is kept.
// Threads   a Database and its Statements belong to one thread.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/random_access.hpp"
#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace interdict::sqlite {

struct Files {
  std::shared_ptr<RandomAccess> database;
  std::shared_ptr<RandomAccess> wal;  // null when there is none
};

enum class Type : std::uint8_t { null, integer, real, text, blob };

/// One prepared SELECT. Text and blob views die at the next step() or reset().
class Statement {
 public:
  /// 1-based parameters.
  Status bind(int parameter, std::int64_t value);
  Status bind(int parameter, std::string_view value);
  /// True: a row. False: the end.
  Result<bool> step();
  void reset();

  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string_view name(int column) const;
  [[nodiscard]] Type type(int column) const;
  [[nodiscard]] bool null(int column) const { return type(column) == Type::null; }
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// The stored bytes of a text (or blob) value, not converted, not checked for UTF-8.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] ByteView blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* p) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Database {
 public:
  static Result<Database> open_evidence(Files files);
  /// Opens a database that is a plain file of this machine through the same read-only VFS.
  static Result<Database> open_evidence(const std::string& path);

  Result<Statement> prepare(std::string_view sql) const;
  Result<bool> has_table(std::string_view table) const;
  /// Column names in declared order; empty when there is no such table.
  Result<std::vector<std::string>> columns(std::string_view table) const;

 private:
  struct Close {
    void operator()(sqlite3* p) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> db_;
};

}  // namespace interdict::sqlite
