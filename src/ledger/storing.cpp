#include "ledger/storing.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::ledger {
namespace {

/// Known numbers are forgotten beyond this, so that invented models do not fill our memory.
constexpr std::size_t kMostNumbers = 65'536;

constexpr char kFindDevice[] =
    "SELECT id FROM devices WHERE vendor = ?1 AND family = ?2 AND line = ?3 AND os = ?4 "
    "AND os_version = ?5 AND build = ?6 AND model = ?7";
constexpr char kAddDevice[] =
    "INSERT INTO devices (vendor, family, line, os, os_version, build, model) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr char kAddUp[] =
    "UPDATE sightings SET grade = CASE WHEN ?5 >= last THEN ?6 ELSE grade END, "
    "first = min(first, ?4), last = max(last, ?5), count = count + ?7, shed = shed + ?8 "
    "WHERE person = ?1 AND device = ?2 AND channel = ?3";
constexpr char kAddSighting[] =
    "INSERT INTO sightings (person, device, channel, first, last, grade, count, shed) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
constexpr char kCountRows[] =
    "SELECT count(*) FROM (SELECT 1 FROM sightings WHERE person = ?1 LIMIT ?2)";
constexpr char kAddDecision[] =
    "INSERT INTO decisions (person, bucket, hours, rule, action, stage, channel, count) "
    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET count = count + "
    "excluded.count";
constexpr char kAddShedSightings[] =
    "INSERT INTO sighting_counts (month, vendor, line, channel, why, count) "
    "VALUES (strftime('%Y-%m', ?1 / 1000000, 'unixepoch'), '', '', ?2, 'shed', ?3) "
    "ON CONFLICT DO UPDATE SET count = count + excluded.count";
constexpr char kAddShedDecisions[] =
    "INSERT INTO decision_counts (month, policy, rule, action, stage, channel, why, count) "
    "VALUES (strftime('%Y-%m', ?1 / 1000000, 'unixepoch'), '', '', ?2, '', ?3, 'shed', ?4) "
    "ON CONFLICT DO UPDATE SET count = count + excluded.count";

std::int64_t number(std::uint64_t count) { return static_cast<std::int64_t>(count); }

}  // namespace

void Numbers::forget() { known_.clear(); }
void Numbers::bound() {
  if (known_.size() >= kMostNumbers) known_.clear();
}

Result<std::int64_t> Numbers::device(Database& db, const devices::Position& p) {
  const std::string version = p.os_version.known() ? to_string(p.os_version) : std::string();
  const std::string build = p.build.known() ? to_string(p.build) : std::string();
  const std::string model = repair_utf8(p.model);
  const auto vendor = stored_name(p.vendor), family = stored_name(p.family),
             line = stored_name(p.line), os = stored_name(p.os);
  std::string key =
      fmt::format("d{}\n{}\n{}\n{}\n{}\n{}\n{}", vendor, family, line, os, version, build, model);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  std::int64_t id = 0;
  {
    Rows found = TRY(db.rows(kFindDevice, vendor, family, line, os, version, build, model));
    if (TRY(found.next())) id = found.integer(0);
  }
  if (id == 0) {
    TRY(db.run(kAddDevice, vendor, family, line, os, version, build, model));
    id = db.last_id();
  }
  bound();
  known_.emplace(std::move(key), id);
  return id;
}

Result<std::int64_t> Numbers::policy(Database& db, std::string_view digest, UtcTime seen) {
  std::string key = fmt::format("p{}", digest);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  TRY(
      db.run("INSERT INTO policies (digest, name, first_seen) VALUES (?1, '', ?2) "
             "ON CONFLICT DO NOTHING",
             digest, seen.micros));
  Rows found = TRY(db.rows("SELECT id FROM policies WHERE digest = ?1", digest));
  if (!TRY(found.next())) return Error{Errc::malformed, "a policy that was stored is gone"};
  bound();
  known_.emplace(std::move(key), found.integer(0));
  return found.integer(0);
}

Result<std::int64_t> Numbers::rule(Database& db, std::string_view policy, std::string_view rule,
                                   UtcTime seen) {
  std::string key = fmt::format("r{}\n{}", policy, rule);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  const std::int64_t of = TRY(this->policy(db, policy, seen));
  TRY(db.run("INSERT INTO rules (policy, rule) VALUES (?1, ?2) ON CONFLICT DO NOTHING", of, rule));
  Rows found = TRY(db.rows("SELECT id FROM rules WHERE policy = ?1 AND rule = ?2", of, rule));
  if (!TRY(found.next())) return Error{Errc::malformed, "a rule that was stored is gone"};
  bound();
  known_.emplace(std::move(key), found.integer(0));
  return found.integer(0);
}

