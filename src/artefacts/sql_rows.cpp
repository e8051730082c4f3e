#include "artefacts/sql_rows.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "artefacts/sql_schema.hpp"
#include "base/text.hpp"

namespace interdict::artefacts {
namespace {

constexpr std::int64_t kFirst = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
constexpr const char* kDisorder = "the database is damaged: its rows are in disorder";
/// So many rows whose joined tables cannot be read: those tables are given up.
constexpr unsigned kMaxJoinFailures = 64;

bool repairable(const Error& error) {
  return error.code() == Errc::malformed || error.code() == Errc::truncated;
}

/// The parameter ?2 of a pushed-down equality.
Status bind_equal(sqlite::Statement& statement, const Equals& only) {
  if (const auto* number = std::get_if<std::int64_t>(&only.value))
    return statement.bind(2, *number);
  return statement.bind(2, std::get<std::string>(only.value));
}

/// Begins anew at a rowid. A row below it means pages in disorder.
Result<bool> step_from(sqlite::Statement& statement, std::int64_t rowid) {
  statement.reset();
  TRY(statement.bind(1, rowid));
  if (!TRY(statement.step())) return false;
  if (statement.integer(0) < rowid) return Error{Errc::malformed, kDisorder};
  return true;
}

}  // namespace

struct SqlCursor::Fetch {
  std::size_t cell;
  int column;
  const SqlColumn* what;
};

/// A query that runs: its statement with everything joined and, once needed, the bare one.
struct SqlCursor::Part {
  const SqlQuery* query;
  SqlSchema schema;
  std::vector<Fetch> fetches, bare_fetches;
  std::optional<sqlite::Statement> joined, bare;
  std::optional<std::int64_t> last;  // rowid of the last row that was given out
  bool started = false;              // the statement stands behind `last`
  bool from_bare = false;            // the current row is the bare statement's
  bool joins_given_up = false;
  unsigned join_failures = 0;

  /// The rowid to go on from; nothing when there is none left.
  [[nodiscard]] std::optional<std::int64_t> next_rowid() const {
    if (!last) return kFirst;
    if (*last == kLast) return std::nullopt;
    return *last + 1;
  }
  [[nodiscard]] sqlite::Statement& main() { return joins_given_up ? *bare : *joined; }
  [[nodiscard]] const sqlite::Statement& current() const { return from_bare ? *bare : *joined; }

