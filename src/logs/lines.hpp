// A stream of bytes cut into lines, in one buffer of constant size.

#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "logs/input.hpp"
#include "logs/reader.hpp"

namespace interdict::logs {

class Lines {
 public:
  /// Lines longer than `max_line` bytes are passed over and counted in too_long().
  Lines(Input& input, std::size_t max_line);

  /// The next line, without "\n" or "\r\n"; valid until the next call. False:
  /// the end. After an error the lines already given stand.
  Result<bool> next(Line& line);
  /// The lines from where we are to the end of what is in the buffer (at least one read), without
  /// taking them: to find out what kind of log this is. May end in the middle of a line.
  Result<std::string_view> peek();

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t count() const { return number_; }
  [[nodiscard]] std::uint64_t too_long() const { return too_long_; }

 private:
  /// Reads more behind what is left. False: the end.
  Result<bool> fill();

  Input& input_;
  std::size_t max_line_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, searched_ = 0, end_ = 0;  // searched_: no line end before it
  bool overlong_ = false;                           // passing over a line
  bool ended_ = false;
  std::uint64_t bytes_ = 0, number_ = 0, too_long_ = 0;
};

}  // namespace interdict::logs
