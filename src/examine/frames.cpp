#include "examine/frames.hpp"

#include <cassert>

#include "base/bytes.hpp"
#include "base/file.hpp"

namespace interdict::examine {
namespace {
constexpr std::size_t kHeader = 5;
}

void append_frame(std::string& out, std::uint8_t says, std::string_view body) {
  assert(body.size() <= kMaxFrame);
  for (unsigned i = 0; i < 4; ++i) out.push_back(static_cast<char>(body.size() >> 8 * i & 0xff));
  out.push_back(static_cast<char>(says));
  out.append(body);
}

Status send_frame(int fd, std::uint8_t says, std::string_view body) {
  if (body.size() > kMaxFrame) return Error{Errc::limit, "a message is too long"};
  std::string bytes;
  bytes.reserve(kHeader + body.size());
  append_frame(bytes, says, body);
  return write_all(fd, bytes_of(bytes));
}

void FrameBuffer::add(std::string_view bytes) {
  bytes_.erase(0, at_);
  at_ = 0;
  bytes_.append(bytes);
}

Result<std::optional<Frame>> FrameBuffer::next() {
  const auto rest = std::string_view(bytes_).substr(at_);
  if (rest.size() < kHeader) return std::optional<Frame>{};
  const auto length = load_le(bytes_of(rest).data(), 4);
  if (length > kMaxFrame) return Error{Errc::malformed, "a message is longer than any of ours"};
  if (rest.size() - kHeader < length) return std::optional<Frame>{};
  at_ += kHeader + length;
  return std::optional<Frame>(
      {static_cast<std::uint8_t>(rest[4]), rest.substr(kHeader, static_cast<std::size_t>(length))});
}

}  // namespace interdict::examine
