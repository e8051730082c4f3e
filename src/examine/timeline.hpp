// The timeline: every moment of every row, sorted, in memory that does not grow with the rows.
//
// A step sorts what fits into one run and appends the run to an unnamed file in the output folder;
// the merge reads the runs of all steps side by side and writes timeline.csv.
// Format of timeline.csv  RFC 4180 (CRLF), header
// `time_utc,artefact,event,description,file,locator`,
//   ordered by time, artefact, row. A row with several equal times is one line whose event names
//   them all. Description: `column=value` of the columns that mean something to an investigator
//   (those with a kind; all where there is none), at most 256 bytes. One event is one line: control
//   characters become blanks. A cell that a spreadsheet would take for a formula (it begins with
//   = + - @) gets a leading apostrophe.
// Format of a run  little-endian u64 byte count, then records: i64 time, u32 bit set of the time
//   columns meant, u32 length, the rest of the line.
// Bounds  kRunBytes a step, kMergeBytes for all read buffers together.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/table.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

namespace interdict::examine {

inline constexpr std::size_t kRunBytes = 12u << 20;
inline constexpr std::size_t kMergeBytes = 16u << 20;

/// An unnamed file in `folder`, gone when its descriptor is closed.
Result<Fd> unnamed_file(const std::filesystem::path& folder);

/// The row's moment: its first time that is not null.
std::optional<UtcTime> moment_of(const artefacts::Table& table,
                                 std::span<const artefacts::Value> row);

/// Collects the moments of one table's rows, in row order.
class TimelineRuns {
 public:
  /// Writes to `fd`, which it does not own. A run is closed when it reaches `run_bytes`.
  TimelineRuns(const artefacts::Table& table, int fd, std::size_t run_bytes = kRunBytes);

  /// `locator` is called only when the row has a moment.
  Status add(std::span<const artefacts::Value> row, const std::function<Locator()>& locator);
  Status finish();

 private:
  struct Entry {
    std::int64_t time;
    std::uint32_t offset;
  };
  void describe(std::span<const artefacts::Value> row);
  Status close_run();

  int fd_;
  std::size_t run_bytes_;
  std::vector<std::size_t> times_, described_;  // columns
  std::vector<std::string> labels_;             // "name=" of described_
  std::string records_, tail_, scratch_;
  std::vector<Entry> entries_;
};

/// The runs of one table.
struct RunFile {
  const artefacts::Table* table = nullptr;
  int fd = -1;
};

/// Merges all runs, in the order of `files` where times are equal, writes the whole CSV to the
/// descriptor `csv` and syncs it. `lines` is called now and then with the number of lines written.
/// Errc::malformed: a run is not as it was written. Errc::io: the disk.
Status merge_timeline(std::span<const RunFile> files, int csv,
                      const std::function<void(std::uint64_t)>& lines,
                      std::size_t merge_bytes = kMergeBytes);

}  // namespace interdict::examine
