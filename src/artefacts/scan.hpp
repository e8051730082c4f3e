// Every row of a table over every source that the evidence holds, in order.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "artefacts/table.hpp"

namespace interdict::artefacts {

/// What became of one source.
struct SourceCoverage {
  std::string file;  // device path; for a source that could not be looked up: the place's path
  std::uint64_t rows = 0;
  Notes notes;
  std::optional<Errc> error_code;
  std::string error;  // why reading ended early; empty: read to its end
};

/// A source that fails is recorded in coverage() and the next one is tried. The tree and the table
/// must outlive the scan. A scan belongs to one thread.
class Scan {
 public:
  Scan(const Table& table, evidence::Tree& tree, std::optional<Equals> only = {},
       Wanted wanted = Wanted::all());

  /// False: the end.
  bool next();
  // Of the current row; only after next() has returned true.
  [[nodiscard]] std::span<const Value> row() const { return cursor_->row(); }
  [[nodiscard]] const evidence::File& file() const { return files_[index_]; }
  /// Complete: artefact and file are filled in.
  [[nodiscard]] Locator locator() const;
  /// One entry per source found so far; whole after next() has returned false.
  [[nodiscard]] const std::vector<std::unique_ptr<SourceCoverage>>& coverage() const {
    return coverage_;
  }

 private:
  void find_files();
  bool open_next();
  void close();
  SourceCoverage& add_coverage(std::string file);
  static void fail(SourceCoverage& coverage, const Error& error);

  const Table& table_;
  evidence::Tree& tree_;
  std::optional<Equals> only_;
  Wanted wanted_;
  std::vector<evidence::File> files_;
  std::vector<std::unique_ptr<SourceCoverage>> coverage_;  // stable addresses: sources point in
  std::unique_ptr<Cursor> cursor_;
  std::size_t index_ = 0;  // of the file that cursor_ reads, or that comes next
  bool started_ = false;
};

}  // namespace interdict::artefacts
