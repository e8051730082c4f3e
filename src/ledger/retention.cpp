// Forgetting: rows become counts by month, then are gone; SQLite overwrites them (secure_delete)
// and the log that still held them is emptied.

#include <limits>

#include <fmt/format.h>

#include "ledger/house.hpp"

namespace interdict::ledger {
namespace {

// Of the persons from ?1 to ?2, what ended before ?3. A count first, then the deletion of the same
// rows, in one transaction.
constexpr char kCountSightings[] =
    "INSERT INTO sighting_counts (month, vendor, line, channel, why, count) "
    "SELECT strftime('%Y-%m', s.last / 1000000, 'unixepoch'), d.vendor, d.line, s.channel, "
    "'forgotten', sum(s.count) FROM sightings AS s JOIN devices AS d ON d.id = s.device "
    "WHERE s.person BETWEEN ?1 AND ?2 AND s.last < ?3 GROUP BY 1, 2, 3, 4 "
    "ON CONFLICT DO UPDATE SET count = count + excluded.count";
constexpr char kDeleteSightings[] =
    "DELETE FROM sightings WHERE person BETWEEN ?1 AND ?2 AND last < ?3";
constexpr char kCountDecisions[] =
    "INSERT INTO decision_counts (month, policy, rule, action, stage, channel, why, count) "
    "SELECT strftime('%Y-%m', d.bucket / 1000000, 'unixepoch'), p.digest, r.rule, d.action, "
    "d.stage, d.channel, 'forgotten', sum(d.count) FROM decisions AS d "
    "JOIN rules AS r ON r.id = d.rule JOIN policies AS p ON p.id = r.policy "
    "WHERE d.person BETWEEN ?1 AND ?2 AND d.bucket + d.hours * 3600000000 <= ?3 "
    "GROUP BY 1, 2, 3, 4, 5, 6 ON CONFLICT DO UPDATE SET count = count + excluded.count";
constexpr char kDeleteDecisions[] =
    "DELETE FROM decisions WHERE person BETWEEN ?1 AND ?2 "
    "AND bucket + hours * 3600000000 <= ?3";
constexpr char kNoticesBefore[] =
    "SELECT person, device_key, rule, stage FROM notices "
    "WHERE person BETWEEN ?1 AND ?2 AND given_at < ?3";
constexpr char kDeleteNotices[] =
    "DELETE FROM notices WHERE person BETWEEN ?1 AND ?2 AND given_at < ?3";
constexpr char kDeleteExaminations[] =
    "DELETE FROM examinations WHERE examined_at < ?1 "
    "AND (verdict <> 'compromised' OR withdrawn_at IS NOT NULL)";
constexpr char kDeleteDevices[] =
    "DELETE FROM devices WHERE NOT EXISTS (SELECT 1 FROM sightings WHERE device = devices.id)";

// The last person of a stretch of ?2 rows after person ?1: forgetting goes in steps, so that other
// changes wait for one of them only.
constexpr char kSightingStretch[] =
    "SELECT person FROM sightings WHERE person > ?1 ORDER BY person LIMIT 1 OFFSET ?2";
constexpr char kDecisionStretch[] =
    "SELECT person FROM decisions WHERE person > ?1 ORDER BY person LIMIT 1 OFFSET ?2";
constexpr char kNoticeStretch[] =
    "SELECT person FROM notices WHERE person > ?1 ORDER BY person LIMIT 1 OFFSET ?2";
constexpr std::int64_t kStretch = 20'000;
/// Sorts behind every person: no UTF-8 has this byte.
constexpr std::string_view kLastPerson = "\xff";
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

/// Persons from `from` to `to`, both included, and what of theirs ended before `before`.
struct Stretch {
  std::string from, to;
  std::int64_t before = kEver;
};

using Forget = Result<std::int64_t> (*)(Database&, const Stretch&, std::vector<std::uint64_t>*);

Result<std::int64_t> forget_sightings(Database& db, const Stretch& s, std::vector<std::uint64_t>*) {
  TRY(db.run(kCountSightings, s.from, s.to, s.before));
  return db.run(kDeleteSightings, s.from, s.to, s.before);
}

Result<std::int64_t> forget_decisions(Database& db, const Stretch& s, std::vector<std::uint64_t>*) {
  TRY(db.run(kCountDecisions, s.from, s.to, s.before));
  return db.run(kDeleteDecisions, s.from, s.to, s.before);
}

Result<std::int64_t> forget_notices(Database& db, const Stretch& s,
                                    std::vector<std::uint64_t>* hashes) {
  {
    Rows rows = TRY(db.rows(kNoticesBefore, s.from, s.to, s.before));
    while (TRY(rows.next())) {
      hashes->push_back(Notices::hash_of({rows.text(0), rows.text(1), rows.text(2), rows.text(3)}));
    }
  }
  return db.run(kDeleteNotices, s.from, s.to, s.before);
}

Result<std::string> end_of_stretch(Database& db, const char* sql, const std::string& after) {
  Rows rows = TRY(db.rows(sql, after, kStretch));
  return TRY(rows.next()) ? std::string(rows.text(0)) : std::string(kLastPerson);
}

/// Stretch by stretch, each a change of its own.
Result<std::uint64_t> forget_in_steps(Writer& writer, Notices& notices, const char* stretch_sql,
                                      Forget forget, UtcTime before) {
  std::uint64_t total = 0;
  Stretch stretch{.from = {}, .to = {}, .before = before.micros};
  while (stretch.from != kLastPerson) {
    std::vector<std::uint64_t> hashes;
    total += static_cast<std::uint64_t>(TRY(writer.call([&](Database& db) -> Result<std::int64_t> {
      stretch.to = TRY(end_of_stretch(db, stretch_sql, stretch.from));
      hashes.clear();
      return forget(db, stretch, &hashes);
    })));
    notices.forget(hashes);
    stretch.from = stretch.to;
  }
  return total;
}

/// Devices that nobody has any more, and the log's copies of what was deleted.
Status clean_up(Writer& writer, AggregatorBacklog& backlog) {
  TRY(writer.call([&](Database& db) {
    backlog.forget_numbers();  // on the writer's thread, as everything that uses them
    return db.run(kDeleteDevices);
  }));
  return writer.call([](Database& db) { return db.checkpoint(); }, {.outside = true});
}

}  // namespace

Result<std::uint64_t> Ledger::forget_before(Kind kind, UtcTime time) {
  TRY(flush());
  Writer& writer = *house_->writer;
  Notices& notices = house_->notices;
  std::uint64_t forgotten = 0;
  switch (kind) {
    case Kind::sightings:
      forgotten = TRY(forget_in_steps(writer, notices, kSightingStretch, forget_sightings, time));
      break;
    case Kind::decisions:
      forgotten = TRY(forget_in_steps(writer, notices, kDecisionStretch, forget_decisions, time));
      break;
    case Kind::notices:
      forgotten = TRY(forget_in_steps(writer, notices, kNoticeStretch, forget_notices, time));
      break;
    case Kind::examinations:
      forgotten = static_cast<std::uint64_t>(
          TRY(writer.call([&](Database& db) { return db.run(kDeleteExaminations, time.micros); })));
      break;
  }
  TRY(clean_up(*house_->writer, house_->backlog));
  return forgotten;
}

Result<std::uint64_t> Ledger::forget_person(std::string_view person) {
  TRY(text_fits("person", person, kMaxId, false));
  TRY(flush());
  std::vector<std::uint64_t> hashes;
  const auto touched = TRY(house_->writer->call(
      [&](Database& db) -> Result<std::uint64_t> {
        hashes.clear();
        std::int64_t rows = 0;
        const Stretch only{.from = std::string(person), .to = std::string(person)};
        for (const Forget forget : {forget_sightings, forget_decisions, forget_notices}) {
          rows += TRY(forget(db, only, &hashes));
        }
        rows += TRY(db.run("DELETE FROM owners WHERE person = ?1", person));
        rows += TRY(db.run("UPDATE examinations SET owner = '' WHERE owner = ?1", person));
        rows += TRY(
            db.run("UPDATE examinations SET withdrawn_by = '' WHERE withdrawn_by = ?1", person));
        return static_cast<std::uint64_t>(rows);
      },
      {.changes_marks = true}));
  house_->notices.forget(hashes);
  TRY(clean_up(*house_->writer, house_->backlog));
  return touched;
}

}  // namespace interdict::ledger
