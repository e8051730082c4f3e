// What is wrong with a ban, all of it at once: where, what, and what was probably meant.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace interdict::policy {

/// Counted from 1, as editors do; 0: the file as a whole.
struct Place {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  auto operator<=>(const Place&) const = default;
};

struct Problem {
  std::string file;
  Place place;
  std::string text;
};
/// "bans/apple.toml:12:7: unknown key 'stges'; did you mean 'stages'?"
std::string to_string(const Problem& problem);

/// Gathers problems up to a limit; what comes after is counted.
class Problems {
 public:
  static constexpr std::size_t kMost = 100;
  explicit Problems(std::string file = {}) : file_(std::move(file)) {}

  void add(Place place, std::string text) { add(file_, place, std::move(text)); }
  void add(std::string_view file, Place place, std::string text);
  [[nodiscard]] bool any() const { return count_ != 0; }
  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] bool full() const { return list_.size() >= kMost; }
  [[nodiscard]] const std::string& file() const { return file_; }
  /// In the order of file and place; the ban's own file first.
  [[nodiscard]] std::vector<Problem> sorted() const;

 private:
  std::string file_;
  std::vector<Problem> list_;
  std::size_t count_ = 0;
};

/// "; did you mean 'x'?" for the nearest candidate within a third of the letters; empty otherwise.
std::string suggestion(std::string_view written, std::span<const std::string_view> candidates);
std::string suggestion(std::string_view written, std::span<const std::string> candidates);

/// Text for a message: cut at 80 bytes, with nothing that drives a terminal.
std::string shown(std::string_view text);

}  // namespace interdict::policy
