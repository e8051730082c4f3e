// SQLite databases found on phones, read through RandomAccess: never a path, never a write.
//
// Contract  the database is opened read-only, defensive, without triggers, views, virtual tables,
//           ATTACH or extensions, with cell size checks and temp_store=MEMORY. A -wal given beside
//           it is honoured: its committed frames are seen, nothing is ever checkpointed. A torn or
//           corrupt -wal counts as far as SQLite's checksums accept it; a rollback journal is not
//           consulted.
// Damage    a database that lost its end, whose schema has rows that SQLite cannot accept, or whose
//           -wal lost transactions, is opened all the same and says so in damage(): what lies on
//           sound pages can be read.
// Errors    malformed ("database disk image is malformed", "file is not a database"), truncated (0
//           bytes), not_found (no such table or column), limit, io or whatever the source's read_at
//           said, usage (SQL that is no SELECT); sqlite's own message is kept.
// Memory    1 MiB of pages a database, 256 KiB of read-ahead, one row: nothing grows with rows, but
//           for ORDER BY without an index. No value above 64 MiB. sqlite3_hard_heap_limit64 is a
//           setting of the whole process and left to it.
// Time      a hostile tree of pages may yield rows without end: the caller bounds its run.
// Threads   a Database and its Statements belong to one thread; its sources too while it lives.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
  std::shared_ptr<RandomAccess> wal;    // null when there is none
  std::optional<Error> wal_fault = {};  // why the -wal that belongs here is not given, or not whole
};

enum class Type : std::uint8_t { null, integer, real, text, blob };

/// One prepared SELECT. Text and blob views die at the next step() or reset(). Columns count from
/// 0. A Statement may outlive its Database.
class Statement {
 public:
  /// 1-based parameters; the values stay through reset(). Only before the first step() or after
  /// reset().
  Status bind(int parameter, std::int64_t value);
  Status bind(int parameter, std::string_view value);
  /// True: a row. False: the end; the next step() begins anew. After an error the rows given out
  /// before it stand.
  Result<bool> step();
  void reset();

  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string_view name(int column) const;
  [[nodiscard]] Type type(int column) const;
  [[nodiscard]] bool null(int column) const { return type(column) == Type::null; }
  /// Other types are converted as SQLite does: text by its leading digits, real cut, null 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// The stored bytes of a text or blob value, not checked for UTF-8; empty for other types. Not
  /// converted, but for databases that store UTF-16: their text becomes UTF-8.
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
  /// Opens a database that is a plain file of this machine, with the -wal beside it if there is
  /// one, through the same read-only VFS.
  static Result<Database> open_evidence(const std::string& path);

  Result<Statement> prepare(std::string_view sql) const;
  /// Of ordinary tables: views and virtual tables count as absent, they are not run.
  Result<bool> has_table(std::string_view table) const;
  /// Column names in declared order; empty when there is no such table.
  Result<std::vector<std::string>> columns(std::string_view table) const;
  /// Why not all of the database can be seen; nothing for a sound one.
  [[nodiscard]] const std::optional<Error>& damage() const { return damage_; }

 private:
  struct Close {
    void operator()(sqlite3* p) const noexcept;
  };
  Status harden();
  Status read_schema();

  std::unique_ptr<sqlite3, Close> db_;
  std::optional<Error> damage_;
};

}  // namespace interdict::sqlite
