#include "formats/sqlite.hpp"

#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "base/file.hpp"
#include "formats/sqlite_vfs.hpp"
#include "formats/sqlite_wal.hpp"

namespace interdict::sqlite {
namespace {

/// When SQLite complained: it says "SQL logic error" of a misspelt query and of hostile content.
enum class During : std::uint8_t { open, prepare, step };

Errc code_of_logic_error(std::string_view message, During during) {
  const auto says = [&](std::string_view s) { return message.find(s) != message.npos; };
  if (says("no such table") || says("no such column")) return Errc::not_found;
  if (says("no such module") || says("prohibited") || says("unsupported file format")) {
    return Errc::unsupported;
  }
  return during == During::prepare ? Errc::usage : Errc::malformed;
}

Error error_of(sqlite3* db, int rc, During during) {
  const std::string message = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
  if (rc == SQLITE_IOERR_NOMEM) return {Errc::limit, "out of memory for the database"};
  switch (rc & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
      return {Errc::malformed, fmt::format("the database is damaged: {}", message)};
    case SQLITE_NOTADB:
      return {Errc::malformed, fmt::format("no SQLite database: {}", message)};
    case SQLITE_NOMEM:
      return {Errc::limit, fmt::format("out of memory for the database: {}", message)};
    case SQLITE_TOOBIG:
      return {Errc::limit, fmt::format("a value or query beyond our limits: {}", message)};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (db != nullptr) {
        if (auto failure = vfs::take_failure(db)) return *std::move(failure);
      }
      return {Errc::io, fmt::format("the database cannot be read: {}", message)};
    case SQLITE_ERROR:
      return {code_of_logic_error(message, during), message};
    case SQLITE_INTERRUPT:
      return {Errc::interrupted, message};
    case SQLITE_AUTH:
      return {Errc::unsupported, message};
    default:
      return {Errc::usage, message};
  }
}

void set_limits(sqlite3* db) {
  // https://www.sqlite.org/limits.html; the schema of a phone's database must still parse.
  constexpr std::array kLimits{
      std::pair{SQLITE_LIMIT_LENGTH, 64 << 20},
      std::pair{SQLITE_LIMIT_SQL_LENGTH, 1 << 20},
      std::pair{SQLITE_LIMIT_COLUMN, 2000},
      std::pair{SQLITE_LIMIT_EXPR_DEPTH, 200},
      std::pair{SQLITE_LIMIT_COMPOUND_SELECT, 50},
      std::pair{SQLITE_LIMIT_VDBE_OP, 250'000},
      std::pair{SQLITE_LIMIT_FUNCTION_ARG, 32},
      std::pair{SQLITE_LIMIT_ATTACHED, 0},
      std::pair{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000},
      std::pair{SQLITE_LIMIT_VARIABLE_NUMBER, 1000},
      std::pair{SQLITE_LIMIT_TRIGGER_DEPTH, 1},
      std::pair{SQLITE_LIMIT_WORKER_THREADS, 0},
  };
  for (const auto& [limit, value] : kLimits) sqlite3_limit(db, limit, value);
}

bool configure(sqlite3* db, int option, int value) {
  return sqlite3_db_config(db, option, value, nullptr) == SQLITE_OK;
}

Status run(sqlite3* db, const char* sql) {
  const int rc = sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
  if (rc != SQLITE_OK) return error_of(db, rc, During::open);
  return ok();
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* p) const noexcept { sqlite3_finalize(p); }
void Database::Close::operator()(sqlite3* p) const noexcept { sqlite3_close_v2(p); }

Status Statement::bind(int parameter, std::int64_t value) {
  const int rc = sqlite3_bind_int64(statement_.get(), parameter, value);
  if (rc == SQLITE_OK) return ok();
  return error_of(sqlite3_db_handle(statement_.get()), rc, During::prepare);
}

Status Statement::bind(int parameter, std::string_view value) {
  // An empty view may have no address, which SQLite would take for NULL.
  const char* text = value.empty() ? "" : value.data();
  const int rc = sqlite3_bind_text64(statement_.get(), parameter, text, value.size(),
                                     SQLITE_TRANSIENT, SQLITE_UTF8);
  if (rc == SQLITE_OK) return ok();
  return error_of(sqlite3_db_handle(statement_.get()), rc, During::prepare);
}

Result<bool> Statement::step() {
  const int rc = sqlite3_step(statement_.get());
  if (rc == SQLITE_ROW) return true;
  if (rc == SQLITE_DONE) return false;
  return error_of(sqlite3_db_handle(statement_.get()), rc, During::step);
}

// Its result repeats the error that step() has told.
void Statement::reset() { sqlite3_reset(statement_.get()); }

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

std::string_view Statement::name(int column) const {
  const char* name = sqlite3_column_name(statement_.get(), column);
  return name == nullptr ? std::string_view{} : name;
}

Type Statement::type(int column) const {
  switch (sqlite3_column_type(statement_.get(), column)) {
    case SQLITE_INTEGER:
      return Type::integer;
    case SQLITE_FLOAT:
      return Type::real;
    case SQLITE_TEXT:
      return Type::text;
    case SQLITE_BLOB:
      return Type::blob;
    default:
      return Type::null;
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::string_view Statement::text(int column) const { return text_of(blob(column)); }

ByteView Statement::blob(int column) const {
  // One look-up a column instead of three. Such a value is "unprotected" only where connections are
  // shared between threads; ours is opened without mutexes.
  sqlite3_value* value = sqlite3_column_value(statement_.get(), column);
  const void* bytes = nullptr;
  switch (sqlite3_value_type(value)) {
    case SQLITE_TEXT:
      bytes = sqlite3_value_text(value);  // no conversion unless the database is UTF-16
      break;
    case SQLITE_BLOB:
      bytes = sqlite3_value_blob(value);
      break;
    default:
      return {};
  }
  if (bytes == nullptr) return {};  // an empty blob, or no memory to convert a text
  return {static_cast<const std::byte*>(bytes),
          static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

Result<Database> Database::open_evidence(const std::string& path) {
  Files files;
  files.database = TRY(open_file(path));
  auto wal = open_file(path + "-wal");
  if (wal) {
    files.wal = *std::move(wal);
  } else if (wal.error().code() != Errc::not_found) {
    return std::move(wal).error();
  }
  return open_evidence(std::move(files));
}

Result<Database> Database::open_evidence(Files files) {
  if (files.database->size() == 0) return Error{Errc::truncated, "the database file is empty"};
  if (files.database->size() > std::numeric_limits<std::int64_t>::max()) {
    return Error{Errc::limit, "the database file is too large"};
  }
  Database database;
  database.damage_ =
      files.wal_fault || !files.wal ? std::move(files.wal_fault) : wal_damage(*files.wal);
  const auto exhibit = TRY(vfs::offer(std::move(files)));
  constexpr int kFlags =
      SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  sqlite3* raw = nullptr;
  const int rc = sqlite3_open_v2(exhibit->name.c_str(), &raw, kFlags, vfs::kName);
  database.db_.reset(raw);
  if (rc != SQLITE_OK && exhibit->failure) return *std::move(exhibit->failure);
  if (rc != SQLITE_OK) return error_of(raw, rc, During::open);
  TRY(database.harden());
  TRY(database.read_schema());
  // In KiB. Tables are read once from end to end; what a look-up needs again are inner pages.
  TRY(run(raw, "PRAGMA cache_size=-1024"));
  return database;
}

Status Database::harden() {
  sqlite3* db = db_.get();
  set_limits(db);
  const bool configured = configure(db, SQLITE_DBCONFIG_DEFENSIVE, 1) &&
                          configure(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0) &&
                          configure(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0) &&
                          configure(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0) &&
                          configure(db, SQLITE_DBCONFIG_ENABLE_FKEY, 0) &&
                          configure(db, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0) &&
                          configure(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0) &&
                          configure(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1) &&
                          // A misspelt column in double quotes is an error, not a text.
                          configure(db, SQLITE_DBCONFIG_DQS_DML, 0) &&
                          // Full-text and other modules would run on what the schema tells them.
                          sqlite3_drop_modules(db, nullptr) == SQLITE_OK;
  if (!configured) return Error{Errc::io, "this SQLite cannot be made safe for evidence"};
  // EXCLUSIVE before the first read: the index of the -wal lies in memory then.
  // None of these reads the schema, which may be damaged.
  return run(db,
             "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON;"
             "PRAGMA query_only=ON");
}

Status Database::read_schema() {
  constexpr const char* kProbe = "SELECT count(*) FROM sqlite_schema";
  auto status = run(db_.get(), kProbe);
  if (status || status.error().code() != Errc::malformed) return status;
  // A file shorter than its header says, or a schema with rows that do not parse, is refused whole.
  // With writable_schema SQLite takes what is there; nothing can be written here in any case.
  sqlite3* db = db_.get();
  if (!configure(db, SQLITE_DBCONFIG_DEFENSIVE, 0) ||
      !configure(db, SQLITE_DBCONFIG_WRITABLE_SCHEMA, 1)) {
    return status;
  }
  // The first statement still reports the bad rows; those after it see the good ones.
  if (!run(db, kProbe) && !run(db, kProbe)) return status;
  damage_ = std::move(status).error();  // weighs more than what a -wal may have lost
  return ok();
}

Result<Statement> Database::prepare(std::string_view sql) const {
  Statement statement;
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  if (sql.size() > std::numeric_limits<int>::max())
    return Error{Errc::limit, "the query is too long"};
  const int rc =
      sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), 0, &raw, &tail);
  statement.statement_.reset(raw);
  if (rc != SQLITE_OK) return error_of(db_.get(), rc, During::prepare);
  if (raw == nullptr || sqlite3_stmt_readonly(raw) == 0 || sqlite3_column_count(raw) == 0) {
    return Error{Errc::usage, "the query is no SELECT"};
  }
  return statement;
}

Result<bool> Database::has_table(std::string_view table) const {
  // A view has no pages of its own, nor has a virtual table: rootpage is 0.
  auto statement =
      TRY(prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 AND name = ?1 "
                  "COLLATE NOCASE"));
  TRY(statement.bind(1, table));
  return statement.step();
}

Result<std::vector<std::string>> Database::columns(std::string_view table) const {
  std::vector<std::string> names;
  if (!TRY(has_table(table))) return names;
  // Without generated columns: what they compute is the file's own code.
  auto statement = TRY(prepare("SELECT name FROM pragma_table_info(?1)"));
  TRY(statement.bind(1, table));
  while (TRY(statement.step())) names.emplace_back(statement.text(0));
  return names;
}

}  // namespace interdict::sqlite
