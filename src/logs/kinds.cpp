#include <algorithm>

#include "logs/reader.hpp"

namespace interdict::logs {
namespace {

std::vector<Kind>& registry() {
  static std::vector<Kind> all;
  return all;
}

}  // namespace

RegisterKind::RegisterKind(const Kind& kind) {
  auto& all = registry();
  all.insert(std::upper_bound(all.begin(), all.end(), kind,
                              [](const Kind& a, const Kind& b) { return a.name < b.name; }),
             kind);
}

std::span<const Kind> kinds() { return registry(); }

Error undated_error() {
  return {Errc::usage, "its time stamps have no year: --year YEAR says which"};
}

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace interdict::logs
