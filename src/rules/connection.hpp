// The in-memory SQLite connection that detections and analysts' queries run on.
//
// Contract  temp_store=MEMORY; no file is ever opened. Once guarded, only SELECT is accepted: no
//           ATTACH, no PRAGMA, no writing, no extensions (the authorizer decides, not a text
//           search).
// Bounds    a heap limit for the whole process (SQLite has no smaller one; a tighter limit that is
//           already set stays), texts of 64 MiB, statements of 64 KiB. A statement that never ends
//           is stopped through `stop`, which is looked at every few thousand steps of the engine.
// Errors    usage: not a SELECT, unknown table or column, bad SQL; limit: memory or a value's size;
//           interrupted: `stop`; malformed: anything else SQLite says.
// Threads   a connection and its statements belong to one thread; `stop` may be set by any.

#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;
struct sqlite3_context;
struct sqlite3_value;

namespace interdict::rules {

inline constexpr std::int64_t kHeapLimit = 128 << 20;
inline constexpr int kMaxText = 64 << 20;
inline constexpr int kMaxSql = 64 << 10;

/// One prepared SELECT. Text views die at the next step().
class Query {
 public:
  /// True: a row. False: the end.
  Result<bool> step();
  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string_view name(int column) const;
  /// The cell as text; a blob as X'…' in hexadecimal digits; nothing for NULL.
  [[nodiscard]] std::optional<std::string> cell(int column) const;
  [[nodiscard]] bool is_number(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* p) const noexcept;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

class Connection {
 public:
  /// `stop` may be null; it must outlive the connection.
  static Result<Connection> open(const std::atomic<bool>* stop);

  /// Trusted statements of our own, before guard().
  Status execute(const std::string& sql);
  /// Makes SQLite declare a module's table now: once guarded, the authorizer would refuse that.
  Status touch(std::string_view table);
  /// From here on only SELECT is accepted.
  void guard();
  /// Exactly one SELECT.
  Result<Query> prepare(std::string_view sql);
  [[nodiscard]] sqlite3* handle() const { return db_.get(); }

 private:
  struct Close {
    void operator()(sqlite3* p) const noexcept;
  };
  std::unique_ptr<sqlite3, Close> db_;
};

/// `text` as an SQL identifier in quotes.
std::string quoted_identifier(std::string_view text);

}  // namespace interdict::rules
