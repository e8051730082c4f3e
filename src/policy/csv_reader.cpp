#include "policy/csv_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kCsvPiece = std::size_t{1} << 20;
constexpr std::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

CsvReader::CsvReader(RandomAccess& source) : source_(source) {
  fill();
  if (std::string_view(buffer_).starts_with(kMark)) begin_ = kMark.size();
}

/// More bytes behind what is left. False when there are none, or they cannot be read.
bool CsvReader::fill() {
  if (at_end_) return false;
  const auto size = source_.size();
  const auto n =
      static_cast<std::size_t>(std::min<std::uint64_t>(kCsvPiece, size - std::min(at_, size)));
  buffer_.erase(0, begin_);
  begin_ = 0;
  const auto old = buffer_.size();
  buffer_.resize(old + n);
  if (auto read = source_.read_at(at_, std::as_writable_bytes(std::span(buffer_)).subspan(old));
      !read) {
    buffer_.resize(old);
    at_end_ = true;
    fail(0, read.error().what());
    return false;
  }
  at_ += n;
  at_end_ = at_ >= size;
  return n != 0;
}

bool CsvReader::fail(std::size_t column, std::string text) {
  if (!error_) {
    error_.emplace(Place{record_line_, static_cast<std::uint32_t>(column + 1)}, std::move(text));
  }
  return false;
}

/// The length of the record at begin_ without its line's end. Quotes hide line ends.
std::optional<std::size_t> CsvReader::record_end() {
  bool quoted = false;
  std::size_t i = 0;
  record_lines_ = 1;
  for (;;) {
    const auto rest = std::string_view(buffer_).substr(begin_);
    // Nearly every record is a line without quotes.
    if (i == 0) {
      const auto end = rest.substr(0, kMaxRecord).find('\n');
      if (end != rest.npos && rest.substr(0, end).find('"') == rest.npos) return end;
    }
    for (; i < rest.size(); ++i) {
      const char c = rest[i];
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\n') {
        if (!quoted) return i;
        ++record_lines_;
      }
      if (i >= kMaxRecord) {
        fail(0, fmt::format("a record of more than {} KiB", kMaxRecord >> 10));
        return std::nullopt;
      }
    }
    if (!fill()) break;
  }
  if (error_) return std::nullopt;
  if (quoted) {
    fail(0, "a quote is opened and never closed");
    return std::nullopt;
  }
  return i;
}

bool CsvReader::next() {
  while (!error_) {
    if (begin_ >= buffer_.size() && !fill()) return false;
    record_line_ = line_;
    const auto length = record_end();
    if (!length) return false;
    auto record = std::string_view(buffer_).substr(begin_, *length);
    begin_ = std::min(buffer_.size(), begin_ + *length + 1);
    line_ += record_lines_;
    if (record.ends_with('\r')) record.remove_suffix(1);
    if (trimmed(record).empty()) continue;
    return split(record);
  }
  return false;
}

bool CsvReader::split(std::string_view record) {
  fields_.clear();
  columns_.clear();
  unquoted_.clear();
  unquoted_.reserve(record.size());  // views into it stay valid
  std::size_t i = 0;
  for (;;) {
    if (fields_.size() == kMaxFields)
      return fail(i, fmt::format("more than {} fields", kMaxFields));
    columns_.push_back(static_cast<std::uint32_t>(i + 1));
    if (i < record.size() && record[i] == '"') {
      const auto first = unquoted_.size();
      for (++i;; ++i) {
        if (i >= record.size()) return fail(i, "a quote is opened and never closed");
        if (record[i] == '"' && (i + 1 >= record.size() || record[i + 1] != '"')) break;
        if (record[i] == '"') ++i;
        unquoted_ += record[i];
      }
      ++i;
      if (i < record.size() && record[i] != ',') return fail(i, "text behind a closing quote");
      fields_.push_back(std::string_view(unquoted_).substr(first));
    } else {
      const auto end = std::min(record.find(',', i), record.size());
      const auto field = record.substr(i, end - i);
      if (field.find('"') != field.npos) return fail(i, "a quote inside a field without quotes");
      fields_.push_back(field);
      i = end;
    }
    if (i >= record.size()) return true;
    ++i;
  }
}

Place CsvReader::place(std::size_t field) const {
  return {record_line_, field < columns_.size() ? columns_[field] : 1};
}

std::optional<CsvHeader> CsvHeader::read(CsvReader& reader, std::span<const std::string_view> known,
                                         std::size_t required, std::string_view file,
                                         Problems& problems) {
  const auto before = problems.count();
  CsvHeader header;
  header.column_.assign(known.size(), std::string_view::npos);
  if (!reader.next()) {
    if (reader.error()) {
      problems.add(file, reader.error()->first, reader.error()->second);
    } else {
      problems.add(file, {}, "empty: a first line must name the columns");
    }
    return std::nullopt;
  }
  header.width_ = reader.fields().size();
  for (std::size_t i = 0; i < header.width_; ++i) {
    const auto name = trimmed(reader.fields()[i]);
    const auto at = std::ranges::find(known, name);
    if (at == known.end()) {
      problems.add(file, reader.place(i),
                   fmt::format("unknown column '{}'{}", shown(name), suggestion(name, known)));
      continue;
    }
    auto& column = header.column_[static_cast<std::size_t>(at - known.begin())];
    if (column != std::string_view::npos) {
      problems.add(file, reader.place(i), fmt::format("column '{}' stands twice", name));
    }
    column = i;
  }
  for (std::size_t i = 0; i < required; ++i) {
    if (header.column_[i] == std::string_view::npos) {
      problems.add(file, {1, 1}, fmt::format("column '{}' is missing", known[i]));
    }
  }
  if (problems.count() != before) return std::nullopt;
  return header;
}

std::string_view CsvHeader::field(const CsvReader& reader, std::size_t known) const {
  const auto column = column_[known];
  return column < reader.fields().size() ? trimmed(reader.fields()[column]) : std::string_view();
}
Place CsvHeader::place(const CsvReader& reader, std::size_t known) const {
  return reader.place(column_[known]);
}

}  // namespace interdict::policy
