// What an IMAP client says of itself: the parameter list of the ID command (RFC 2971).
//
// Two spellings are read: the wire's, ("name" "iPhone Mail" "version" "22C161"), with or without
// its parentheses, quoted strings, {n} literals, NIL; and the one of Dovecot's log, name=iPhone
// Mail, version=22C161. RFC 2971 allows 30 pairs, keys of 30 bytes and values of 1024.

#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace interdict::devices {

class ImapId {
 public:
  struct Pair {
    std::string_view key;
    std::string_view value;  // of NIL: empty
    bool nil = false;
  };
  static constexpr std::size_t kMaxPairs = 30, kMaxKey = 30, kMaxValue = 1024;
  static constexpr std::size_t kMaxText = 64 * std::size_t{1024};

  /// The values are views into `text`, or into the ImapId where they had to be unescaped. The list
  /// NIL is an ImapId without pairs. Errors: malformed, truncated, limit.
  static Result<ImapId> parse(std::string_view text);

  [[nodiscard]] std::span<const Pair> pairs() const { return {pairs_.data(), size_}; }
  /// The value of the first pair of that key, in any letter case; empty: none.
  [[nodiscard]] std::string_view value(std::string_view key) const;

 private:
  friend struct ImapIdReader;
  std::array<Pair, kMaxPairs> pairs_;
  std::size_t size_ = 0;
  std::unique_ptr<char[]> unescaped_;
};

}  // namespace interdict::devices
