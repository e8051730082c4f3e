// The worker: the locked-in process that opens the evidence and runs the steps.

#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>

#include "examine/plan.hpp"
#include "indicators/indicators.hpp"

namespace interdict::examine {

struct WorkerTask {
  std::filesystem::path backup;
  std::span<const Step> steps;
  const indicators::Set* indicators = nullptr;
  std::chrono::seconds step_time{};
  std::uint64_t step_memory = 0;
  int socket = -1;  // to the parent
  int parent = 0;   // its process id
};

/// The life of the worker process. Ends it.
[[noreturn]] void work(const WorkerTask& task);

}  // namespace interdict::examine
