// Stores what the aggregator and the notices gathered, a chunk a transaction. Inside this room
// only.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ledger/aggregator.hpp"
#include "ledger/writer.hpp"

namespace interdict::ledger {

/// Text for the database: UTF-8, and "" where a level is not known.
template <class Level>
std::string_view stored_name(Level level) {
  return level == Level{} ? std::string_view() : name_of(level);
}

/// Numbers of devices, policies and rules, so that a row costs one look-up in memory. They are of
/// this transaction's making: forget() whenever one fails.
class Numbers {
 public:
  Result<std::int64_t> device(Database& db, const devices::Position& p);
  Result<std::int64_t> policy(Database& db, std::string_view digest, UtcTime seen);
  Result<std::int64_t> rule(Database& db, std::string_view policy, std::string_view rule,
                            UtcTime seen);
  void forget();

 private:
  void bound();
  std::unordered_map<std::string, std::int64_t> known_;
};

/// Rows of sightings a person may have before a new one is stored without model, version and build:
/// a client invents models for nothing, and what is left of a position are short lists of names.
inline constexpr std::int64_t kMaxDetailedRows = 64;

class AggregatorBacklog final : public Backlog {
 public:
  using Clock = std::chrono::steady_clock;
  /// Rows of one transaction: its time bounds how long a job waits behind it.
  static constexpr std::size_t kChunk = 10'000;

  AggregatorBacklog(Aggregator& aggregator, std::chrono::milliseconds interval)
      : aggregator_(aggregator), interval_(interval), next_(Clock::now() + interval) {}

  bool has_rows() override { return aggregator_.has_full(); }
  bool gather(bool now) override;
  Status write(Database& db) override;
  void committed() override;
  void failed() override;
  /// From any thread: the window is nearly full, do not wait for the interval.
  void hurry() { hurried_.store(true, std::memory_order_relaxed); }
  /// Numbers may have been deleted.
  void forget_numbers() { numbers_.forget(); }
  [[nodiscard]] std::uint64_t rows_stored() const {
    return rows_stored_.load(std::memory_order_relaxed);
  }

 private:
  void sort();
  Status store(Database& db, const Aggregator::SightingKey& key, const Window::Entry& entry);
  Status store(Database& db, const Aggregator::DecisionKey& key, const Window::Entry& entry);
  Status store_shed(Database& db);

  Aggregator& aggregator_;
  std::chrono::milliseconds interval_;
  Clock::time_point next_;
  std::atomic<bool> hurried_{false};
  Numbers numbers_;
  /// Entries of the full window by table and person, the order of the rows on the disk: a table
  /// that outgrew the cache is walked once, not jumped about in.
  std::vector<std::uint32_t> order_;
  std::size_t done_ = 0;     // of them committed
  std::size_t written_ = 0;  // and those of the running transaction
  std::atomic<std::uint64_t> rows_stored_{0};
};

}  // namespace interdict::ledger
