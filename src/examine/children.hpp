// Children: one process a step, some at once, each with a deadline and a pipe.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

#include "examine/messages.hpp"

namespace interdict::examine {

struct ChildrenPlan {
  std::size_t first = 0, end = 0;  // steps
  unsigned at_once = 1;
  std::chrono::seconds time{};     // wall clock of each
  /// Runs in the child, which ends when it returns.
  std::function<void(std::size_t step, int pipe)> body;
  /// What a child wrote, unread, in pieces.
  std::function<void(std::size_t step, std::string_view bytes)> said;
  /// Once per step, after all it said. `number`: exit status, signal, or errno when no child could
  /// be made (then `how` is exited and number is negative).
  std::function<void(std::size_t step, Ending how, int number)> ended;
};

/// Runs them all. A child that crashes, hangs or is killed touches nobody else.
void run_children(const ChildrenPlan& plan);

}  // namespace interdict::examine
