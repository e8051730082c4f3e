#include "policy/problems.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kLongestWord = 48;

/// Letters to add, drop, change or swap with the neighbour; at most `most` + 1.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  if (a.size() > kLongestWord || b.size() > kLongestWord) return most + 1;
  if (a.size() > b.size() + most || b.size() > a.size() + most) return most + 1;
  std::array<std::array<std::size_t, kLongestWord + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size(); ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i - 1) % 3];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = ascii_lower(a[i - 1]) == ascii_lower(b[j - 1]) ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], rows[(i - 2) % 3][j - 2] + 1);
      }
    }
  }
  return rows[a.size() % 3][b.size()];
}

template <class Candidates>
std::string nearest(std::string_view written, const Candidates& candidates) {
  std::size_t best = std::max<std::size_t>(1, (written.size() + 1) / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const auto d = distance(written, candidate, best - 1);
    if (d >= best) continue;
    best = d;
    found = candidate;
  }
  return found.empty() ? std::string() : fmt::format("; did you mean '{}'?", shown(found));
}

}  // namespace

std::string to_string(const Problem& p) {
  if (p.place.line == 0) return fmt::format("{}: {}", shown(p.file), p.text);
  return fmt::format("{}:{}:{}: {}", shown(p.file), p.place.line, p.place.column, p.text);
}

void Problems::add(std::string_view file, Place place, std::string text) {
  ++count_;
  if (list_.size() < kMost) list_.push_back({std::string(file), place, std::move(text)});
}

std::vector<Problem> Problems::sorted() const {
  auto list = list_;
  std::ranges::sort(list, [&](const Problem& a, const Problem& b) {
    if (a.file != b.file) return a.file == file_ || (b.file != file_ && a.file < b.file);
    return a.place == b.place ? a.text < b.text : a.place < b.place;
  });
  return list;
}

std::string suggestion(std::string_view written, std::span<const std::string_view> candidates) {
  return nearest(written, candidates);
}
std::string suggestion(std::string_view written, std::span<const std::string> candidates) {
  return nearest(written, candidates);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 80;
  if (text.size() <= kMost) return printable(text);
  return printable(repair_utf8(text.substr(0, kMost))) + "…";
}

}  // namespace interdict::policy
