#include "logs/lines.hpp"

#include <cstring>

namespace interdict::logs {
namespace {

constexpr std::size_t kRead = 256U << 10;  // fits the second-level cache

}  // namespace

Lines::Lines(Input& input, std::size_t max_line)
    : input_(input), max_line_(max_line), buffer_(max_line + kRead) {}

Result<bool> Lines::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    searched_ -= begin_;
    end_ -= begin_;
    begin_ = 0;
  }
  const auto n = TRY(input_.read(std::span(buffer_).subspan(end_)));
  if (n == 0) ended_ = true;
  end_ += n;
  bytes_ += n;
  return n > 0;
}

Result<std::string_view> Lines::peek() {
  while (end_ - begin_ < kRead / 4) {
    auto more = fill();
    // What came before the damage can be looked at; next() meets the damage again.
    if (!more && end_ == begin_) return std::move(more).error();
    if (!more || !*more) break;
  }
  return std::string_view(buffer_.data() + begin_, end_ - begin_);
}

Result<bool> Lines::next(Line& line) {
  for (;;) {
    const char* const from = buffer_.data() + searched_;
    const void* const found =
        end_ == searched_ ? nullptr : std::memchr(from, '\n', end_ - searched_);
    if (found != nullptr) {
      const char* const first = buffer_.data() + begin_;
      auto length = static_cast<std::size_t>(static_cast<const char*>(found) - first);
      begin_ = searched_ = begin_ + length + 1;
      ++number_;
      if (overlong_ || length > max_line_) {
        overlong_ = false;
        ++too_long_;
        continue;
      }
      if (length > 0 && first[length - 1] == '\r') --length;
      line = {std::string_view(first, length), number_, true};
      return true;
    }
    searched_ = end_;
    if (end_ - begin_ > max_line_) {
      overlong_ = true;
      begin_ = end_;
    }
    if (TRY(fill())) continue;
    if (begin_ == end_ && !overlong_) return false;
    // The file ended before its last line did.
    ++number_;
    line = {std::string_view(buffer_.data() + begin_, end_ - begin_), number_, false};
    begin_ = searched_ = end_;
    if (!overlong_) return true;
    overlong_ = false;
    ++too_long_;
    return false;
  }
}

}  // namespace interdict::logs
