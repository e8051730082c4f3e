// The parent's side of a run: starts the worker, listens, answers, and never trusts.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "examine/examine.hpp"
#include "examine/messages.hpp"
#include "examine/plan.hpp"
#include "examine/step_log.hpp"

namespace interdict::examine {

/// All that the worker said.
struct Heard {
  std::vector<std::string> locks;
  Opened opened;
  std::vector<StepLog> steps;       // as planned
  std::vector<std::string> errors;  // of the run as a whole
};

/// Runs the worker to its end; no process of it is left when this returns.
/// Errors: what evidence::open says; malformed or limit: the evidence crashed or hung its reader
/// before it was open; io: the timeline could not be written; interrupted.
Result<Heard> converse(const Options& options, const std::filesystem::path& backup,
                       const std::vector<Step>& steps, const indicators::Set& indicators);

}  // namespace interdict::examine
