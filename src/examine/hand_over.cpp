#include "examine/hand_over.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "base/file.hpp"
#include "examine/archive.hpp"
#include "examine/frames.hpp"
#include "examine/messages.hpp"

namespace interdict::examine {
namespace {

constexpr std::size_t kLongest = 64 << 10;  // of a password, or of why there is none

struct Header {
  std::array<std::byte, 4> length;
  ParentSays says;
};
static_assert(sizeof(Header) == 5);

Status read_exactly(int socket, std::span<std::byte> into) {
  while (!into.empty()) {
    const auto n = ::read(socket, into.data(), into.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{Errc::io, std::strerror(errno)};
    if (n == 0) return Error{Errc::io, "the parent is gone"};
    into = into.subspan(static_cast<std::size_t>(n));
  }
  return ok();
}

}  // namespace

Status hand_over(int socket, const Result<crypto::Secret>& password) {
  if (!password) {
    const Failure why{password.error().code(), password.error().what()};
    return send_frame(socket, static_cast<std::uint8_t>(ParentSays::no_password), encode(why));
  }
  const auto bytes = password->bytes();
  if (bytes.size() > kLongest) return Error{Errc::usage, "the password is longer than 64 KiB"};
  Header header{.length = {}, .says = ParentSays::password};
  for (unsigned i = 0; i < 4; ++i) header.length[i] = std::byte(bytes.size() >> 8 * i & 0xff);
  TRY(write_all(socket, std::as_bytes(std::span(&header, 1))));
  return write_all(socket, bytes);
}

Result<crypto::Secret> take_over(int socket) {
  Header header{};
  TRY(read_exactly(socket, std::as_writable_bytes(std::span(&header, 1))));
  const auto length = static_cast<std::size_t>(load_le(header.length.data(), 4));
  if (length > kLongest) return Error{Errc::malformed, "a password of impossible length"};
  crypto::Secret body(length);
  TRY(read_exactly(socket, body.writable()));
  if (header.says == ParentSays::password) return body;
  auto why = decode<Failure>(text_of(body.bytes()));
  if (!why) return Error{Errc::malformed, "no password"};
  return Error{why->code, std::move(why->text)};
}

}  // namespace interdict::examine
