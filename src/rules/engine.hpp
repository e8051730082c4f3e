// The engine: the tables of one evidence as SQLite virtual tables, and the detections run on them.
//
// Tables appear under their SQL names (ios_sms) with their declared columns; times are text in
// ISO 8601 UTC with microseconds, so they compare and show; hidden columns: _cite (citation), _file
// (device path). Equality on key columns is pushed down to the reader. Reference tables of data/
// appear under their file names (apple_builds), their date and source under NAME_info.
// Functions: host(url) lower-cased host or NULL; micros(time) microseconds since 1970;
// version_key(version) a text that sorts as the version does.
// Bounds: temp_store=MEMORY, a heap limit, a progress handler that honours `stop`; no ATTACH, no
// PRAGMA, no writing: only SELECT is accepted. The heap limit (128 MiB) is one for the process,
// because SQLite has no other; where a room set a tighter one, that stays.
// Errors: usage (not one SELECT, unknown names, bad SQL), limit (memory, size), interrupted (stop),
// malformed (a detection that breaks the contract of detections.hpp).
// Threads: an engine belongs to one thread; `stop` may be set from any, or from a signal handler.

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/scan.hpp"
#include "artefacts/table.hpp"
#include "rules/detections.hpp"

namespace interdict::rules {

/// One row of a detection's SELECT.
struct RuleFinding {
  std::optional<UtcTime> at, until;  // until: of the last trace; `at` where the rule names none
  std::string title, summary;
  FindingKind kind = FindingKind::note;
  std::vector<Locator> cites;  // at most kMaxCites, each once, at least one
  std::uint64_t cited = 0;     // how many there were
};
inline constexpr std::size_t kMaxCites = 100;

/// A cell of a query's result as text (a blob as X'…'); nothing for NULL.
using Cell = std::optional<std::string>;

/// A value of an analyst's query: its text, and whether SQLite holds it as a number.
struct Answer {
  Cell text;
  bool number = false;
};

struct EngineOptions {
  /// Tables to offer; they must outlive the engine.
  std::span<const artefacts::Table* const> tables = artefacts::tables();
  /// When it becomes true, run() and query() end with Errc::interrupted.
  const std::atomic<bool>* stop = nullptr;
};

class Engine {
 public:
  /// The tree must outlive the engine.
  static Result<std::unique_ptr<Engine>> open(evidence::Tree& tree,
                                              const EngineOptions& options = {});
  Engine() = default;
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  virtual ~Engine() = default;

  /// Runs a detection. A table that is absent or unreadable yields no rows; failures() tells.
  virtual Result<std::vector<RuleFinding>> run(const Detection& detection, std::size_t limit) = 0;
  /// Runs any SELECT. `row` gets the cells; `header` the names, once, first. Stops when row returns
  /// false.
  virtual Status query(std::string_view sql,
                       const std::function<void(std::span<const std::string>)>& header,
                       const std::function<bool(std::span<const Answer>)>& row) = 0;
  /// EXPLAIN QUERY PLAN's details, one line a step (tests assert them).
  virtual Result<std::vector<std::string>> plan(std::string_view sql) = 0;
  /// Sources that could not be read, or were only partly, in the last run() or query(), each once:
  /// "ios/sms: /private/…/sms.db: why", or "ios/sms: absent".
  [[nodiscard]] virtual const std::vector<std::string>& failures() const = 0;
};

}  // namespace interdict::rules
