#include "artefacts/finding_kind.hpp"

#include <array>

namespace interdict {
namespace {
constexpr std::array<std::string_view, 5> kNames{"note", "weakness", "exposure", "attempt",
                                                 "compromise"};
}

std::string_view name_of(FindingKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<FindingKind> finding_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<FindingKind>(i);
  }
  return std::nullopt;
}

}  // namespace interdict
