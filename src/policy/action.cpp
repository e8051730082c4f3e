#include "policy/action.hpp"

#include <algorithm>

namespace interdict::policy {
namespace {

constexpr std::array<std::string_view, kActions> kActionNames{"allow", "advise", "warn", "hold",
                                                              "refuse"};

}  // namespace

std::string_view name_of(Action a) { return kActionNames[static_cast<std::size_t>(a)]; }
std::optional<Action> action_from_name(std::string_view name) {
  const auto at = std::ranges::find(kActionNames, name);
  if (at == kActionNames.end()) return std::nullopt;
  return static_cast<Action>(at - kActionNames.begin());
}
std::span<const std::string_view> action_names() { return kActionNames; }

}  // namespace interdict::policy
