#include "ledger/rows.hpp"

#include <array>

#include <fmt/format.h>

namespace interdict::ledger {
namespace {

constexpr std::array<std::string_view, 4> kVerdictNames{"no_trace_found", "inconclusive",
                                                        "suspicious", "compromised"};

}  // namespace

std::string_view name_of(ExaminationVerdict v) {
  return kVerdictNames[static_cast<std::size_t>(v)];
}

std::optional<ExaminationVerdict> examination_verdict_from_name(std::string_view name) {
  for (std::size_t i = 0; i < kVerdictNames.size(); ++i) {
    if (kVerdictNames[i] == name) return static_cast<ExaminationVerdict>(i);
  }
  return std::nullopt;
}

std::string device_key(const devices::Position& p) {
  const auto part = [](auto level) {
    return level == decltype(level){} ? std::string_view("-") : name_of(level);
  };
  const std::string_view model = std::string_view(p.model).substr(0, kMaxModel);
  return fmt::format("{}/{}/{}/{}", part(p.vendor), part(p.family), part(p.line),
                     model.empty() ? "-" : model);
}

}  // namespace interdict::ledger
