// The sorting half of the timeline: rows in, sorted runs out.

#include "examine/timeline.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "examine/timeline_record.hpp"

namespace interdict::examine {
namespace {

using artefacts::ColumnKind;
using artefacts::Value;

constexpr std::size_t kMaxDescription = 256;
constexpr std::size_t kMaxLocatorText = 2048;
constexpr std::size_t kRunChunk = 1 << 18;

template <class Number>
void append_number(std::string& out, Number number) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  out.append(digits, end);
}

void append_value(std::string& out, const Value& value, std::size_t room) {
  switch (value.type()) {
    case Value::Type::null:
      break;
    case Value::Type::integer:
      append_number(out, value.as_integer());
      break;
    case Value::Type::real:
      append_number(out, value.as_real());
      break;
    case Value::Type::time:
      out += iso8601(value.as_time());
      break;
    case Value::Type::text:
      append_clipped(out, value.as_text(), room);
      break;
    case Value::Type::blob:
      append_clipped(out, hex(bytes_of(value.as_text().substr(0, room))), room);
      break;
  }
}

std::vector<std::size_t> columns_where(const artefacts::Table& table, auto predicate) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (predicate(table.columns[i].kind)) found.push_back(i);
  }
  return found;
}

}  // namespace

Result<Fd> unnamed_file(const std::filesystem::path& folder) {
  Fd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd) return fd;
  // Not every file system can: a name that is taken away at once does nearly the same.
  auto name = (folder / ".interdict-XXXXXX").string();
  Fd named(::mkostemp(name.data(), O_CLOEXEC));
  if (!named) return os_error(folder, errno);
  ::unlink(name.c_str());
  return named;
}

std::optional<UtcTime> moment_of(const artefacts::Table& table, std::span<const Value> row) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (table.columns[i].kind == ColumnKind::time && row[i].type() == Value::Type::time) {
      return row[i].as_time();
    }
  }
  return std::nullopt;
}

TimelineRuns::TimelineRuns(const artefacts::Table& table, int fd, std::size_t run_bytes)
    : fd_(fd), run_bytes_(run_bytes) {
  const auto told = [](ColumnKind k) { return k != ColumnKind::plain && k != ColumnKind::time; };
  times_ = columns_where(table, [](ColumnKind k) { return k == ColumnKind::time; });
  if (times_.size() > kMaxTimeColumns) times_.resize(kMaxTimeColumns);
  described_ = columns_where(table, told);
  if (described_.empty()) {
    described_ = columns_where(table, [](ColumnKind k) { return k == ColumnKind::plain; });
  }
  for (const auto column : described_) {
    labels_.push_back(std::string(table.columns[column].name) + "=");
  }
}

void TimelineRuns::describe(std::span<const Value> row) {
  scratch_.clear();
  for (std::size_t i = 0; i < described_.size() && scratch_.size() < kMaxDescription; ++i) {
    const Value& value = row[described_[i]];
    if (value.is_null()) continue;
    if (!scratch_.empty()) scratch_ += "; ";
    scratch_ += labels_[i];
    const auto used = std::min(scratch_.size(), kMaxDescription);
    append_value(scratch_, value, kMaxDescription - used);
  }
}

Status TimelineRuns::add(std::span<const Value> row, const std::function<Locator()>& locator) {
  const auto is_time = [&](std::size_t column) { return row[column].type() == Value::Type::time; };
  if (std::ranges::none_of(times_, is_time)) return ok();
  describe(row);
  tail_.clear();
  append_csv_cell(tail_, scratch_);
  const Locator where = locator();
  scratch_.clear();
  if (!where.table.empty()) {
    scratch_ += where.table, scratch_ += '#', append_number(scratch_, where.rowid);
  } else {
    append_clipped(scratch_, where.key_path, kMaxLocatorText);
  }
  tail_ += ',';
  append_csv_cell(tail_, std::string_view(where.file).substr(0, kMaxLocatorText));
  tail_ += ',';
  append_csv_cell(tail_, scratch_);

  std::uint32_t told = 0;
  for (std::size_t i = 0; i < times_.size(); ++i) {
    if (!is_time(times_[i]) || (told >> i & 1) != 0) continue;
    const auto time = row[times_[i]].as_time();
    std::uint32_t same = 0;
    for (std::size_t j = i; j < times_.size(); ++j) {
      if (is_time(times_[j]) && row[times_[j]].as_time() == time) same |= 1u << j;
    }
    told |= same;
    entries_.push_back({time.micros, static_cast<std::uint32_t>(records_.size())});
    append_record(records_, {.time = time.micros, .events = same, .tail = tail_});
  }
  return records_.size() < run_bytes_ ? ok() : close_run();
}

Status TimelineRuns::close_run() {
  if (entries_.empty()) return ok();
  // Offsets rise with the rows, so they keep rows of the same time in order.
  std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
    return a.time != b.time ? a.time < b.time : a.offset < b.offset;
  });
  std::string chunk;
  chunk.reserve(kRunChunk + (1u << 13));
  append_le(chunk, records_.size(), kRunHeader);
  for (const Entry& entry : entries_) {
    chunk += record_bytes_at(records_, entry.offset);
    if (chunk.size() < kRunChunk) continue;
    TRY_WITHIN("writing the timeline", write_all(fd_, bytes_of(chunk)));
    chunk.clear();
  }
  TRY_WITHIN("writing the timeline", write_all(fd_, bytes_of(chunk)));
  records_.clear();
  entries_.clear();
  return ok();
}

Status TimelineRuns::finish() { return close_run(); }

}  // namespace interdict::examine
