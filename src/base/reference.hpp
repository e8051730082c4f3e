// Reference tables: the *.tsv of data/, carried in the program (data/README.md has their form).
//
// A room embeds the ones it needs. A file is named after its table; lines "# name: value" come
// first, then one line of column names, then the rows, their cells parted by tabs.

#pragma once

#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/embedded.hpp"
#include "base/result.hpp"

namespace interdict {

/// Views into the embedded text: valid as long as the program runs.
struct ReferenceTable {
  std::string_view name;                                             // "apple_builds"
  std::vector<std::pair<std::string_view, std::string_view>> facts;  // "as_of", "2026-08-17"
  std::vector<std::string_view> columns;
  std::vector<std::vector<std::string_view>> rows;  // each as long as columns

  /// The cell under `wanted` in the first row whose `column` equals `value`; empty: none.
  [[nodiscard]] std::string_view find(std::string_view column, std::string_view value,
                                      std::string_view wanted) const;
};

/// The text of `file` must outlive the table. malformed: names the line.
Result<ReferenceTable> parse_reference(const Embedded& file);
/// Every *.tsv among a room's embedded files, sorted by name. A malformed one is a programming
/// error: terminates.
std::vector<ReferenceTable> parse_references(std::span<const Embedded> files);

}  // namespace interdict