  /// SELECT rowid, the columns that are there … ?1: the first rowid, ?2: the pushed-down value.
  Result<sqlite::Statement> prepare(const sqlite::Database& database, bool joins,
                                    const std::optional<Equals>& only, std::vector<Fetch>& out) {
    const std::string_view alias = query->tables.front().alias;
    std::string sql = fmt::format("SELECT {}.rowid", alias);
    int column = 0;
    for (std::size_t i = 0; i < query->columns.size(); ++i) {
      const SqlColumn& wanted = query->columns[i];
      if (wanted.from.empty() || !schema.has(wanted.from, joins)) continue;
      out.push_back({i, ++column, &wanted});
      sql += fmt::format(", {}", wanted.from);
    }
    sql += fmt::format(" FROM {} WHERE {}.rowid >= ?1", schema.from_clause(joins), alias);
    if (!query->where.empty() && schema.has_all(query->where, joins)) {
      sql += fmt::format(" AND ({})", query->where);
    }
    const std::string_view key = only ? query->columns[only->column].from : std::string_view{};
    const bool push_down = !key.empty() && schema.has(key, joins);
    if (push_down) sql += fmt::format(" AND {} = ?2", key);
    sql += fmt::format(" ORDER BY {}.rowid", alias);
    auto statement = TRY_WITHIN(query->tables.front().name, database.prepare(sql));
    if (push_down) TRY(bind_equal(statement, *only));
    return statement;
  }
};

SqlCursor::SqlCursor(const Source& source, std::span<const SqlQuery> queries, std::size_t width)
    : source_(source), queries_(queries), width_(width) {}
SqlCursor::~SqlCursor() = default;

Status SqlCursor::start(const std::optional<Equals>& only) {
  only_ = only;
  database_ = TRY(source_.database());
  if (const auto& damage = database_->damage()) trouble_ = Error{damage->code(), damage->what()};
  for (const SqlQuery& query : queries_) {
    SqlSchema schema = TRY(SqlSchema::read(*database_, query));
    // A look-up of single rows says nothing about the source: the whole scan does.
    if (!only) schema.note_differences(source_.notes());
    if (!schema.can_run()) continue;
    Part part{&query, std::move(schema), {}, {}, {}, {}, {}, false, false, false, 0};
    part.joined = TRY(part.prepare(*database_, true, only_, part.fetches));
    parts_.push_back(std::move(part));
    cells_.resize(std::max(cells_.size(), query.columns.size()));
  }
  if (parts_.empty()) {
    return Error{Errc::unsupported, fmt::format("no table {}", queries_[0].tables[0].name)};
  }
  scratch_.resize(cells_.size());
  return ok();
}

Result<bool> SqlCursor::next() {
  for (; current_ < parts_.size(); ++current_) {
    Part& part = parts_[current_];
    const auto stepped = step(part);
    if (!stepped) return ended_by(stepped.error());
    if (!*stepped) continue;
    rowid_ = part.current().integer(0);
    part.last = rowid_;
    ++rows_;
    fill(part);
    return true;
  }
  if (trouble_) return ended_by(*trouble_);
  return false;
}

Locator SqlCursor::locator() const {
  return {{}, {}, std::string(parts_[current_].query->tables.front().name), rowid_, {}};
}

void SqlCursor::damaged(std::string_view reason) {
  if (!row_damaged_) source_.notes().damaged_row(reason);
  row_damaged_ = true;
}

Error SqlCursor::ended_by(const Error& error) const {
  return {error.code(), fmt::format("{} ({} rows read)", error.what(), rows_)};
}

/// The next row of the part, behind what is malformed if need be.
Result<bool> SqlCursor::step(Part& part) {
  const auto from = part.next_rowid();
  part.from_bare = part.joins_given_up;
  auto stepped = !part.started && from ? step_from(part.main(), *from) : part.main().step();
  part.started = true;
  if (stepped && *stepped && part.last) {
    const std::int64_t rowid = part.main().integer(0);
    const bool rises = rowid > *part.last || (rowid == *part.last && part.schema.joins_many());
    if (!rises) stepped = Error{Errc::malformed, kDisorder};
  }
  if (stepped || !repairable(stepped.error())) return stepped;
  trouble_ = std::move(stepped).error();
  return repair(part);
}

/// After an error: the row that comes next without the joined tables, else the next readable one.
Result<bool> SqlCursor::repair(Part& part) {
  const auto from = part.next_rowid();
  if (!from || ++repairs_ > kMaxRepairs) return false;
  part.started = false;
  if (part.schema.joins() && !part.joins_given_up) {
    TRY(prepare_bare(part));
    auto stepped = step_from(*part.bare, *from);
    if (stepped) {
      part.from_bare = *stepped;
      part.joins_given_up = ++part.join_failures >= kMaxJoinFailures;
      part.started = part.joins_given_up;
      return stepped;
    }
    if (!repairable(stepped.error())) return stepped;
  }
  return first_readable(part, *from);
}

/// `broken` cannot be read. Doubling finds a rowid that can, halving the first such one.
Result<bool> SqlCursor::first_readable(Part& part, std::int64_t broken) {
  sqlite::Statement& probe = part.bare ? *part.bare : *part.joined;
  std::int64_t low = std::max<std::int64_t>(broken, 0);  // no phone has negative rowids
  std::int64_t high = low;
  for (std::int64_t stride = 1;; stride *= 2) {
    if (++repairs_ > kMaxRepairs || stride > kLast / 2 || high > kLast - stride) return false;
    high += stride;
    auto found = step_from(probe, high);
    if (found) break;
    if (!repairable(found.error())) return found;
    low = high;
  }
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    ++repairs_;
    (step_from(probe, middle).has_value() ? high : low) = middle;
  }
  part.started = true;
  auto stepped = step_from(part.main(), high);
  if (stepped || !part.bare || part.joins_given_up) return stepped;
  part.started = false;
  stepped = step_from(*part.bare, high);
  part.from_bare = stepped && *stepped;
  return stepped;
}

