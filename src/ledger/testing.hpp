// For the tests of this room: a ledger in a temporary folder, and rows gathered into vectors.

#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ledger/ledger.hpp"

namespace interdict::ledger::testing {

inline constexpr UtcTime kNoon{1'689'595'200'000'000};  // 2023-07-17T12:00:00Z
inline constexpr std::int64_t kDay = 86'400'000'000;

inline devices::Position iphone(std::string model = "iPhone15,2") {
  return {.vendor = devices::Vendor::apple,
          .family = devices::Family::mobile,
          .line = devices::Line::iphone,
          .os = devices::Os::ios,
          .os_version = {17, 2, 1},
          .build = {21, 'C', 66, 0},
          .model = std::move(model)};
}

inline Sighting seen(std::string_view person, const devices::Position& position,
                     UtcTime at = kNoon) {
  return {.person = person,
          .position = position,
          .grade = devices::Grade::strong,
          .channel = devices::Channel::mail_send,
          .at = at};
}

inline DecisionTaken refused(std::string_view person, UtcTime at = kNoon) {
  return {.person = person,
          .rule = "no-apple-mobile",
          .policy = "c0ffee",
          .action = "refuse",
          .stage = "refuse",
          .channel = devices::Channel::mail_send,
          .at = at};
}

inline Examination examined(std::string serial, ExaminationVerdict verdict,
                            std::string owner = {}) {
  return {.serial = std::move(serial),
          .product_type = "iPhone15,2",
          .build = "21C66",
          .verdict = verdict,
          .examined_at = kNoon,
          .report_digest = "beef",
          .owner = std::move(owner)};
}

/// Nothing is stored by itself: only flush() and close() do that.
inline Settings unhurried() {
  Settings s;
  s.flush_interval = std::chrono::hours(1);
  s.window_keys = 1 << 12;
  s.window_bytes = 1 << 18;
  return s;
}

template <class Row, class Ask>
std::vector<Row> gathered(Ask ask) {
  std::vector<Row> rows;
  const auto visited = ask(Visit<Row>([&](const Row& row) {
    rows.push_back(row);
    return true;
  }));
  if (!visited) throw std::runtime_error(visited.error().what());
  return rows;
}
inline std::vector<SightingRow> sightings(const Ledger& l, const SightingFilter& filter = {}) {
  return gathered<SightingRow>([&](const auto& v) { return l.each_sighting(filter, v); });
}
inline std::vector<DecisionRow> decisions(const Ledger& l, const DecisionFilter& filter = {}) {
  return gathered<DecisionRow>([&](const auto& v) { return l.each_decision(filter, v); });
}
inline std::vector<ExaminationRow> examinations(const Ledger& l,
                                                const ExaminationFilter& filter = {}) {
  return gathered<ExaminationRow>([&](const auto& v) { return l.each_examination(filter, v); });
}
inline std::vector<SightingCount> sighting_counts(const Ledger& l) {
  return gathered<SightingCount>([&](const auto& v) { return l.each_count(v); });
}
inline std::vector<DecisionCount> decision_counts(const Ledger& l) {
  return gathered<DecisionCount>([&](const auto& v) { return l.each_count(v); });
}

}  // namespace interdict::ledger::testing
