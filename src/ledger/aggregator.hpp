// Adds up sightings and decisions in bounded memory, on the path of a decision.
//
// Adds up   sightings of one (person, device, channel), decisions of one (person, rule, policy,
//           action, stage, channel, hour or day).
// Memory    two windows of fixed size: one takes what is recorded, the other is being stored or
//           waits for the disk. A million distinct persons change nothing about that.
// Shedding  from three quarters on, a new sighting drops its model, version and build; when a
//           window is full, what has no entry becomes a count by channel (sightings) or by action
//           and channel (decisions). Both are counted, and the stored rows say so.
// Threads   record() from any thread: it takes a mutex that is held only for one other record or
//           for the exchange of two pointers, never for the disk, and it does not allocate.
//           exchange(), full() and stored() belong to one thread, the writer's.

#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "ledger/rows.hpp"
#include "ledger/window.hpp"

namespace interdict::ledger {

class Aggregator {
 public:
  struct Limits {
    std::size_t keys = std::size_t{1} << 17;   // of one window
    std::size_t bytes = std::size_t{1} << 23;  // of their text
    int bucket_hours = 24;                     // of decisions: 1 or 24
  };

  /// What was counted without a key.
  struct ShedDecision {
    std::array<char, kMaxWord> action{};
    std::uint8_t action_size = 0;
    devices::Channel channel{};
    std::uint64_t count = 0;
    [[nodiscard]] std::string_view word() const { return {action.data(), action_size}; }
  };
  struct Shed {
    /// More different actions than that share the last place, under "other".
    static constexpr std::size_t kPlaces = 64;
    std::array<std::uint64_t, devices::kChannels> sightings{};
    std::array<ShedDecision, kPlaces> decisions{};
    std::size_t used = 0;
    bool any = false;
    UtcTime last;  // the latest of them
    [[nodiscard]] bool empty() const { return !any; }
    void note(UtcTime at) {
      last = any && last > at ? last : at;
      any = true;
    }
  };
  struct Half {
    Half(std::size_t keys, std::size_t bytes) : window(keys, bytes) {}
    Window window;
    Shed shed;
    bool pressed = false;  // record() said that it is nearly full
    [[nodiscard]] bool empty() const { return window.empty() && shed.empty(); }
  };

  /// Since the start. Nothing recorded is missing: recorded = stored + waiting + shed_whole.
  struct Counts {
    std::uint64_t sightings = 0, decisions = 0;  // recorded
    std::uint64_t refused = 0;  // nobody, text beyond the bounds of rows.hpp, before 1970
    std::uint64_t shed_detail = 0, shed_whole = 0;
  };

  explicit Aggregator(const Limits& limits);

  /// True once a window: it is nearly full, storing it early would save detail.
  bool record(const Sighting& s) noexcept;
  bool record(const DecisionTaken& d) noexcept;
  [[nodiscard]] Counts counts() const;
  /// Of both windows, in bytes.
  [[nodiscard]] std::size_t memory() const;

  /// Hands over what was recorded since the last time; full() has it then. False: nothing was, or
  /// the last one is not stored yet.
  bool exchange();
  [[nodiscard]] bool has_full() const { return has_full_; }
  [[nodiscard]] const Half& full() const { return *full_; }
  /// It is stored: the window is free again.
  void stored();

  /// The key of an entry, taken apart; views into the window.
  struct SightingKey {
    std::string_view person;
    devices::Position position;
    devices::Channel channel{};
  };
  struct DecisionKey {
    std::string_view person, rule, policy, action, stage;
    devices::Channel channel{};
    UtcTime bucket;
  };
  static bool is_sighting(std::string_view key);
  static std::string_view person_of(std::string_view key);
  static SightingKey sighting_of(std::string_view key);
  static DecisionKey decision_of(std::string_view key);
  [[nodiscard]] int bucket_hours() const { return bucket_hours_; }

 private:
  Window::Entry* entry_of(std::string_view key);  // found or added; null: full
  bool press();
  void shed_whole(const DecisionTaken& d);
  [[nodiscard]] std::uint64_t hash_of(std::string_view key) const;

  int bucket_hours_;
  std::uint64_t seed_;  // a client's model is part of a key: nobody outside may steer the hash
  mutable std::mutex mutex_;
  Half a_, b_;
  Half* active_;  // under mutex_
  Half* full_;    // the writer's
  bool has_full_ = false;
  std::atomic<std::uint64_t> sightings_{0}, decisions_{0}, refused_{0}, shed_detail_{0},
      shed_whole_{0};
};

}  // namespace interdict::ledger
