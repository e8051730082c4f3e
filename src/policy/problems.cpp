#include "policy/problems.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::policy {
namespace {

template <class Candidates>
std::string nearest(std::string_view written, const Candidates& candidates) {
  std::size_t best = std::max<std::size_t>(1, (written.size() + 1) / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const auto d = edit_distance(written, candidate, best - 1);
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
