// Frames: messages one after another on a pipe or a socket.
//
// Format  little-endian u32 length of the body, one byte that says which message, the body.
// Bounds  a body is at most kMaxFrame bytes; a longer one is refused on both sides.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace interdict::examine {

inline constexpr std::size_t kMaxFrame = 1 << 20;

struct Frame {
  std::uint8_t says = 0;
  std::string_view body;  // dies with the next add() to its buffer
};

/// The body must not be longer than kMaxFrame.
void append_frame(std::string& out, std::uint8_t says, std::string_view body);
/// Errc::limit when the body is too long, Errc::io when nobody reads any more.
Status send_frame(int fd, std::uint8_t says, std::string_view body);

/// Cuts a stream into frames.
class FrameBuffer {
 public:
  void add(std::string_view bytes);
  /// The next whole frame, or nothing yet. Errc::malformed when the stream cannot be one of ours.
  Result<std::optional<Frame>> next();

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace interdict::examine
