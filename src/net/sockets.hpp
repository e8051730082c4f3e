// Stream sockets of the operating system, without waiting: what the loop and its connections do.
//
// Every descriptor made here is non-blocking and close-on-exec.

#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "net/conversation.hpp"

namespace interdict::net {

/// Owns one descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& o) noexcept {
    Descriptor old(std::exchange(fd_, std::exchange(o.fd_, -1)));
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

/// A listening socket. A Unix socket's file is removed with it, if it is still the one it made.
class ListeningSocket {
 public:
  /// A Unix socket left behind by a dead process is replaced; one that answers, or a file that is
  /// no socket, is an error (io) and stays. Nobody can connect before the file has its mode. Two
  /// processes that start on one path in the same instant are not told apart.
  static Result<ListeningSocket> open(const Endpoint& endpoint);
  ListeningSocket(ListeningSocket&&) noexcept = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  ~ListeningSocket();

  [[nodiscard]] int descriptor() const { return socket_.get(); }
  [[nodiscard]] std::uint16_t port() const { return port_; }  // of TCP; the one that was given

 private:
  explicit ListeningSocket(Descriptor socket) : socket_(std::move(socket)) {}
  static Result<ListeningSocket> open_tcp(const Endpoint& endpoint);
  static Result<ListeningSocket> open_unix(const Endpoint& endpoint);

  Descriptor socket_;
  std::uint16_t port_ = 0;
  std::string path_;
  std::uint64_t device_ = 0, inode_ = 0;
};

struct Accepted {
  Descriptor socket;
  Peer peer;
};
/// One connection that waits; none: nobody does. Errc::limit: the machine has no descriptor or
/// memory for it, so it waits on, and asking again at once would spin.
Result<std::optional<Accepted>> accept_one(int listening);

/// A connection to `endpoint`, non-blocking once it stands. For tests and benchmarks.
Result<Descriptor> connect_to(const Endpoint& endpoint);

enum class Moved { some, none_now, closed };
struct Transfer {
  Moved moved = Moved::none_now;
  std::size_t bytes = 0;
};
/// One read or write. An error is `closed`: what a connection dies of does not matter to it.
Transfer read_some(int socket, std::span<char> into);
Transfer write_some(int socket, std::string_view bytes);
/// We will send no more; the other side reads the end of the stream.
void end_output(int socket);

/// Raises the soft limit of open descriptors towards `wanted`, as far as the hard limit allows;
/// gives the limit that holds afterwards.
std::size_t raise_descriptor_limit(std::size_t wanted);

}  // namespace interdict::net
