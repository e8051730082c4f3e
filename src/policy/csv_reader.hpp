// Comma-separated values as spreadsheets write them (RFC 4180), record by record, from a file of
// any size in constant memory.
//
// Tolerated: LF or CRLF, a byte-order mark, blank lines, a missing last newline. An error names
// line and column. Bounds: a record of 64 KiB and 64 fields.

#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/random_access.hpp"
#include "base/text.hpp"
#include "policy/problems.hpp"

namespace interdict::policy {

class CsvReader {
 public:
  static constexpr std::size_t kMaxRecord = std::size_t{64} << 10;
  static constexpr std::size_t kMaxFields = 64;

  /// `source` must outlive the reader.
  explicit CsvReader(RandomAccess& source);

  /// The next record, or false at the end or on an error. Fields are views that live until the
  /// next call.
  bool next();
  [[nodiscard]] std::span<const std::string_view> fields() const { return fields_; }
  /// Where a field of this record begins.
  [[nodiscard]] Place place(std::size_t field) const;
  /// What ended the reading before the end.
  [[nodiscard]] const std::optional<std::pair<Place, std::string>>& error() const { return error_; }

 private:
  bool fill();
  std::optional<std::size_t> record_end();
  bool split(std::string_view record);
  bool fail(std::size_t column, std::string text);

  RandomAccess& source_;
  std::uint64_t at_ = 0;
  std::string buffer_;
  std::size_t begin_ = 0;  // of what is not yet given out
  bool at_end_ = false;
  std::uint32_t line_ = 1, record_line_ = 1, record_lines_ = 0;
  std::string unquoted_;
  std::vector<std::string_view> fields_;
  std::vector<std::uint32_t> columns_;
  std::optional<std::pair<Place, std::string>> error_;
};

/// Which column is which: names in any order; every name must be known and stand once.
class CsvHeader {
 public:
  /// `required` columns come first in `known`. Problems are added for what is wrong.
  static std::optional<CsvHeader> read(CsvReader& reader, std::span<const std::string_view> known,
                                       std::size_t required, std::string_view file,
                                       Problems& problems);
  /// The field of a known column in the reader's record; empty where the column is not there.
  [[nodiscard]] std::string_view field(const CsvReader& reader, std::size_t known) const;
  [[nodiscard]] Place place(const CsvReader& reader, std::size_t known) const;
  [[nodiscard]] std::size_t width() const { return width_; }

 private:
  std::vector<std::size_t> column_;  // of each known name; npos: not there
  std::size_t width_ = 0;
};

/// A field that holds several: parted by ';' or '|', blanks around them dropped.
template <class F>
void for_each_part(std::string_view field, F&& f) {
  while (!field.empty()) {
    const auto end = std::min(field.find_first_of(";|"), field.size());
    if (const auto part = trimmed(field.substr(0, end)); !part.empty()) f(part);
    field.remove_prefix(std::min(end + 1, field.size()));
  }
}

}  // namespace interdict::policy
