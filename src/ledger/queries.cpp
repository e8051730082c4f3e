// Reading: each query is one snapshot on a connection of its own.

#include <fmt/format.h>

#include "ledger/house.hpp"

namespace interdict::ledger {
namespace {

constexpr char kSightings[] =
    "SELECT s.person, d.vendor, d.family, d.line, d.os, d.os_version, d.build, d.model, s.grade, "
    "s.channel, s.first, s.last, s.count, s.shed FROM sightings AS s "
    "JOIN devices AS d ON d.id = s.device "
    "WHERE s.last >= ?1 ORDER BY s.person, s.device, s.channel";
constexpr char kSightingsOf[] =
    "SELECT s.person, d.vendor, d.family, d.line, d.os, d.os_version, d.build, d.model, s.grade, "
    "s.channel, s.first, s.last, s.count, s.shed FROM sightings AS s "
    "JOIN devices AS d ON d.id = s.device "
    "WHERE s.last >= ?1 AND s.person = ?2 ORDER BY s.person, s.device, s.channel";
constexpr char kDecisions[] =
    "SELECT d.person, r.rule, p.digest, d.action, d.stage, d.channel, d.bucket, d.hours, d.count "
    "FROM decisions AS d JOIN rules AS r ON r.id = d.rule JOIN policies AS p ON p.id = r.policy "
    "WHERE d.bucket >= ?1 AND d.bucket < ?2 ORDER BY d.person, d.bucket, d.hours, d.rule, "
    "d.action, d.stage, d.channel";
constexpr char kDecisionsOf[] =
    "SELECT d.person, r.rule, p.digest, d.action, d.stage, d.channel, d.bucket, d.hours, d.count "
    "FROM decisions AS d JOIN rules AS r ON r.id = d.rule JOIN policies AS p ON p.id = r.policy "
    "WHERE d.bucket >= ?1 AND d.bucket < ?2 AND d.person = ?3 ORDER BY d.person, d.bucket, "
    "d.hours, d.rule, d.action, d.stage, d.channel";
constexpr char kExaminations[] =
    "SELECT e.id, e.serial, e.product_type, e.build, e.verdict, e.examined_at, e.report_digest, "
    "e.owner, CASE WHEN e.owner <> '' THEN e.owner ELSE coalesce(o.person, '') END AS whose, "
    "e.withdrawn_at, e.withdrawn_by, e.withdrawn_why FROM examinations AS e "
    "LEFT JOIN owners AS o ON o.serial = e.serial WHERE (NOT ?1 OR whose = '') "
    "AND (NOT ?2 OR (e.verdict = 'compromised' AND e.withdrawn_at IS NULL)) ORDER BY e.id";
constexpr char kPolicies[] = "SELECT digest, name, first_seen FROM policies ORDER BY id";
constexpr char kSightingCounts[] =
    "SELECT month, vendor, line, channel, why = 'shed', count FROM sighting_counts "
    "ORDER BY month, vendor, line, channel, why";
constexpr char kDecisionCounts[] =
    "SELECT month, policy, rule, action, stage, channel, why = 'shed', count FROM decision_counts "
    "ORDER BY month, policy, rule, action, stage, channel, why";

std::string owned(std::string_view text) { return std::string(text); }
std::uint64_t count_of(const Rows& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

/// A word of a list of ours; '' is its zero.
template <class E>
Result<E> word(std::string_view text, std::optional<E> (*from_name)(std::string_view)) {
  if (text.empty()) return E{};
  if (const auto value = from_name(text)) return *value;
  return Error{Errc::malformed, fmt::format("the database holds an unknown word: '{}'", text)};
}

Result<devices::Channel> channel_of(std::string_view text) {
  if (const auto value = devices::channel_from_name(text)) return *value;
  return Error{Errc::malformed, fmt::format("the database holds an unknown channel: '{}'", text)};
}

Result<devices::Grade> grade_of(std::string_view text) {
  using devices::Grade;
  for (const Grade g : {Grade::none, Grade::weak, Grade::likely, Grade::strong, Grade::certain}) {
    if (name_of(g) == text) return g;
  }
  return Error{Errc::malformed, fmt::format("the database holds an unknown grade: '{}'", text)};
}

Result<devices::Position> position_of(const Rows& row, int at) {
  devices::Position p;
  p.vendor = TRY(word(row.text(at), devices::vendor_from_name));
  p.family = TRY(word(row.text(at + 1), devices::family_from_name));
  p.line = TRY(word(row.text(at + 2), devices::line_from_name));
  p.os = TRY(word(row.text(at + 3), devices::os_from_name));
  p.os_version = devices::parse_version(row.text(at + 4)).value_or(devices::Version{});
  p.build = devices::parse_build(row.text(at + 5)).value_or(devices::Build{});
  p.model = row.text(at + 6);
  return p;
}

Result<SightingRow> sighting_of(const Rows& row) {
  return SightingRow{.person = owned(row.text(0)),
                     .position = TRY(position_of(row, 1)),
                     .grade = TRY(grade_of(row.text(8))),
                     .channel = TRY(channel_of(row.text(9))),
                     .first = {row.integer(10)},
                     .last = {row.integer(11)},
                     .count = count_of(row, 12),
                     .shed = count_of(row, 13)};
}

Result<DecisionRow> decision_of(const Rows& row) {
  return DecisionRow{.person = owned(row.text(0)),
                     .rule = owned(row.text(1)),
                     .policy = owned(row.text(2)),
                     .action = owned(row.text(3)),
                     .stage = owned(row.text(4)),
                     .channel = TRY(channel_of(row.text(5))),
                     .bucket = {row.integer(6)},
                     .hours = static_cast<int>(row.integer(7)),
                     .count = count_of(row, 8)};
}

Result<ExaminationRow> examination_of(const Rows& row) {
  const auto verdict = examination_verdict_from_name(row.text(4));
  if (!verdict) return Error{Errc::malformed, "the database holds an unknown verdict"};
  ExaminationRow out{.id = row.integer(0),
                     .examination = {.serial = owned(row.text(1)),
                                     .product_type = owned(row.text(2)),
                                     .build = owned(row.text(3)),
                                     .verdict = *verdict,
                                     .examined_at = {row.integer(5)},
                                     .report_digest = owned(row.text(6)),
                                     .owner = owned(row.text(7))},
                     .person = owned(row.text(8)),
                     .withdrawn = {}};
  if (!row.null(9)) {
    out.withdrawn = Withdrawal{owned(row.text(10)), owned(row.text(11)), {row.integer(9)}};
  }
  return out;
}

Result<PolicyRow> policy_of(const Rows& row) {
  return PolicyRow{owned(row.text(0)), owned(row.text(1)), {row.integer(2)}};
}

Result<SightingCount> sighting_count_of(const Rows& row) {
  return SightingCount{.month = owned(row.text(0)),
                       .vendor = TRY(word(row.text(1), devices::vendor_from_name)),
                       .line = TRY(word(row.text(2), devices::line_from_name)),
                       .channel = TRY(channel_of(row.text(3))),
                       .shed = row.integer(4) != 0,
                       .count = count_of(row, 5)};
}

Result<DecisionCount> decision_count_of(const Rows& row) {
  return DecisionCount{.month = owned(row.text(0)),
                       .policy = owned(row.text(1)),
                       .rule = owned(row.text(2)),
                       .action = owned(row.text(3)),
                       .stage = owned(row.text(4)),
                       .channel = TRY(channel_of(row.text(5))),
                       .shed = row.integer(6) != 0,
                       .count = count_of(row, 7)};
}

template <class Row>
Result<std::uint64_t> visit_rows(Rows rows, Result<Row> (*read)(const Rows&),
                                 const Visit<Row>& visit) {
  std::uint64_t visited = 0;
  while (TRY(rows.next())) {
    const Row row = TRY(read(rows));
    ++visited;
    if (!visit(row)) break;
  }
  return visited;
}

}  // namespace

Result<std::uint64_t> Ledger::each_sighting(const SightingFilter& filter,
                                            const Visit<SightingRow>& visit) const {
  const std::int64_t since = filter.seen_since ? filter.seen_since->micros : 0;
  return house_->readers.read([&](Database& db) -> Result<std::uint64_t> {
    Rows rows = filter.person ? TRY(db.rows(kSightingsOf, since, *filter.person))
                              : TRY(db.rows(kSightings, since));
    return visit_rows(std::move(rows), sighting_of, visit);
  });
}

Result<std::uint64_t> Ledger::each_decision(const DecisionFilter& filter,
                                            const Visit<DecisionRow>& visit) const {
  const std::int64_t from = filter.from ? filter.from->micros : 0;
  const std::int64_t before =
      filter.before ? filter.before->micros : std::numeric_limits<std::int64_t>::max();
  return house_->readers.read([&](Database& db) -> Result<std::uint64_t> {
    Rows rows = filter.person ? TRY(db.rows(kDecisionsOf, from, before, *filter.person))
                              : TRY(db.rows(kDecisions, from, before));
    return visit_rows(std::move(rows), decision_of, visit);
  });
}

Result<std::uint64_t> Ledger::each_examination(const ExaminationFilter& filter,
                                               const Visit<ExaminationRow>& visit) const {
  return house_->readers.read([&](Database& db) -> Result<std::uint64_t> {
    return visit_rows(TRY(db.rows(kExaminations, std::int64_t{filter.only_without_person},
                                  std::int64_t{filter.only_compromised})),
                      examination_of, visit);
  });
}

Result<std::uint64_t> Ledger::each_policy(const Visit<PolicyRow>& visit) const {
  return house_->readers.read([&](Database& db) -> Result<std::uint64_t> {
    return visit_rows(TRY(db.rows(kPolicies)), policy_of, visit);
  });
}

Result<std::uint64_t> Ledger::each_count(const Visit<SightingCount>& visit) const {
  return house_->readers.read([&](Database& db) -> Result<std::uint64_t> {
    return visit_rows(TRY(db.rows(kSightingCounts)), sighting_count_of, visit);
  });
}

Result<std::uint64_t> Ledger::each_count(const Visit<DecisionCount>& visit) const {
  return house_->readers.read([&](Database& db) -> Result<std::uint64_t> {
    return visit_rows(TRY(db.rows(kDecisionCounts)), decision_count_of, visit);
  });
}

Result<std::vector<std::string>> Ledger::check() const {
  return house_->readers.read([](Database& db) -> Result<std::vector<std::string>> {
    std::vector<std::string> wrong;
    {
      Rows rows = TRY(db.rows("PRAGMA integrity_check(100)"));
      while (TRY(rows.next())) wrong.emplace_back(rows.text(0));
      if (wrong.size() == 1 && wrong.front() == "ok") wrong.clear();
    }
    Rows rows = TRY(db.rows("PRAGMA foreign_key_check"));
    while (wrong.size() < 100 && TRY(rows.next())) {
      wrong.push_back(
          fmt::format("a row of {} names a row of {} that is gone", rows.text(0), rows.text(2)));
    }
    return wrong;
  });
}

}  // namespace interdict::ledger
