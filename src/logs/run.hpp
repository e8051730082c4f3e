// A run over the logs of a period: files in, sightings out, and what was not seen.
//
// Files are read one after the other, each by the reader of its kind; a session may begin in one
// file and end in the next. Memory is bounded by open sessions, whatever the logs hold.

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "logs/coverage.hpp"
#include "logs/input.hpp"
#include "logs/reader.hpp"

namespace interdict::logs {

class Run {
 public:
  /// options.is_work and sink must be set. Errc::usage: no such kind.
  static Result<Run> begin(Options options, Sink sink);
  Run(Run&&) noexcept;
  Run& operator=(Run&&) noexcept;
  ~Run();

  /// Reads one file to its end; `name` is for the coverage. `year` 0: Options::year.
  /// Errc::unsupported: no kind fits its first lines; Errc::usage: stamps need a year; Errc::io.
  /// Damaged compression is no error: it stands in the coverage, and the lines before it count.
  Status read(Input input, std::string_view name, int year = 0);
  /// Reports the sessions that are still open. Call once, last.
  const Coverage& finish();

 private:
  struct State;
  explicit Run(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The first classic stamp among the first lines of a file; month 0: it has none.
ClassicStamp first_stamp(Input input);

}  // namespace interdict::logs
