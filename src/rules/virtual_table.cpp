// Between SQLite's module interface and the artefacts' pull cursors. Values go to SQLite one by one
// when it asks for them, so a column that a query does not name costs nothing.

#include "rules/virtual_table.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "artefacts/scan.hpp"
#include "rules/connection.hpp"

namespace interdict::rules {
namespace {

using artefacts::Equals;
using artefacts::Scan;
using artefacts::Table;
using artefacts::Value;
using artefacts::Wanted;

// How the planner shall see us: a phone's big tables have a million rows; a look-up finds a few
// and costs about as much as reading some thousand rows, because it opens the source.
constexpr double kScanCost = 3'000'000;
constexpr sqlite3_int64 kScanRows = 1'000'000;
constexpr double kLookUpCost = 5'000;
constexpr sqlite3_int64 kLookUpRows = 25;

/// What the module of one table knows. Owned by SQLite's list of modules.
struct Origin {
  const Table& table;
  evidence::Tree& tree;
  Failures& failures;
};

/// How one statement reads the table. Its place in OpenTable::ways is SQLite's idxNum.
struct Way {
  int key = -1;                // the column that is sought; -1: a scan
  sqlite3_uint64 columns = 0;  // those the statement looks at, as SQLite's colUsed
  bool operator==(const Way&) const = default;
};

struct OpenTable : sqlite3_vtab {
  explicit OpenTable(const Origin& o) : sqlite3_vtab{}, origin(o) {}
  const Origin& origin;
  std::vector<Way> ways;
};

struct OpenCursor : sqlite3_vtab_cursor {
  explicit OpenCursor(const Origin& o) : sqlite3_vtab_cursor{}, origin(o) {}
  const Origin& origin;
  std::optional<Scan> scan;
  bool at_end = true;
  sqlite3_int64 rows = 0;
};

/// Runs `body`; no exception may pass through SQLite's frames.
template <class Body>
int guarded(Body body) noexcept {
  try {
    return body();
  } catch (const std::bad_alloc&) {
    return SQLITE_NOMEM;
  }
}

OpenCursor& cursor_of(sqlite3_vtab_cursor* cursor) { return *static_cast<OpenCursor*>(cursor); }

std::string declaration(const Table& table) {
  std::string sql = "CREATE TABLE x(";
  for (const artefacts::Column& column : table.columns)
    sql += quoted_identifier(column.name) + ", ";
  return sql + "_cite HIDDEN, _file HIDDEN)";
}

int connect(sqlite3* db, void* data, int, const char* const*, sqlite3_vtab** out, char**) noexcept {
  return guarded([&] {
    const Origin& origin = *static_cast<const Origin*>(data);
    const int code = sqlite3_declare_vtab(db, declaration(origin.table).c_str());
    if (code == SQLITE_OK) *out = std::make_unique<OpenTable>(origin).release();
    return code;
  });
}

int disconnect(sqlite3_vtab* table) noexcept {
  delete static_cast<OpenTable*>(table);
  return SQLITE_OK;
}

bool usable_key(sqlite3_index_info& info, int index, const Table& table) {
  const auto& constraint = info.aConstraint[index];
  if (constraint.usable == 0 || constraint.op != SQLITE_INDEX_CONSTRAINT_EQ) return false;
  if (constraint.iColumn < 0) return false;
  const auto column = static_cast<std::size_t>(constraint.iColumn);
  if (column >= table.columns.size() || !table.columns[column].key) return false;
  // Readers compare bytes; NOCASE and the like are left to SQLite.
  return std::string_view(sqlite3_vtab_collation(&info, index)) == "BINARY";
}

int best_index(sqlite3_vtab* vtab, sqlite3_index_info* info) noexcept {
  return guarded([&] {
    auto& open = static_cast<OpenTable&>(*vtab);
    const Table& table = open.origin.table;
    int chosen = -1;
    for (int i = 0; i < info->nConstraint; ++i) {
      if (usable_key(*info, i, table) &&
          (chosen < 0 || info->aConstraint[i].iColumn < info->aConstraint[chosen].iColumn)) {
        chosen = i;
      }
    }
    const bool look_up = chosen >= 0;
    Way way{.columns = info->colUsed};
    info->estimatedCost = look_up ? kLookUpCost : kScanCost;
    info->estimatedRows = look_up ? kLookUpRows : kScanRows;
    std::string plan = "scan";
    if (look_up) {
      const int column = info->aConstraint[chosen].iColumn;
      way.key = column;
      info->aConstraintUsage[chosen].argvIndex = 1;  // not omit: SQLite checks again
      plan = std::string(table.columns[static_cast<std::size_t>(column)].name) + '=';
    }
    const auto known = std::ranges::find(open.ways, way);
    info->idxNum = static_cast<int>(known - open.ways.begin());
    if (known == open.ways.end()) open.ways.push_back(way);
    info->idxStr = sqlite3_mprintf("%s", plan.c_str());
    info->needToFreeIdxStr = 1;
    return info->idxStr != nullptr ? SQLITE_OK : SQLITE_NOMEM;
  });
}

int open_cursor(sqlite3_vtab* vtab, sqlite3_vtab_cursor** out) noexcept {
  return guarded([&] {
    *out = std::make_unique<OpenCursor>(static_cast<OpenTable*>(vtab)->origin).release();
    return SQLITE_OK;
  });
}

/// Ends the scan, if there is one, and keeps what it could not read.
void finish(OpenCursor& cursor) {
  if (!cursor.scan) return;
  const auto& [table, tree, failures] = cursor.origin;
  if (cursor.at_end && cursor.scan->coverage().empty()) {
    failures.add(fmt::format("{}: absent", table.id));
  }
  for (const auto& source : cursor.scan->coverage()) {
    if (source->error.empty()) continue;
    failures.add(fmt::format("{}: {}: {}", table.id, source->file, source->error));
  }
  cursor.scan.reset();
}

int close_cursor(sqlite3_vtab_cursor* base) noexcept {
  return guarded([&] {
    const std::unique_ptr<OpenCursor> cursor(static_cast<OpenCursor*>(base));
    finish(*cursor);
    return SQLITE_OK;
  });
}

int advance(OpenCursor& cursor) {
  if (cursor.scan->next()) {
    ++cursor.rows;
  } else {
    cursor.at_end = true;
    finish(cursor);
  }
  return SQLITE_OK;
}

/// What the reader shall seek; nothing when it must read everything (SQLite then filters alone).
std::optional<Equals> equals(std::size_t column, sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return Equals{column, std::int64_t{sqlite3_value_int64(value)}};
    case SQLITE_TEXT: {
      const unsigned char* text = sqlite3_value_text(value);
      if (text == nullptr) throw std::bad_alloc();
      return Equals{column, std::string(text, text + sqlite3_value_bytes(value))};
    }
    default:
      return std::nullopt;
  }
}

int filter(sqlite3_vtab_cursor* base, int index, const char*, int count,
           sqlite3_value** arguments) noexcept {
  return guarded([&] {
    OpenCursor& cursor = cursor_of(base);
    finish(cursor);  // a join comes back with another value
    cursor.rows = 0;
    const Way& way = static_cast<OpenTable*>(base->pVtab)->ways[static_cast<std::size_t>(index)];
    std::optional<Equals> only;
    if (way.key >= 0 && count == 1) {
      cursor.at_end = sqlite3_value_type(arguments[0]) == SQLITE_NULL;
      if (cursor.at_end) return SQLITE_OK;  // nothing equals NULL
      only = equals(static_cast<std::size_t>(way.key), arguments[0]);
    }
    cursor.at_end = false;
    cursor.scan.emplace(cursor.origin.table, cursor.origin.tree, std::move(only),
                        Wanted(way.columns));
    return advance(cursor);
  });
}

int next(sqlite3_vtab_cursor* cursor) noexcept {
  return guarded([&] { return advance(cursor_of(cursor)); });
}

int eof(sqlite3_vtab_cursor* cursor) noexcept { return cursor_of(cursor).at_end ? 1 : 0; }

int rowid(sqlite3_vtab_cursor* cursor, sqlite3_int64* out) noexcept {
  *out = cursor_of(cursor).rows;
  return SQLITE_OK;
}

/// SQLite copies: it may keep a cell (a maximum, a join's key) beyond the row our views live for.
void give_text(sqlite3_context* context, std::string_view text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void give(sqlite3_context* context, const Value& value) {
  const std::string_view bytes = value.as_text().substr(0, kMaxCell);
  switch (value.type()) {
    case Value::Type::null:
      return sqlite3_result_null(context);
    case Value::Type::integer:
      return sqlite3_result_int64(context, value.as_integer());
    case Value::Type::real:
      return sqlite3_result_double(context, value.as_real());
    case Value::Type::text:
      return give_text(context, bytes);
    case Value::Type::blob:
      return sqlite3_result_blob64(context, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
    case Value::Type::time:
      return give_text(context, iso8601(value.as_time()));
  }
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int index) noexcept {
  return guarded([&] {
    const OpenCursor& cursor = cursor_of(base);
    if (!cursor.scan) return SQLITE_OK;
    const auto columns = cursor.origin.table.columns.size();
    const auto wanted = static_cast<std::size_t>(index);
    const auto row = cursor.scan->row();
    if (wanted == columns) {
      give_text(context, cursor.scan->locator().to_text());
    } else if (wanted == columns + 1) {
      give_text(context, cursor.scan->file().device_path);
    } else if (wanted < row.size()) {
      give(context, row[wanted]);
      if (row[wanted].as_text().size() > kMaxCell) {
        cursor.origin.failures.add(fmt::format("{}: {}: a value longer than {} MiB was cut",
                                               cursor.origin.table.id,
                                               cursor.scan->file().device_path, kMaxCell >> 20));
      }
    }
    return SQLITE_OK;
  });
}

constexpr sqlite3_module kModule = [] {
  sqlite3_module module{};
  module.iVersion = 1;
  module.xConnect = connect;  // without xCreate: eponymous only
  module.xBestIndex = best_index;
  module.xDisconnect = disconnect;
  module.xOpen = open_cursor;
  module.xClose = close_cursor;
  module.xFilter = filter;
  module.xNext = next;
  module.xEof = eof;
  module.xColumn = column;
  module.xRowid = rowid;
  return module;
}();

void forget_origin(void* origin) noexcept { delete static_cast<Origin*>(origin); }

}  // namespace

Status add_virtual_table(Connection& connection, const Table& table, evidence::Tree& tree,
                         Failures& failures) {
  // SQLite calls forget_origin even when it fails.
  const int code = sqlite3_create_module_v2(connection.handle(), table.sql_name().c_str(), &kModule,
                                            new Origin{table, tree, failures}, forget_origin);
  if (code != SQLITE_OK) {
    return Error{Errc::limit, fmt::format("table {}: {}", table.id, sqlite3_errstr(code))};
  }
  return connection.touch(table.sql_name());
}

}  // namespace interdict::rules
