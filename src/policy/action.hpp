// What a ban can ask of the gate, from lax to strict. The order is the precedence.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace interdict::policy {

enum class Action : std::uint8_t {
  allow,   // nothing is said
  advise,  // the mail passes, the person is told that a change comes
  warn,    // the mail passes, the person is told to stop
  hold,    // the mail waits for somebody's decision
  refuse,  // the mail does not pass
};
inline constexpr std::size_t kActions = 5;

std::string_view name_of(Action a);
std::optional<Action> action_from_name(std::string_view name);
std::span<const std::string_view> action_names();

/// One action for every stage of a rule: what unknown or contradictory devices get there.
using Effect = std::array<Action, kActions>;

}  // namespace interdict::policy
