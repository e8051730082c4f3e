// Who was told already: decided in memory at once, stored soon after, remembered across a restart.
//
// Memory   eight bytes a notice and some free room: a hash of (person, device key, rule, stage).
//          Two of a million notices share a hash with a chance of one in 37 million; then one
//          person is not told. Beyond `most` nobody new is told, which is counted: rather a silence
//          that the operator sees than a flood of mail.
// Loss     a notice given in the last moments before a crash may be given once more.
// Threads  first_time() from any thread. It may wait for another first_time(), never for the disk.
//          load(), forget() from any; the Backlog part is the writer's.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_set.h>

#include "base/time.hpp"
#include "ledger/writer.hpp"

namespace interdict::ledger {

struct NoticeKey {
  std::string_view person, device_key, rule, stage;
};

class Notices final : public Backlog {
 public:
  struct Limits {
    std::size_t most = 8'000'000;   // remembered
    std::size_t unsaved = 100'000;  // waiting for the disk
  };
  struct Counts {
    std::uint64_t given = 0, refused = 0;  // refused: no room, or text beyond its bounds
    std::uint64_t unsaved = 0;             // waiting for the disk
    std::uint64_t not_stored = 0;          // given, but there was no room to keep them for the disk
  };

  explicit Notices(const Limits& limits) : limits_(limits) {}

  /// Remembers what the database holds.
  Status load(Database& db);
  bool first_time(const NoticeKey& key, UtcTime at);
  /// Forgets these hashes: their rows were deleted.
  void forget(const std::vector<std::uint64_t>& hashes);
  [[nodiscard]] Counts counts() const;
  [[nodiscard]] std::size_t remembered() const { return size_.load(std::memory_order_relaxed); }
  static std::uint64_t hash_of(const NoticeKey& key);

  bool has_rows() override { return !writing_.empty(); }
  bool gather(bool now) override;
  Status write(Database& db) override;
  void committed() override;
  void failed() override {}

 private:
  struct Unsaved {
    std::string person, device_key, rule, stage;
    UtcTime at;
  };
  /// Small sets grow in small steps: none of them makes a decision wait long.
  struct alignas(64) Shard {
    mutable std::mutex mutex;
    tsl::robin_set<std::uint64_t> hashes;
  };
  static constexpr std::size_t kShards = 256;
  Shard& shard_of(std::uint64_t hash) { return shards_[hash >> 56]; }

  Limits limits_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_{0};
  mutable std::mutex unsaved_mutex_;
  std::vector<Unsaved> unsaved_;  // under unsaved_mutex_
  std::vector<Unsaved> writing_;  // the writer's
  std::atomic<std::size_t> being_written_{0};
  Counts counts_;  // under unsaved_mutex_
};

}  // namespace interdict::ledger
