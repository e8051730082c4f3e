// The sessions that are open at one point of a log, found by their id: bounded, oldest first out.
//
// A session leaves in two steps: close() puts it behind the last 256 closed ones and it is handed
// out when its turn comes, so that a line written a little late still finds it. Objects are used
// again; in the steady state nothing is allocated.

#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <string_view>

#include <tsl/robin_map.h>

#include "logs/session.hpp"

namespace interdict::logs {

class OpenSessions {
 public:
  static constexpr std::size_t kKeyLimit = 48;
  static constexpr std::size_t kLinger = 256;
  enum class Why : std::uint8_t { closed, evicted, reused, end };
  /// Receives each session when it leaves; `id` and the session are gone afterwards.
  using Leave = std::function<void(std::string_view id, const Session& session, Why why)>;

  OpenSessions(std::size_t bound, Leave leave) : bound_(bound), leave_(std::move(leave)) {
    index_.reserve(1024);
  }

  [[nodiscard]] std::size_t size() const { return index_.size(); }

  /// The session of that id, open or lingering, or null.
  Session* find(std::string_view id) {
    const auto found = index_.find(id);
    return found == index_.end() ? nullptr : &slots_[found->second].session;
  }
  /// The same, opened when it is not there. Null: the id is empty or too long to be one.
  Session* open(std::string_view id);
  /// A new session of that id: one that had it before leaves as `reused`.
  Session* reopen(std::string_view id);
  void close(std::string_view id);
  /// Without being handed out: nobody's session.
  void drop(std::string_view id);
  /// All leave, oldest first.
  void finish();

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Slot {
    Session session;
    std::array<char, kKeyLimit> key{};
    std::uint8_t key_length = 0;
    bool closing = false;
    std::uint16_t linger_at = 0;                 // its place in the ring, while closing
    std::uint32_t older = kNone, newer = kNone;  // in the order of opening
    [[nodiscard]] std::string_view id() const { return {key.data(), key_length}; }
  };
  struct Hash {
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
  };

  void leave(std::uint32_t slot, Why why);
  void release(std::uint32_t slot);

  std::size_t bound_;
  Leave leave_;
  std::deque<Slot> slots_;  // a deque: keys in the index point into it
  std::uint32_t free_ = kNone, oldest_ = kNone, newest_ = kNone;
  tsl::robin_map<std::string_view, std::uint32_t, Hash> index_;
  std::array<std::uint32_t, kLinger> lingering_{};  // a ring of slots; kNone: left by other ways
  std::size_t linger_next_ = 0, linger_count_ = 0;
};

}  // namespace interdict::logs
