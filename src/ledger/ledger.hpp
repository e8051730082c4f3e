// The ledger: the one writer to the organisation's database. Callers see operations and rows; what
// stands behind them (SQLite today) shows nowhere in this header.
//
// On the path of a decision, from any thread, never waiting for the disk:
//   record(), first_time(), compromised(). What cannot be stored is kept in bounded memory, then
//   counted; metrics() tells. The gate goes on whatever the disk does.
// Changes that somebody answers for, from any thread but a callback of the ledger:
//   add(), set_owner(), withdraw(), forget_…(), policy_seen(), flush(). They return after the
//   commit: a good answer is on the disk. An error means that nothing of that change was stored.
// Reading, from any thread, on connections of its own: each_…() sees a snapshot and never waits for
//   the writer.
//
// Durability  What was recorded is stored every `flush_interval` and at close(); a crash loses that
//             window at most. What was added by a change is never lost after its answer.
// Errors      io: disk full, read-only, locked by another program, another ledger has it open;
//             malformed: not a ledger, damaged, or a text that is empty or damaged; unsupported:
//             the database is of a newer program; limit: too long, or too much waits; not_found: no
//             such examination; interrupted: the ledger is closing.
// Ownership   open() gives the only handle; a second open() of the same file, in this process or
//             another, is refused. close() and the destructor need all other calls to have
//             returned.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/rows.hpp"

namespace interdict::ledger {

struct Settings {
  std::chrono::milliseconds flush_interval{5000};
  /// Decisions are added up by the hour (1) or by the day (24).
  int bucket_hours = 24;
  /// Bounds of what is added up between two flushes; twice that memory is taken at open().
  std::size_t window_keys = std::size_t{1} << 17;
  std::size_t window_bytes = std::size_t{1} << 23;
  /// Group commit: so many changes, or so long, share one transaction.
  std::size_t batch_changes = 256;
  std::chrono::milliseconds batch_time{10};
  std::size_t most_waiting_changes = 4096;
  /// How long another program's lock is waited for.
  std::chrono::milliseconds busy_timeout{2000};
  std::size_t most_notices = 8'000'000;  // remembered, about 16 to 32 bytes each
  std::size_t most_unsaved_notices = 100'000;
};

struct Metrics {
  std::uint64_t sightings = 0, decisions = 0;  // recorded since open()
  std::uint64_t refused = 0;                   // of record(): nobody, or beyond the bounds
  std::uint64_t shed_detail = 0;               // sightings stored without model, version and build
  std::uint64_t shed_whole = 0;                // recorded, kept as a count by action or channel
  std::uint64_t rows_stored = 0;               // of added-up sightings and decisions
  std::uint64_t notices_given = 0, notices_refused = 0, notices_waiting = 0, notices_not_stored = 0;
  std::uint64_t changes = 0;          // answered
  std::uint64_t commits = 0;          // transactions
  std::uint64_t failed_commits = 0;   // of them; what was added up is tried again
  std::size_t aggregator_memory = 0;  // bytes, fixed
  std::string last_error;             // empty: the last transaction went well
};

enum class Kind : std::uint8_t { sightings, decisions, examinations, notices };

struct SightingFilter {
  std::optional<std::string> person = {};
  std::optional<UtcTime> seen_since = {};  // last >= this
};
struct DecisionFilter {
  std::optional<std::string> person = {};
  std::optional<UtcTime> from = {}, before = {};  // of the bucket's start, half open
};
struct ExaminationFilter {
  bool only_without_person = false;
  bool only_compromised = false;  // whose mark was not withdrawn
};
/// False: enough.
template <class Row>
using Visit = std::function<bool(const Row&)>;

class Ledger {
 public:
  /// Opens the database, creating it (mode 0600, its folder must exist) or bringing its schema up
  /// to date, and loads what must be answered from memory.
  static Result<std::unique_ptr<Ledger>> open(const std::filesystem::path& path,
                                              const Settings& settings = {});
  Ledger(const Ledger&) = delete;
  Ledger& operator=(const Ledger&) = delete;
  ~Ledger();  // close(), its status unseen

