// From an account to whoever it is, with one wait for memory.
//
// A TextMap holds the text elsewhere, so finding it waits twice. Here the texts of a bucket lie
// together behind a table of where buckets begin, which is small enough to stay in the cache. Built
// once from everything that is to be found, then constant.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/large.hpp"

namespace interdict::policy {

class AccountIndex {
 public:
  struct Entry {
    std::string_view account;
    std::uint32_t subject = 0;
    std::uint32_t profile = 0;
  };
  AccountIndex() = default;
  /// Accounts must differ and be shorter than 64 KiB. Nothing of `entries` is kept.
  explicit AccountIndex(const std::vector<Entry>& entries);

  struct Found {
    std::uint32_t subject, profile;
  };
  [[nodiscard]] std::optional<Found> find(std::string_view account) const;
  /// Asks memory for what find() will read.
  void expect(std::string_view account) const;
  [[nodiscard]] std::size_t bytes() const {
    return data_.size() + first_.size() * sizeof(std::uint32_t);
  }

 private:
  struct Head;
  Large<std::uint32_t> first_;  // of each bucket in data_, and the end
  Large<char> data_;            // Head and text, one after the other
};

}  // namespace interdict::policy
