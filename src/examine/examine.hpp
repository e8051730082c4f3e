// The run: evidence -> tables -> findings -> verdict and coverage -> reports.
//
// Who reads: the caller parses no phone byte. A worker process is forked before any thread exists
// and locked in (Landlock: the evidence read-only and nothing else; seccomp: no network, no new
// programs, no file opened for writing; no core dumps). The worker opens the evidence and has every
// artefact and every detection run by a runner, a process below it. A runner that falls is
// replaced, and each of its steps is run again alone: a decoder that crashes, hangs or eats memory
// is one error entry with its name and its neighbours are unharmed. Findings and coverage come back
// over pipes; the timeline is written to files that the caller had opened in the output folder.

#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "evidence/tree.hpp"
#include "examine/report.hpp"
#include "indicators/indicators.hpp"

namespace interdict::examine {

/// Name and version, as every report states it.
inline constexpr std::string_view kProgram = "interdict 0.1.0";

struct Limits {
  std::chrono::seconds step{600};          // wall clock of one artefact or detection
  std::uint64_t step_memory = 1ull << 30;  // bytes a step may allocate beyond what the worker holds
};

struct Progress {
  std::string_view step;         // "ios/sms"
  std::uint64_t rows = 0;        // read so far in this step
  std::size_t done = 0, of = 0;  // steps
};

struct Options {
  std::filesystem::path evidence;
  std::optional<std::filesystem::path> out = {};  // folder for reports; made if absent
  std::vector<std::string> only = {};             // table names; empty: all. Unknown: Errc::usage
  evidence::PasswordSource password = {};  // asked in the caller's process, when it is needed
  Limits limits = {};
  const std::atomic<bool>* stop = nullptr;             // set by Ctrl-C: Errc::interrupted
  std::function<void(const Progress&)> progress = {};  // at most ten times a second
};

/// Examines one phone. Errors are those that leave no report: unusable evidence (usage, locked,
/// malformed), unknown table (usage), the disk (io), Ctrl-C (interrupted).
/// With `out`, every registered output and timeline.csv are there when this returns, or none is.
Result<Report> examine(const Options& options, const indicators::Set& indicators);

}  // namespace interdict::examine
