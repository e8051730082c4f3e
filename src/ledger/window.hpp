// One window of the aggregator: a bounded table that adds up what is recorded under a key of bytes.
//
// Memory     taken once: `keys` entries, twice as many index cells, and `bytes` for the keys' text.
//            Nothing grows afterwards; when either is used up, add() says so.
// Threads    none of its own; whoever holds the window.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace interdict::ledger {

class Window {
 public:
  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t key_at = 0;
    std::uint16_t key_size = 0;
    std::uint8_t grade = 0;  // as of `last`
    UtcTime first, last;
    std::uint64_t count = 0, shed = 0;
  };

  Window(std::size_t keys, std::size_t bytes);

  /// The entry of that key; null when there is none.
  Entry* find(std::string_view key, std::uint64_t hash);
  /// A new entry for a key that find() did not find; null when there is no room.
  Entry* add(std::string_view key, std::uint64_t hash);

  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  [[nodiscard]] std::string_view key(const Entry& e) const {
    return {text_.get() + e.key_at, e.key_size};
  }
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  /// Three quarters of the keys or of the bytes are used.
  [[nodiscard]] bool nearly_full() const {
    return entries_.size() >= keys_ / 4 * 3 || text_used_ >= bytes_ / 4 * 3;
  }
  [[nodiscard]] std::size_t memory() const;
  void clear();

 private:
  /// A cell of the index: the number of the entry plus one (0: free) and a part of its hash.
  struct Cell {
    std::uint32_t entry = 0;
    std::uint32_t tag = 0;
  };
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  std::size_t keys_, bytes_, mask_;
  std::size_t text_used_ = 0;
  std::vector<Entry> entries_;  // reserved: pages that are never used are never given to us
  std::unique_ptr<char[]> text_;
  std::vector<Cell> index_;
};

}  // namespace interdict::ledger
