// Databases of the sample phones, written by SQLite itself and handed over as the bytes of the
// file.

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>

#include "phone.hpp"
#include "plist_writer.hpp"
#include "sql_functions.hpp"
#include "temporary_folder.hpp"

namespace interdict::test {

namespace {

struct CloseDatabase {
  void operator()(sqlite3* connection) const { sqlite3_close(connection); }
};
using Connection = std::unique_ptr<sqlite3, CloseDatabase>;

Connection open_database(const std::string& path) {
  sqlite3* connection = nullptr;
  const int status = sqlite3_open(path.c_str(), &connection);
  Connection owned(connection);
  if (status != SQLITE_OK) throw std::runtime_error("cannot create the database " + path);
  register_fixture_functions(connection);
  return owned;
}

void run(const Connection& connection, const std::string& sql) {
  char* message = nullptr;
  if (sqlite3_exec(connection.get(), sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
  const std::string text = message == nullptr ? "unknown error" : message;
  sqlite3_free(message);
  throw std::runtime_error("SQL of a fixture: " + text);
}

std::string content_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string text_argument(sqlite3_value* value) {
  const void* bytes = sqlite3_value_blob(value);
  const int size = sqlite3_value_bytes(value);
  if (bytes == nullptr) return {};
  return std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

void return_blob(sqlite3_context* context, const std::string& bytes) {
  sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
}

void sql_mbfile(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) {
  return_blob(context, mbfile({.relative_path = text_argument(arguments[0]),
                               .size = sqlite3_value_int64(arguments[1]),
                               .mode = sqlite3_value_int64(arguments[2]),
                               .birth = sqlite3_value_int64(arguments[3]),
                               .modified = sqlite3_value_int64(arguments[4]),
                               .changed = sqlite3_value_int64(arguments[5])}));
}

void sql_attributed_body(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) {
  return_blob(context, attributed_body(text_argument(arguments[0])));
}

void sql_bplist(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) {
  // SQLite is C: no exception may pass through it.
  try {
    return_blob(context, binary_plist(plist_from_xml(text_argument(arguments[0]))));
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

void register_fixture_functions(sqlite3* connection) {
  const auto add = [connection](const char* name, int count,
                                void (*function)(sqlite3_context*, int, sqlite3_value**)) {
    sqlite3_create_function_v2(connection, name, count, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                               function, nullptr, nullptr, nullptr);
  };
  add("mbfile", 6, sql_mbfile);
  add("attributed_body", 1, sql_attributed_body);
  add("bplist", 1, sql_bplist);
}

std::string database_from_sql(const std::string& sql) {
  const Connection connection = open_database(":memory:");
  run(connection, "PRAGMA page_size=4096;" + sql);
  sqlite3_int64 size = 0;
  unsigned char* bytes = sqlite3_serialize(connection.get(), "main", &size, 0);
  if (bytes == nullptr) return {};  // the script created nothing: an empty file
  std::string content(bytes, bytes + size);
  sqlite3_free(bytes);
  return content;
}

WalDatabase wal_database_from_sql(const std::string& checkpointed_sql,
                                  const std::string& wal_only_sql) {
  // The salt of a WAL is random; a fixture must be the same bytes every time.
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 1, static_cast<sqlite3*>(nullptr));
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "fixture.db";
  const Connection connection = open_database(path.string());
  run(connection, "PRAGMA page_size=4096; PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;");
  run(connection, checkpointed_sql + ";PRAGMA wal_checkpoint(TRUNCATE);");
  run(connection, wal_only_sql);
  WalDatabase result{content_of(path), content_of(path.string() + "-wal")};
  sqlite3_test_control(SQLITE_TESTCTRL_PRNG_SEED, 0, static_cast<sqlite3*>(nullptr));
  return result;
}

}  // namespace interdict::test