bool AggregatorBacklog::gather(bool now) {
  const auto time = Clock::now();
  if (!now && time < next_ && !hurried_.load(std::memory_order_relaxed)) return false;
  hurried_.store(false, std::memory_order_relaxed);
  next_ = time + interval_;
  done_ = 0;
  if (!aggregator_.exchange()) return false;
  sort();
  return true;
}

void AggregatorBacklog::sort() {
  struct Place {
    bool sighting;
    std::string_view person;
    std::uint32_t entry;
    auto operator<=>(const Place&) const = default;
  };
  const Window& window = aggregator_.full().window;
  std::vector<Place> places;
  places.reserve(window.entries().size());
  for (const Window::Entry& entry : window.entries()) {
    const std::string_view key = window.key(entry);
    places.push_back({Aggregator::is_sighting(key), Aggregator::person_of(key),
                      static_cast<std::uint32_t>(places.size())});
  }
  std::sort(places.begin(), places.end());
  order_.clear();
  for (const Place& place : places) order_.push_back(place.entry);
}

Status AggregatorBacklog::write(Database& db) {
  const Aggregator::Half& half = aggregator_.full();
  const auto entries = half.window.entries();
  written_ = done_;
  const std::size_t end = std::min(entries.size(), done_ + kChunk);
  for (; written_ < end; ++written_) {
    const Window::Entry& entry = entries[order_[written_]];
    const std::string_view key = half.window.key(entry);
    if (Aggregator::is_sighting(key)) {
      TRY(store(db, Aggregator::sighting_of(key), entry));
    } else {
      TRY(store(db, Aggregator::decision_of(key), entry));
    }
  }
  // With the last chunk, so that it is stored once.
  if (written_ == entries.size()) TRY(store_shed(db));
  return ok();
}

void AggregatorBacklog::committed() {
  rows_stored_.fetch_add(written_ - done_, std::memory_order_relaxed);
  done_ = written_;
  if (done_ < aggregator_.full().window.entries().size()) return;
  done_ = 0;
  aggregator_.stored();
}

void AggregatorBacklog::failed() { numbers_.forget(); }

Status AggregatorBacklog::store(Database& db, const Aggregator::SightingKey& key,
                                const Window::Entry& entry) {
  const std::string person = repair_utf8(key.person);
  const auto channel = name_of(key.channel);
  const auto grade = name_of(static_cast<devices::Grade>(entry.grade));
  std::int64_t device = TRY(numbers_.device(db, key.position));
  std::int64_t shed = number(entry.shed);
  const auto add_up = [&]() -> Result<bool> {
    return TRY(db.run(kAddUp, person, device, channel, entry.first.micros, entry.last.micros, grade,
                      number(entry.count), shed)) != 0;
  };
  if (TRY(add_up())) return ok();
  Rows counted = TRY(db.rows(kCountRows, person, kMaxDetailedRows));
  if (TRY(counted.next()) && counted.integer(0) >= kMaxDetailedRows) {
    devices::Position coarse = key.position;
    coarse.model.clear();
    coarse.os_version = {};
    coarse.build = {};
    device = TRY(numbers_.device(db, coarse));
    shed = number(entry.count);
    if (TRY(add_up())) return ok();
  }
  TRY(db.run(kAddSighting, person, device, channel, entry.first.micros, entry.last.micros, grade,
             number(entry.count), shed));
  return ok();
}

Status AggregatorBacklog::store(Database& db, const Aggregator::DecisionKey& key,
                                const Window::Entry& entry) {
  const std::string person = repair_utf8(key.person);
  const std::int64_t rule =
      TRY(numbers_.rule(db, repair_utf8(key.policy), repair_utf8(key.rule), entry.first));
  TRY(db.run(kAddDecision, person, key.bucket.micros, aggregator_.bucket_hours(), rule,
             repair_utf8(key.action), repair_utf8(key.stage), name_of(key.channel),
             number(entry.count)));
  return ok();
}

Status AggregatorBacklog::store_shed(Database& db) {
  const Aggregator::Shed& shed = aggregator_.full().shed;
  for (std::size_t i = 0; i < shed.sightings.size(); ++i) {
    if (shed.sightings[i] == 0) continue;
    TRY(db.run(kAddShedSightings, shed.last.micros, name_of(static_cast<devices::Channel>(i)),
               number(shed.sightings[i])));
  }
  for (std::size_t i = 0; i < shed.used; ++i) {
    const Aggregator::ShedDecision& d = shed.decisions[i];
    TRY(db.run(kAddShedDecisions, shed.last.micros, repair_utf8(d.word()), name_of(d.channel),
               number(d.count)));
  }
  return ok();
}

}  // namespace interdict::ledger
