// The body of a request out of bytes: a length, or chunks.
//
// Chunks are read here and not by Beast 1.81, for two reasons that our tests found: it ends the
// program through an assertion when an empty chunked body comes byte by byte (boostorg/beast#2861,
// mended in later versions), and with an open quote in a chunk extension it reads beyond the line,
// so that its verdict depends on where the network cut the bytes.
//
// Format  RFC 9112 7.1. Stricter: no blank after the size, extensions are visible ASCII without
//         quotes, at most 16 digits. Extensions and trailers are read and dropped.
// Bounds  kMaxChunkLine bytes a line of size and extension, kMaxExtensions of them a body,
//         kMaxTrailers bytes of trailers, and the body's own limit.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/head.hpp"

namespace interdict::http {

class BodyReader {
 public:
  static constexpr std::size_t kMaxChunkLine = 256;
  static constexpr std::size_t kMaxExtensions = 4 << 10;
  static constexpr std::size_t kMaxTrailers = 8 << 10;

  static BodyReader with_length(std::uint64_t length);
  /// At most `most` bytes.
  static BodyReader with_chunks(std::uint64_t most);

  struct Step {
    std::size_t consumed = 0;  // the rest must be given again, with more behind it
    std::optional<Refusal> refusal;
  };
  /// Takes what has arrived, as far as it belongs to the body, and appends its content to `body`.
  Step feed(std::string_view bytes, std::string& body);
  [[nodiscard]] bool done() const { return state_ == State::done; }

 private:
  enum class State : std::uint8_t { plain, size, data, data_end, trailer, done };

  std::optional<Refusal> size_line(std::string_view line);
  std::optional<Refusal> trailer_line(std::string_view line);

  State state_ = State::done;
  std::uint64_t left_ = 0;  // of the body or of the chunk
  std::uint64_t most_ = 0;  // of chunks that may still come
  std::size_t extensions_ = 0, trailers_ = 0;
};

}  // namespace interdict::http
