// The merging half of the timeline: sorted runs in, timeline.csv out.
//
// The runs were written by steps that read a phone, so their lengths are checked like any input.

#include <algorithm>
#include <cerrno>
#include <map>

#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/csv.hpp"
#include "base/time.hpp"
#include "examine/timeline.hpp"
#include "examine/timeline_record.hpp"

namespace interdict::examine {
namespace {

constexpr std::size_t kSmallestBuffer = 4096;
constexpr std::size_t kLargestBuffer = 1 << 18;
constexpr std::size_t kWriteChunk = 1 << 18;
constexpr std::uint64_t kLinesBetweenProgress = 1 << 17;

Error unreadable_run() {
  return {Errc::malformed, "timeline: a sorted run is not as it was written"};
}

/// Reads one run from its file, record by record.
class Run {
 public:
  Run(std::size_t file, int fd, std::uint64_t at, std::uint64_t size)
      : file_(file), fd_(fd), at_(at), left_(size) {}

  [[nodiscard]] std::size_t file() const { return file_; }
  [[nodiscard]] const TimelineRecord& record() const { return record_; }
  void set_buffer(std::size_t bytes) { capacity_ = bytes; }

  /// False: the end.
  Result<bool> next() {
    offset_ += size_;
    size_ = 0;
    if (left_ == 0 && offset_ == buffer_.size()) return false;
    TRY(need(kRecordHeader));
    const auto size = record_size(std::string_view(buffer_).substr(offset_));
    if (size > kRecordHeader + kMaxTail) return unreadable_run();
    TRY(need(size));
    size_ = size;
    record_ = record_of(std::string_view(buffer_).substr(offset_, size));
    return true;
  }

 private:
  Status need(std::size_t bytes) {
    if (buffer_.size() - offset_ >= bytes) return ok();
    buffer_.erase(0, offset_);
    offset_ = 0;
    const auto have = buffer_.size();
    const auto wanted = std::max(capacity_, bytes) - have;
    const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(wanted, left_));
    if (have + more < bytes) return unreadable_run();
    buffer_.resize(have + more);
    const auto n = ::pread(fd_, buffer_.data() + have, more, static_cast<off_t>(at_));
    if (n < 0 || static_cast<std::size_t>(n) != more)
      return os_error("timeline", n < 0 ? errno : EIO);
    at_ += more;
    left_ -= more;
    return ok();
  }

  std::size_t file_;
  int fd_;
  std::uint64_t at_, left_;  // what is not yet in buffer_
  std::size_t capacity_ = kSmallestBuffer;
  std::string buffer_;
  std::size_t offset_ = 0, size_ = 0;  // of the current record in buffer_
  TimelineRecord record_;
};

Result<std::vector<Run>> runs_of(std::span<const RunFile> files) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < files.size(); ++i) {
    struct stat s{};
    if (::fstat(files[i].fd, &s) != 0) return os_error("timeline", errno);
    const auto end = static_cast<std::uint64_t>(s.st_size);
    for (std::uint64_t at = 0; at < end;) {
      std::byte header[kRunHeader];
      if (::pread(files[i].fd, header, kRunHeader, static_cast<off_t>(at)) != kRunHeader) {
        return unreadable_run();
      }
      at += kRunHeader;
      const auto size = load_le(header, kRunHeader);
      if (size == 0 || size > end - at) return unreadable_run();
      runs.emplace_back(i, files[i].fd, at, size);
      at += size;
    }
  }
  return runs;
}

/// "2023-06-01T12:00:00.123456Z", quickly for times that rise.
class TimeText {
 public:
  void append(std::string& out, std::int64_t micros) {
    constexpr std::int64_t kDay = 86'400'000'000;
    if (micros < day_begin_ || micros >= day_begin_ + kDay) {
      text_ = iso8601(UtcTime{micros});
      day_begin_ = micros - (micros % kDay + kDay) % kDay;
    }
    const auto of_day = static_cast<std::uint64_t>(micros - day_begin_);
    const auto seconds = of_day / 1'000'000;
    digits(11, 2, seconds / 3600);
    digits(14, 2, seconds / 60 % 60);
    digits(17, 2, seconds % 60);
    digits(20, 6, of_day % 1'000'000);
    out += text_;
  }

 private:
  void digits(std::size_t at, std::size_t width, std::uint64_t value) {
    for (; width > 0; --width, value /= 10)
      text_[at + width - 1] = static_cast<char>('0' + value % 10);
  }
  std::string text_;
  std::int64_t day_begin_ = INT64_MAX - 86'400'000'000;  // no day yet
};

/// "artefact,event", escaped, by table and set of time columns.
class EventText {
 public:
  explicit EventText(std::span<const RunFile> files) : files_(files), known_(files.size()) {}

  const std::string& get(std::size_t file, std::uint32_t events) {
    auto [entry, added] = known_[file].try_emplace(events);
    if (added) entry->second = write(*files_[file].table, events);
    return entry->second;
  }

 private:
  static std::string write(const artefacts::Table& table, std::uint32_t events) {
    std::string what;
    std::size_t nth = 0;
    for (const auto& column : table.columns) {
      if (column.kind != artefacts::ColumnKind::time || nth == kMaxTimeColumns) continue;
      if ((events >> nth++ & 1) == 0) continue;
      if (!what.empty()) what += "; ";
      what += column.meaning.empty() ? column.name : column.meaning;
    }
    std::string out;
    append_csv_cell(out, table.id);
    out += ',';
    append_csv_cell(out, what);
    return out;
  }
  std::span<const RunFile> files_;
  std::vector<std::map<std::uint32_t, std::string>> known_;
};

}  // namespace

Status merge_timeline(std::span<const RunFile> files, int csv,
                      const std::function<void(std::uint64_t)>& lines, std::size_t merge_bytes) {
  auto runs = TRY(runs_of(files));
  const auto buffer = std::clamp(merge_bytes / std::max<std::size_t>(runs.size(), 1),
                                 kSmallestBuffer, kLargestBuffer);
  // Runs are numbered in the order of their rows: the number settles equal times.
  const auto later = [&](std::size_t a, std::size_t b) {
    const auto x = runs[a].record().time, y = runs[b].record().time;
    return x != y ? x > y : a > b;
  };
  std::vector<std::size_t> heap;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    runs[i].set_buffer(buffer);
    if (TRY(runs[i].next())) heap.push_back(i);
  }
  std::ranges::make_heap(heap, later);

  TimeText time;
  EventText event(files);
  std::string text = "time_utc,artefact,event,description,file,locator\r\n";
  for (std::uint64_t written = 0; !heap.empty();) {
    std::ranges::pop_heap(heap, later);
    Run& run = runs[heap.back()];
    time.append(text, run.record().time);
    text += ',';
    text += event.get(run.file(), run.record().events);
    text += ',';
    text += run.record().tail;
    text += "\r\n";
    if (text.size() >= kWriteChunk) {
      TRY_WITHIN("writing timeline.csv", write_all(csv, bytes_of(text)));
      text.clear();
    }
    if (++written % kLinesBetweenProgress == 0) lines(written);
    if (TRY(run.next())) {
      std::ranges::push_heap(heap, later);
    } else {
      heap.pop_back();
    }
  }
  TRY_WITHIN("writing timeline.csv", write_all(csv, bytes_of(text)));
  if (::fsync(csv) != 0) return os_error("writing timeline.csv", errno);
  return ok();
}

}  // namespace interdict::examine
