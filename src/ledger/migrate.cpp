#include "ledger/migrate.hpp"

#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "ledger/hash.hpp"

namespace interdict::ledger {
namespace {

struct Applied {
  std::int64_t number;
  std::string name, digest;
};

Result<std::vector<Applied>> applied_migrations(Database& db) {
  TRY(
      db.script("CREATE TABLE IF NOT EXISTS schema_migrations ("
                "number INTEGER PRIMARY KEY, name TEXT NOT NULL, digest TEXT NOT NULL, "
                "applied_at INTEGER NOT NULL) STRICT"));
  std::vector<Applied> all;
  Rows rows = TRY(db.rows("SELECT number, name, digest FROM schema_migrations ORDER BY number"));
  while (TRY(rows.next())) {
    all.push_back({rows.integer(0), std::string(rows.text(1)), std::string(rows.text(2))});
  }
  return all;
}

/// What is recorded must be a prefix of what we carry.
Status agree(std::span<const Applied> applied, std::span<const Embedded> known) {
  if (!applied.empty() && applied.back().number > static_cast<std::int64_t>(known.size())) {
    return Error{Errc::unsupported,
                 fmt::format("the database was made by a newer Interdict: its schema is number {} "
                             "({}), this program knows {}",
                             applied.back().number, applied.back().name, known.size())};
  }
  for (std::size_t i = 0; i < applied.size(); ++i) {
    if (applied[i].number != static_cast<std::int64_t>(i + 1)) {
      return Error{Errc::malformed, fmt::format("migration {} is missing in the database", i + 1)};
    }
    if (applied[i].digest != migration_digest(known[i].text)) {
      return Error{Errc::malformed,
                   fmt::format("migration {} was changed after it had been applied: the database "
                               "records {} ({}), this program carries {} ({})",
                               i + 1, applied[i].name, applied[i].digest, known[i].name,
                               migration_digest(known[i].text))};
    }
  }
  return ok();
}

Status numbered(std::span<const Embedded> migrations) {
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const std::string_view name = migrations[i].name;
    std::size_t number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    if (number != i + 1) {
      return Error{Errc::malformed, fmt::format("{}: expected migration {}", name, i + 1)};
    }
  }
  return ok();
}

Status apply(Database& db, std::int64_t number, const Embedded& migration, UtcTime now) {
  TRY(db.begin());
  Status done = db.script(std::string(migration.text));
  if (done) {
    auto recorded = db.run(
        "INSERT INTO schema_migrations (number, name, digest, applied_at) "
        "VALUES (?1, ?2, ?3, ?4)",
        number, migration.name, migration_digest(migration.text), now.micros);
    done = recorded ? db.commit() : Status(std::move(recorded).error());
  }
  if (!done) {
    db.rollback();
    return std::move(done).error().within(fmt::format("migration {}", migration.name));
  }
  return ok();
}

}  // namespace

std::string migration_digest(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Status migrate(Database& db, std::span<const Embedded> migrations, UtcTime now) {
  TRY(numbered(migrations));
  const std::vector<Applied> applied = TRY(applied_migrations(db));
  TRY(agree(applied, migrations));
  for (std::size_t i = applied.size(); i < migrations.size(); ++i) {
    TRY(apply(db, static_cast<std::int64_t>(i + 1), migrations[i], now));
  }
  return ok();
}

}  // namespace interdict::ledger
