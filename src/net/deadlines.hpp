// Ten thousand deadlines for the price of a store each: a wheel of lists.
//
// Almost every deadline is moved before it comes. Moving one later only writes its time; it is
// looked at again when its old place comes by. Nothing is allocated.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace interdict::net {

/// Times are milliseconds of one steady clock of the caller. Deadlines come up to kTick late, never
/// early.
class Deadlines {
 public:
  static constexpr std::int64_t kTick = 32;
  static constexpr std::size_t kSlots = 256;

  /// Stands in what has the deadline; must be cleared before it dies.
  struct Hook {
    Hook* before = nullptr;
    Hook* after = nullptr;
    std::int64_t due = 0;
    std::int64_t tick = 0;    // when it is looked at
    std::uint64_t owner = 0;  // for the caller
    [[nodiscard]] bool set() const { return after != nullptr; }
  };

  explicit Deadlines(std::int64_t now);
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  void set(Hook& hook, std::int64_t due);
  static void clear(Hook& hook);

  /// Takes out one hook that is due; nullptr: none is. Call until then, and with a `now` that does
  /// not go back. Between two calls any hook may be set or cleared.
  Hook* take_due(std::int64_t now);
  /// When `hook`, which is set, is looked at.
  static std::int64_t looked_at(const Hook& hook) { return hook.tick * kTick; }
  /// When to call take_due next; none: no deadline is set.
  [[nodiscard]] std::optional<std::int64_t> next() const;

 private:
  Hook& slot(std::int64_t tick) { return slots_[static_cast<std::size_t>(tick) % kSlots]; }
  static void link(Hook& list, Hook& hook);

  std::array<Hook, kSlots> slots_;  // sentinels
  std::int64_t tick_;               // slots of earlier ticks are empty
};

}  // namespace interdict::net
