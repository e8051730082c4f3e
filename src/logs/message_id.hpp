// A Message-Id as a shape: enough to tell which mailer makes such ids, not enough to name a
// message.
//
// A UUID of version 4 in capitals, as iPhone Mail writes it, becomes the one
// <00000000-0000-4000-8000-000000000000@HOST>, every other id <x@HOST>, or <CAx@HOST> where it
// begins as Google's do. So a mailer has one shape a host, and what is asked about it (facts on
// device identification 2.1, 2.7) can still be asked: is it such a UUID, how does it begin, which
// host.

#pragma once

#include <array>
#include <string_view>

namespace interdict::logs {

class MessageIdShape {
 public:
  /// Valid until the next call. At most kLimit bytes are kept.
  std::string_view of(std::string_view id);

 private:
  static constexpr std::size_t kLimit = 128;
  std::array<char, kLimit> text_;
  std::size_t size_ = 0;
  void put(char c) {
    if (size_ < kLimit) text_[size_++] = c;
  }
};

}  // namespace interdict::logs
