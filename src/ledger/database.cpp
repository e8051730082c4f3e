#include "ledger/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>

#include <cstring>

#include <fmt/format.h>

#include "base/file.hpp"

namespace interdict::ledger {
namespace {

/// Marks the file as ours (bytes 68 to 71 of its header): "IdLg".
constexpr std::int64_t kApplicationId = 0x49644c67;
/// Nothing we store is larger; a damaged size must not allocate.
constexpr int kMaxValue = 1 << 20;

Error error_of(sqlite3* db, int code) {
  const std::string what = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  switch (code & 0xff) {
    case SQLITE_FULL:
      return Error{Errc::io, "the disk is full"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{Errc::io, "another program keeps the database locked"};
    case SQLITE_READONLY:
      return Error{Errc::io, "the database or its folder is read-only"};
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
    case SQLITE_PERM: {
      const int number = db != nullptr ? sqlite3_system_errno(db) : 0;
      return Error{Errc::io,
                   number != 0 ? fmt::format("{} ({})", what, std::strerror(number)) : what};
    }
    case SQLITE_NOTADB:
      return Error{Errc::malformed, "this is not a database"};
    case SQLITE_CORRUPT:
      return Error{Errc::malformed, fmt::format("the database is damaged: {}", what)};
    default:
      return Error{Errc::malformed, what};
  }
}

Error error_of(sqlite3_stmt* statement, int code) {
  return error_of(sqlite3_db_handle(statement), code);
}

Result<std::int64_t> number_of(Database& db, const char* sql) {
  Rows rows = TRY(db.rows(sql));
  return TRY(rows.next()) ? rows.integer(0) : 0;
}

/// A new file gets our mark; another program's file is left alone.
Status claim_file(Database& db) {
  const std::int64_t id = TRY(number_of(db, "PRAGMA application_id"));
  if (id == kApplicationId) return ok();
  if (id != 0 || TRY(number_of(db, "SELECT count(*) FROM sqlite_schema")) != 0) {
    return Error{Errc::malformed, "this database is not a ledger of Interdict"};
  }
  return db.script(fmt::format("PRAGMA application_id={}", kApplicationId));
}

}  // namespace

void Database::Close::operator()(sqlite3* p) const noexcept { sqlite3_close_v2(p); }
void Database::Finalize::operator()(sqlite3_stmt* p) const noexcept { sqlite3_finalize(p); }

Rows::~Rows() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

Result<bool> Rows::next() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(statement_, code);
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(statement_, column); }
bool Rows::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
std::string_view Rows::text(int column) const {
  const auto* text = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Status Rows::bind(int at, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_, at, value);
  if (code != SQLITE_OK) return error_of(statement_, code);
  return ok();
}
Status Rows::bind(int at, std::optional<std::int64_t> value) {
  if (value) return bind(at, *value);
  return ok();  // unbound is NULL
}
Status Rows::bind(int at, std::string_view value) {
  // A null pointer would bind NULL.
  const int code = sqlite3_bind_text(statement_, at, value.empty() ? "" : value.data(),
                                     static_cast<int>(value.size()), SQLITE_STATIC);
  if (code != SQLITE_OK) return error_of(statement_, code);
  return ok();
}

Result<Database> Database::open_writer(const std::filesystem::path& path, int busy_timeout_ms) {
  // SQLite would make it readable for everybody; its -wal and -shm inherit the mode.
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return os_error(path, errno);
  const Fd created(fd);
  Database db;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  db.db_.reset(raw);
  if (code != SQLITE_OK) return error_of(raw, code).within(path.string());
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, kMaxValue);
  // Asked before anything is written, so that another program's file stays as it is.
  TRY_WITHIN(path.string(), claim_file(db));
  TRY_WITHIN(path.string(), db.script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                                      "PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON;"
                                      "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384;"
                                      "PRAGMA journal_size_limit=67108864"));
  Rows mode = TRY_WITHIN(path.string(), db.rows("PRAGMA journal_mode"));
  if (!TRY_WITHIN(path.string(), mode.next()) || mode.text(0) != "wal") {
    return Error{Errc::io, "the file system does not allow a write-ahead log"}.within(
        path.string());
  }
  return db;
}

Result<Database> Database::open_reader(const std::filesystem::path& path, int busy_timeout_ms) {
  Database db;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, nullptr);
  db.db_.reset(raw);
  if (code != SQLITE_OK) return error_of(raw, code).within(path.string());
  sqlite3_extended_result_codes(raw, 1);
  sqlite3_busy_timeout(raw, busy_timeout_ms);
  sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, kMaxValue);
  return db;
}

Result<sqlite3_stmt*> Database::prepared(const char* sql) {
  auto& kept = statements_[sql];
  if (!kept) {
    sqlite3_stmt* raw = nullptr;
    const int code =
        sqlite3_prepare_v3(db_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    kept.reset(raw);
    if (code != SQLITE_OK) return error_of(db_.get(), code);
  }
  return kept.get();
}

Status Database::script(const std::string& sql) {
  const int code = sqlite3_exec(db_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_.get(), code);
  return ok();
}

std::int64_t Database::changes() const { return sqlite3_changes64(db_.get()); }
std::int64_t Database::last_id() const { return sqlite3_last_insert_rowid(db_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

Status Database::begin() {
  TRY(run("BEGIN IMMEDIATE"));
  return ok();
}
Status Database::commit() {
  TRY(run("COMMIT"));
  return ok();
}
void Database::rollback() {
  if (in_transaction()) (void)script("ROLLBACK");
}
Status Database::checkpoint() { return script("PRAGMA wal_checkpoint(TRUNCATE)"); }

}  // namespace interdict::ledger
