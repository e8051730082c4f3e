#include "ledger/ledger.hpp"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include <fcntl.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "embedded_ledger.hpp"
#include "ledger/house.hpp"
#include "ledger/migrate.hpp"

namespace interdict::ledger {
namespace {

UtcTime wall_clock() { return {std::int64_t{std::time(nullptr)} * 1'000'000}; }

/// What we answer from memory is only right while nobody else writes. The lock lies beside the
/// database: SQLite's own locks are taken and given back by every transaction.
Result<Fd> lock_beside(std::filesystem::path path) {
  path += ".lock";
  Fd lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return os_error(path, errno);
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return os_error(path, errno);
    return Error{Errc::io, "another program has this ledger open"}.within(path.string());
  }
  return lock;
}

Writer::Settings writer_settings(const Settings& s) {
  Writer::Settings out;
  out.batch_jobs = s.batch_changes;
  out.batch_time = s.batch_time;
  out.queue = s.most_waiting_changes;
  out.tick =
      std::clamp(s.flush_interval, std::chrono::milliseconds(10), std::chrono::milliseconds(1000));
  return out;
}

int milliseconds(std::chrono::milliseconds time) { return static_cast<int>(time.count()); }

}  // namespace

Status text_fits(std::string_view what, std::string_view text, std::size_t most,
                 bool may_be_empty) {
  if (text.empty() && !may_be_empty) return Error{Errc::malformed, fmt::format("no {}", what)};
  if (text.size() > most) {
    return Error{Errc::limit, fmt::format("{} is longer than {} bytes", what, most)};
  }
  if (!valid_utf8(text)) return Error{Errc::malformed, fmt::format("{} is not UTF-8", what)};
  return ok();
}

Result<Database> Readers::borrow() {
  {
    const std::lock_guard lock(mutex_);
    if (!free_.empty()) {
      Database db = std::move(free_.back());
      free_.pop_back();
      return db;
    }
  }
  return Database::open_reader(path_, busy_timeout_ms_);
}

void Readers::give_back(Database db) {
  const std::lock_guard lock(mutex_);
  if (free_.size() < kKept) free_.push_back(std::move(db));
}

Ledger::House::House(const std::filesystem::path& path, const Settings& s, Fd lock_held)
    : lock(std::move(lock_held)),
      aggregator({.keys = s.window_keys, .bytes = s.window_bytes, .bucket_hours = s.bucket_hours}),
      backlog(aggregator, s.flush_interval),
      notices({.most = s.most_notices, .unsaved = s.most_unsaved_notices}),
      readers(path, milliseconds(s.busy_timeout)) {}

Ledger::Ledger(std::unique_ptr<House> house) : house_(std::move(house)) {}
Ledger::~Ledger() { (void)close(); }

Result<std::unique_ptr<Ledger>> Ledger::open(const std::filesystem::path& path,
                                             const Settings& settings) {
  Fd lock = TRY(lock_beside(path));
  Database db = TRY(Database::open_writer(path, milliseconds(settings.busy_timeout)));
  TRY_WITHIN(path.string(), migrate(db, embedded(), wall_clock()));
  auto house = std::make_unique<House>(path, settings, std::move(lock));
  TRY_WITHIN(path.string(), house->marks.load(db));
  TRY_WITHIN(path.string(), house->notices.load(db));
  House& h = *house;
  h.writer.emplace(std::move(db), writer_settings(settings),
                   std::vector<Backlog*>{&h.notices, &h.backlog}, &h.marks);
  return std::unique_ptr<Ledger>(new Ledger(std::move(house)));  // NOLINT: private constructor
}

void Ledger::record(const Sighting& s) noexcept {
  if (!house_->aggregator.record(s)) return;
  house_->backlog.hurry();
  house_->writer->wake();
}

void Ledger::record(const DecisionTaken& d) noexcept {
  if (!house_->aggregator.record(d)) return;
  house_->backlog.hurry();
  house_->writer->wake();
}

bool Ledger::first_time(std::string_view person, std::string_view device_key, std::string_view rule,
                        std::string_view stage, UtcTime at) {
  if (!house_->notices.first_time({person, device_key, rule, stage}, at)) return false;
  house_->writer->wake();
  return true;
}

devices::Fit Ledger::compromised(std::string_view person, const devices::Position& position) const {
  return house_->marks.ask(person, position);
}

std::vector<Mark> Ledger::marks() const { return house_->marks.all(); }

Status Ledger::policy_seen(std::string_view digest, std::string_view name, UtcTime at) {
  TRY(text_fits("digest", digest, kMaxDigest, false));
  TRY(text_fits("name", name, kMaxId, true));
  return house_->writer->call([&](Database& db) -> Status {
    TRY(
        db.run("INSERT INTO policies (digest, name, first_seen) VALUES (?1, ?2, ?3) "
               "ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), "
               "name = CASE WHEN name = '' THEN excluded.name ELSE name END",
               digest, name, at.micros));
    return ok();
  });
}

Status Ledger::flush() { return house_->writer->drain(); }

Status Ledger::close() {
  if (!house_->writer) return ok();
  return house_->writer->stop();
}

Metrics Ledger::metrics() const {
  const Aggregator::Counts recorded = house_->aggregator.counts();
  const Notices::Counts notices = house_->notices.counts();
  const Writer::Counts written = house_->writer->counts();
  return {.sightings = recorded.sightings,
          .decisions = recorded.decisions,
          .refused = recorded.refused,
          .shed_detail = recorded.shed_detail,
          .shed_whole = recorded.shed_whole,
          .rows_stored = house_->backlog.rows_stored(),
          .notices_given = notices.given,
          .notices_refused = notices.refused,
          .notices_waiting = notices.unsaved,
          .notices_not_stored = notices.not_stored,
          .changes = written.jobs,
          .commits = written.commits,
          .failed_commits = written.failures,
          .aggregator_memory = house_->aggregator.memory(),
          .last_error = written.last_error};
}

}  // namespace interdict::ledger
