// Whose phones count as compromised now, in memory: what the gate asks for every message.
//
// A mark stands for an examined phone found compromised, whose owner is known (named at the
// examination, or by the inventory), until somebody withdraws it. A later examination that finds
// nothing does not lift it: silence is never innocence. The model is read from the rows inside the
// very transaction that changes them, so that it is the same after a restart.
//
// Threads  ask() and all() from any thread: a shared lock, held by a writer only for the exchange
//          of a pointer. With no marks at all ask() takes no lock. The Follower part is the
//          writer's.

#pragma once

#include <atomic>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/lattice.hpp"
#include "ledger/rows.hpp"
#include "ledger/writer.hpp"

namespace interdict::ledger {

class Marks final : public Follower {
 public:
  /// Whether a device of `person` at `position` may be a compromised phone of theirs. yes: the same
  /// model; unknown: the position is not deep enough to tell; no: they have none, or another model.
  [[nodiscard]] devices::Fit ask(std::string_view person, const devices::Position& position) const;
  /// Every mark, by person.
  [[nodiscard]] std::vector<Mark> all() const;

  Status load(Database& db);
  Status before_commit(Database& db) override;
  void after_commit() override;

 private:
  struct Marked {
    Mark mark;
    devices::DeviceClass model;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Map = std::unordered_map<std::string, std::vector<Marked>, Hash, std::equal_to<>>;
  static Result<std::unique_ptr<Map>> read(Database& db);

  mutable std::shared_mutex mutex_;
  std::unique_ptr<Map> map_ = std::make_unique<Map>();  // under mutex_
  std::atomic<bool> any_{false};
  std::unique_ptr<Map> next_;  // the writer's, between before_commit and after_commit
};

}  // namespace interdict::ledger