  // On the path of a decision.

  void record(const Sighting& s) noexcept;
  void record(const DecisionTaken& d) noexcept;
  /// True exactly once for a person, device, rule and stage: now the mail may go out. At once; it
  /// is stored within moments. False also when the text is beyond the bounds or memory is full,
  /// which metrics() counts: a silence that somebody sees is better than a flood.
  bool first_time(std::string_view person, std::string_view device_key, std::string_view rule,
                  std::string_view stage, UtcTime at);
  /// Whether a device of `person` at `position` may be one of their compromised phones; see
  /// Marks::ask. Follows add(), set_owner(), withdraw() the moment they are committed.
  [[nodiscard]] devices::Fit compromised(std::string_view person,
                                         const devices::Position& position) const;

  // Changes.

  /// A ban was loaded. The first name stays; first_seen becomes the earliest.
  Status policy_seen(std::string_view digest, std::string_view name, UtcTime at);
  /// Stores an examination. Without an owner, named or by set_owner(), it is listed and nothing
  /// follows from it.
  Result<ExaminationId> add(const Examination& examination);
  /// The same without waiting: `done` runs on the ledger's thread and must not call the ledger.
  /// An error here means that `done` will not be called.
  Status add(const Examination& examination, std::function<void(Result<ExaminationId>)> done);
  /// The inventory says whose phone that is; an empty person: nobody's any more. An owner named at
  /// an examination stands above it.
  Status set_owner(std::string_view serial, std::string_view person);
  /// The whole inventory at once: every other owner is dropped. All of it or nothing.
  Status replace_owners(std::span<const Owner> owners);
  /// Names the owner of one examination afterwards; an empty person: ask the inventory again.
  Status assign(ExaminationId examination, std::string_view person);
  /// Takes back the mark of one examination. not_found: there is no such standing mark.
  Status withdraw(ExaminationId examination, const Withdrawal& withdrawal);
  /// Takes back every mark of a phone; how many there were.
  Result<std::uint64_t> withdraw_phone(std::string_view serial, const Withdrawal& withdrawal);
  /// Stores now what was recorded. The error of the first thing that could not be stored.
  Status flush();
  /// Retention: rows that ended before `time` are deleted, what remains are counts by month. Marks
  /// that stand are kept. A notice forgotten may be given again. How many rows went.
  Result<std::uint64_t> forget_before(Kind kind, UtcTime time);
  /// Everything about a person, theirs in the inventory included; what remains are counts by month,
  /// examinations of a phone of nobody's, and withdrawals by nobody. How many rows were touched.
  Result<std::uint64_t> forget_person(std::string_view person);
  /// Finishes what waits, stores what was recorded, closes. The error of what could not be stored,
  /// which is lost then. Nothing may be called afterwards but metrics().
  Status close();

  // Reading: the number of rows visited, in the order of person and time or id.

  Result<std::uint64_t> each_sighting(const SightingFilter& filter,
                                      const Visit<SightingRow>& visit) const;
  Result<std::uint64_t> each_decision(const DecisionFilter& filter,
                                      const Visit<DecisionRow>& visit) const;
  Result<std::uint64_t> each_examination(const ExaminationFilter& filter,
                                         const Visit<ExaminationRow>& visit) const;
  Result<std::uint64_t> each_policy(const Visit<PolicyRow>& visit) const;
  Result<std::uint64_t> each_count(const Visit<SightingCount>& visit) const;
  Result<std::uint64_t> each_count(const Visit<DecisionCount>& visit) const;
  /// Whose phones of which model are compromised now; from memory.
  [[nodiscard]] std::vector<Mark> marks() const;
  /// Reads every page and index: what is wrong with the file, at most 100 sentences; empty:
  /// nothing.
  Result<std::vector<std::string>> check() const;
  [[nodiscard]] Metrics metrics() const;

 private:
  struct House;  // house.hpp
  explicit Ledger(std::unique_ptr<House> house);
  std::unique_ptr<House> house_;
};

}  // namespace interdict::ledger
