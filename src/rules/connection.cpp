// A hardened in-memory SQLite: the console accepts what a stranger types, so it can only read.

#include "rules/connection.hpp"

#include <sqlite3.h>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "rules/functions.hpp"

namespace interdict::rules {
namespace {

/// Steps of SQLite's machine between two looks at `stop`: about a tenth of a millisecond.
constexpr int kStepsBetweenLooks = 5000;

Error error_of(sqlite3* db, int code) {
  const std::string what = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_INTERRUPT:
      return Error{Errc::interrupted, "the query was stopped"};
    case SQLITE_NOMEM:
      return Error{Errc::limit, fmt::format("the query needs more memory than the limit of {} MiB",
                                            kHeapLimit >> 20)};
    case SQLITE_TOOBIG:
      return Error{Errc::limit, fmt::format("a value or the statement is too large: {}", what)};
    case SQLITE_AUTH:
      return Error{Errc::usage, "only SELECT is allowed here"};
    case SQLITE_ERROR: {
      const bool unknown_name =
          what.find("no such table") != what.npos || what.find("no such column") != what.npos;
      return Error{Errc::usage,
                   unknown_name ? what + " (`interdict tables` lists tables and columns)" : what};
    }
    default:
      return Error{Errc::malformed, what};
  }
}

int authorize(void*, int action, const char*, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return second != nullptr && equal_ignoring_case(second, "load_extension") ? SQLITE_DENY
                                                                                : SQLITE_OK;
    default:
      return SQLITE_DENY;
  }
}

int stop_wanted(void* stop) noexcept {
  return static_cast<const std::atomic<bool>*>(stop)->load(std::memory_order_relaxed) ? 1 : 0;
}

void limit_process_heap() {
  const sqlite3_int64 now = sqlite3_hard_heap_limit64(-1);
  if (now == 0 || now > kHeapLimit) sqlite3_hard_heap_limit64(kHeapLimit);
}

void harden(sqlite3* db) {
  sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, nullptr);
  // A misspelt column must be an error, not the text "colunm".
  sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_limit(db, SQLITE_LIMIT_LENGTH, kMaxText);
  sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
}

}  // namespace

void Query::Finalize::operator()(sqlite3_stmt* p) const noexcept { sqlite3_finalize(p); }
void Connection::Close::operator()(sqlite3* p) const noexcept { sqlite3_close_v2(p); }

Result<bool> Query::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_.get()), code);
}

int Query::columns() const { return sqlite3_column_count(statement_.get()); }

std::string_view Query::name(int column) const {
  const char* name = sqlite3_column_name(statement_.get(), column);
  return name != nullptr ? name : "";
}

std::optional<std::string> Query::cell(int column) const {
  sqlite3_stmt* row = statement_.get();
  const int type = sqlite3_column_type(row, column);
  if (type == SQLITE_NULL) return std::nullopt;
  if (type == SQLITE_BLOB) {
    const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(row, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
    return fmt::format("X'{}'", hex(ByteView(data, size)));
  }
  const unsigned char* text = sqlite3_column_text(row, column);
  if (text == nullptr) return std::nullopt;  // out of memory while converting
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(row, column));
  return std::string(text, text + size);
}

bool Query::is_number(int column) const {
  const int type = sqlite3_column_type(statement_.get(), column);
  return type == SQLITE_INTEGER || type == SQLITE_FLOAT;
}

Result<Connection> Connection::open(const std::atomic<bool>* stop) {
  limit_process_heap();
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(
      ":memory:", &raw,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX,
      nullptr);
  Connection connection;
  connection.db_.reset(raw);
  if (code != SQLITE_OK) return error_of(raw, code);
  harden(raw);
  if (stop != nullptr) {
    // Only read there; SQLite's callback has no const.
    sqlite3_progress_handler(raw, kStepsBetweenLooks, stop_wanted,
                             const_cast<std::atomic<bool>*>(stop));
  }
  TRY(connection.execute("PRAGMA temp_store=MEMORY"));
  TRY(register_functions(raw));
  for (const std::string_view table : {"json_each", "json_tree"}) TRY(connection.touch(table));
  return connection;
}

Status Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_.get(), code);
  return ok();
}

Status Connection::touch(std::string_view table) {
  TRY(prepare(fmt::format("SELECT 1 FROM {}", quoted_identifier(table))));
  return ok();
}

void Connection::guard() {
  sqlite3_set_authorizer(db_.get(), authorize, nullptr);
  sqlite3_limit(db_.get(), SQLITE_LIMIT_SQL_LENGTH, kMaxSql);
}

Result<Query> Connection::prepare(std::string_view sql) {
  if (sql.find('\0') != sql.npos) return Error{Errc::usage, "the query holds a NUL character"};
  if (sql.size() > kMaxSql) {
    return Error{Errc::limit, fmt::format("the query is longer than {} bytes", kMaxSql)};
  }
  Query query;
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  int code = sqlite3_prepare_v2(db_.get(), sql.data(), static_cast<int>(sql.size()), &raw, &tail);
  query.statement_.reset(raw);
  if (code != SQLITE_OK) return error_of(db_.get(), code);
  if (raw == nullptr) return Error{Errc::usage, "the query is empty"};
  // What follows may only be blanks and comments: SQLite itself decides.
  const auto left = static_cast<int>(sql.data() + sql.size() - tail);
  raw = nullptr;
  code = left > 0 ? sqlite3_prepare_v2(db_.get(), tail, left, &raw, nullptr) : SQLITE_OK;
  const bool more = code != SQLITE_OK || raw != nullptr;
  sqlite3_finalize(raw);
  if (more) return Error{Errc::usage, "one SELECT at a time, please"};
  // Statements that do nothing here (REINDEX without an index) ask the authorizer nothing.
  if (query.columns() == 0) return Error{Errc::usage, "only SELECT is allowed here"};
  return query;
}

std::string quoted_identifier(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace interdict::rules