Status SqlCursor::prepare_bare(Part& part) {
  if (!part.bare) part.bare = TRY(part.prepare(*database_, false, only_, part.bare_fetches));
  return ok();
}

void SqlCursor::fill(const Part& part) {
  row_damaged_ = false;
  std::fill(cells_.begin(), cells_.end(), Value());
  if (part.from_bare) damaged("a joined table is malformed");
  for (const Fetch& fetch : part.from_bare ? part.bare_fetches : part.fetches) {
    cells_[fetch.cell] = convert(part.current(), fetch);
  }
  finish();
}

Value SqlCursor::convert(const sqlite::Statement& statement, const Fetch& fetch) {
  const sqlite::Type type = statement.type(fetch.column);
  if (type == sqlite::Type::null) {
    if (fetch.what->required) {
      const std::string_view from = fetch.what->from;
      damaged(fmt::format("{} is NULL", from.substr(from.find('.') + 1)));
    }
    return {};
  }
  const bool bytes = type == sqlite::Type::text || type == sqlite::Type::blob;
  switch (fetch.what->as) {
    case As::text:
      if (type == sqlite::Type::blob) damaged("blob where text belongs");
      if (bytes) return text(statement.text(fetch.column), fetch.cell);
      damaged("number where text belongs");
      scratch(fetch.cell) = type == sqlite::Type::integer
                                ? fmt::format("{}", statement.integer(fetch.column))
                                : fmt::format("{}", statement.real(fetch.column));
      return Value::text(scratch(fetch.cell));
    case As::blob:
      if (type != sqlite::Type::blob) damaged("no blob where one belongs");
      return bytes ? Value::blob(bytes_of(statement.text(fetch.column))) : Value();
    default:
      if (!bytes) return number(statement, fetch);
      damaged("text or blob where a number belongs");
      return {};
  }
}

Value SqlCursor::text(std::string_view stored, std::size_t cell) {
  if (valid_utf8(stored)) return Value::text(stored);
  damaged("text is not valid UTF-8");
  scratch(cell) = repair_utf8(stored);
  return Value::text(scratch(cell));
}

Value SqlCursor::number(const sqlite::Statement& statement, const Fetch& fetch) {
  constexpr double kExact = 9e15;            // whole numbers below are exact in a double
  constexpr double kNanosecondsFrom = 1e12;  // as from_cocoa_integer tells them apart
  const bool whole = statement.type(fetch.column) == sqlite::Type::integer;
  const std::int64_t integer = whole ? statement.integer(fetch.column) : 0;
  const double real = whole ? static_cast<double>(integer) : statement.real(fetch.column);
  switch (fetch.what->as) {
    case As::integer:
      if (whole) return Value::integer(integer);
      if (std::abs(real) < kExact) return Value::integer(std::llround(real));
      damaged("number too large");
      return {};
    case As::unix_time:
      if (real <= 0) return {};
      return moment(whole ? from_unix_seconds(integer) : from_unix_seconds(real));
    case As::cocoa_time:
      if (real <= 0) return {};
      if (whole) return moment(from_cocoa_integer(integer));
      return moment(from_cocoa_seconds(real < kNanosecondsFrom ? real : real / 1e9));
    default:
      return Value::real(real);
  }
}

Value SqlCursor::moment(std::optional<UtcTime> time) {
  if (!time) damaged("time beyond any that a phone can mean");
  return Value::time(time);
}

}  // namespace interdict::artefacts
