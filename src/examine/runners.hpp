// Runners: the processes in which steps run, some at once, each step with a deadline.
//
// A process of its own for every step would be the simplest, but a fork with all the pages it then
// has to copy costs milliseconds on virtual machines, more than most steps. So a runner takes one
// step after another, as long as nothing goes wrong. A runner that crashes, hangs or runs out of
// memory never existed: what it said is taken back, and each of its steps is run again in a process
// of its own, where it is plain whose fault it was.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string_view>

#include "examine/messages.hpp"

namespace interdict::examine {

struct RunnersPlan {
  std::size_t first = 0, end = 0;  // steps
  unsigned at_once = 1;
  std::chrono::seconds time{};  // wall clock of each step
  /// Runs a step, in the runner. `fresh`: nothing ran in this process before; where it is not, a
  /// step that fails for want of memory ends the process instead of saying so.
  std::function<void(std::size_t step, int pipe, bool fresh)> body;

  // In the process that calls run_steps:
  /// Frames that the step wrote, in pieces.
  std::function<void(std::size_t step, std::string_view bytes)> said;
  /// All that was said of this step is void; it is run again.
  std::function<void(std::size_t step)> again;
  /// After all it said. `number`: exit status or signal, or -errno when no process could be made.
  std::function<void(std::size_t step, Ending how, int number)> ended;
};

/// Runs them all. Each step ends once; `again` may call that back.
void run_steps(const RunnersPlan& plan);

}  // namespace interdict::examine
