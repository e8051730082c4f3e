// Texts kept once and found by one probe: a million people with their addresses in some 100 MB.
//
// A text lies in an arena with its length before it and is named by its offset. A TextMap finds the
// value that was put beside a text. Filled by one thread, then constant and safe to share.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/large.hpp"

namespace interdict::policy {

/// The name of a text; 0 is the empty text.
using TextRef = std::uint32_t;

class Texts {
 public:
  static constexpr std::size_t kMaxText = 4096;
  static constexpr std::size_t kMaxBytes = 0xFFFF0000;

  Texts() : bytes_{'\0', '\0'} {}
  /// Texts longer than kMaxText are cut; when the arena is full, the empty text and full().
  TextRef add(std::string_view text);
  [[nodiscard]] std::string_view at(TextRef ref) const {
    const auto low = static_cast<unsigned char>(bytes_[ref]);
    const auto high = static_cast<unsigned char>(bytes_[ref + 1]);
    return {bytes_.data() + ref + 2, static_cast<std::size_t>(high) << 8 | low};
  }
  [[nodiscard]] bool full() const { return full_; }
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

 private:
  TextRef append(std::string_view text);
  Large<char> bytes_;
  bool full_ = false;
};

/// Of any text; the same on every machine.
std::uint64_t hash_of(std::string_view text);

/// Text to number. Holds no text itself: keys are names in `texts`, which must be the same at each
/// call.
class TextMap {
 public:
  [[nodiscard]] std::optional<std::uint32_t> find(const Texts& texts, std::string_view text) const;
  struct Inserted {
    std::uint32_t value;  // what is beside the text now
    bool added;           // put there by this call; the key was added to `texts` then
    TextRef key;
  };
  Inserted insert(Texts& texts, std::string_view text, std::uint32_t value);
  /// Fetches what insert() and find() will need of this text: for callers that know a few ahead.
  void expect(std::string_view text) const;
  /// Puts `value` beside the text, whatever was there.
  void assign(Texts& texts, std::string_view text, std::uint32_t value);
  [[nodiscard]] std::size_t size() const { return size_; }
  void reserve(std::size_t count);

 private:
  struct Slot {
    std::uint32_t hash = 0;
    TextRef key = kFree;
    std::uint32_t value = 0;
  };
  static constexpr TextRef kFree = 0xFFFFFFFF;
  [[nodiscard]] std::size_t slot_of(const Texts& texts, std::string_view text,
                                    std::uint64_t hash) const;
  void grow(std::size_t slots);
  Large<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace interdict::policy
