// The part of a bundle that is in memory: a window that moves over the file. Private to stix.cpp.

#pragma once

#include <cstdint>
#include <memory>

#include "base/result.hpp"
#include "formats/stix.hpp"

namespace interdict::stix {

/// Memory for a window, and the bytes around it that its parsing needs.
class Window {
 public:
  /// The byte before the text: the '[' that makes a list of a window is written there.
  static constexpr std::size_t kHeadroom = 1;
  /// What simdjson may read behind its input.
  static constexpr std::size_t kPadding = 64;
  /// Bytes behind the text: our own ']' and a blank, then the padding.
  static constexpr std::size_t kTail = 2 + kPadding;

  explicit Window(std::size_t bytes) { grow(bytes); }
  [[nodiscard]] char* data() const { return bytes_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// At least this many bytes of text; keeps what is there.
  void grow(std::size_t bytes);

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0;
};

/// What is left to read of a file, as much of it as is in memory.
class Input {
 public:
  Input(const Pull& pull, Window& window) : pull_(pull), window_(window) {}

  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }
  [[nodiscard]] std::uint64_t bytes_read() const { return offset_ + size(); }
  /// The first unread byte; the byte before it and the tail behind the last are the caller's.
  [[nodiscard]] char* data() { return window_.data() + begin_; }
  [[nodiscard]] std::size_t capacity() const { return window_.size() - begin_; }

  void drop(std::size_t count) {
    begin_ += count;
    offset_ += count;
  }
  /// Reads on; false at the end of the file. Grows when everything in memory is still unread.
  Result<bool> more();
  /// The next byte without taking it; '\0' at the end.
  Result<char> peek() {
    if (size() == 0 && !TRY(more())) return '\0';
    return *data();
  }
  /// The same behind what JSON counts as blank.
  Result<char> next_significant();
  Result<bool> take(char c);

 private:
  const Pull& pull_;
  Window& window_;
  std::size_t begin_ = Window::kHeadroom;
  std::size_t end_ = Window::kHeadroom;
  std::uint64_t offset_ = 0;  // of begin_ in the file
  bool at_end_ = false;
};

}  // namespace interdict::stix
