#include "net/sockets.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace interdict::net {
namespace {

constexpr int kBacklog = 1024;

Error system_error(std::string_view what) {
  const int why = errno;
  return Error{Errc::io, fmt::format("{}: {}", what, std::strerror(why))};
}

/// A socket address of any family, as the system calls want it.
class SocketAddress {
 public:
  static Result<SocketAddress> of(const Endpoint& endpoint) {
    SocketAddress out;
    if (!endpoint.path.empty()) {
      auto& to = out.as<sockaddr_un>();
      if (endpoint.path.size() >= sizeof to.sun_path) {
        return Error{Errc::usage, fmt::format("a Unix socket's path has at most {} bytes: {}",
                                              sizeof to.sun_path - 1, endpoint.path)};
      }
      to.sun_family = AF_UNIX;
      endpoint.path.copy(to.sun_path, endpoint.path.size());
      out.size = sizeof to;
    } else if (endpoint.address.v4()) {
      auto& to = out.as<sockaddr_in>();
      to.sin_family = AF_INET;
      to.sin_port = htons(endpoint.port);
      std::memcpy(&to.sin_addr, endpoint.address.bytes.data() + 12, 4);
      out.size = sizeof to;
    } else {
      auto& to = out.as<sockaddr_in6>();
      to.sin6_family = AF_INET6;
      to.sin6_port = htons(endpoint.port);
      std::memcpy(&to.sin6_addr, endpoint.address.bytes.data(), 16);
      out.size = sizeof to;
    }
    return out;
  }
  // The socket calls take every family through one pointer type: that is their interface.
  template <class T>
  T& as() {
    return reinterpret_cast<T&>(storage);
  }
  sockaddr* generic() { return &as<sockaddr>(); }

  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
};

Result<Descriptor> new_socket(int family) {
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) return system_error("socket");
  return socket;
}

/// Makes room at `path` for a new socket: only a socket that nobody answers is removed.
Status clear_stale(const Endpoint& endpoint) {
  struct stat found{};
  if (::lstat(endpoint.path.c_str(), &found) != 0) {
    return errno == ENOENT ? ok() : Status(system_error(endpoint.path));
  }
  if (!S_ISSOCK(found.st_mode)) {
    return Error{Errc::io, fmt::format("{} exists and is no socket", endpoint.path)};
  }
  auto probe = TRY(new_socket(AF_UNIX));
  auto address = TRY(SocketAddress::of(endpoint));
  if (::connect(probe.get(), address.generic(), address.size) == 0 || errno == EAGAIN) {
    return Error{Errc::io, fmt::format("{} is in use by another process", endpoint.path)};
  }
  if (errno != ECONNREFUSED && errno != ENOENT) return system_error(endpoint.path);
  if (::unlink(endpoint.path.c_str()) != 0 && errno != ENOENT) return system_error(endpoint.path);
  return ok();
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

Result<ListeningSocket> ListeningSocket::open(const Endpoint& endpoint) {
  return endpoint.path.empty() ? open_tcp(endpoint) : open_unix(endpoint);
}

Result<ListeningSocket> ListeningSocket::open_tcp(const Endpoint& endpoint) {
  auto address = TRY(SocketAddress::of(endpoint));
  ListeningSocket out(TRY(new_socket(address.storage.ss_family)));
  const int yes = 1;
  ::setsockopt(out.descriptor(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (::bind(out.descriptor(), address.generic(), address.size) != 0 ||
      ::listen(out.descriptor(), kBacklog) != 0) {
    return system_error(endpoint.text());
  }
  SocketAddress bound;
  if (::getsockname(out.descriptor(), bound.generic(), &bound.size) != 0) {
    return system_error(endpoint.text());
  }
  out.port_ = ntohs(endpoint.address.v4() ? bound.as<sockaddr_in>().sin_port
                                          : bound.as<sockaddr_in6>().sin6_port);
  return out;
}

Result<ListeningSocket> ListeningSocket::open_unix(const Endpoint& endpoint) {
  auto address = TRY(SocketAddress::of(endpoint));
  TRY(clear_stale(endpoint));
  ListeningSocket out(TRY(new_socket(AF_UNIX)));
  if (::bind(out.descriptor(), address.generic(), address.size) != 0) {
    return system_error(endpoint.path);
  }
  struct stat made{};
  // Before listen() every connect() is refused, so the mode is right before anybody gets in.
  if (::chmod(endpoint.path.c_str(), endpoint.mode) != 0 ||
      ::lstat(endpoint.path.c_str(), &made) != 0 || ::listen(out.descriptor(), kBacklog) != 0) {
    auto error = system_error(endpoint.path);
    ::unlink(endpoint.path.c_str());
    return error;
  }
  out.path_ = endpoint.path;
  out.device_ = made.st_dev;
  out.inode_ = made.st_ino;
  return out;
}

ListeningSocket::~ListeningSocket() {
  if (path_.empty() || socket_.get() < 0) return;  // moved from
  struct stat found{};
  if (::lstat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
}

Result<std::optional<Accepted>> accept_one(int listening) {
  SocketAddress from;
  Descriptor socket(::accept4(listening, from.generic(), &from.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket.get() < 0) {
    switch (errno) {
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return Error{Errc::limit, fmt::format("accept: {}", std::strerror(errno))};
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
      case EOPNOTSUPP:
        return system_error("accept");
      default:
        // Nobody waits, or who waited has gone, or its network has: accept(2) asks to try again,
        // and the next readiness does.
        return std::optional<Accepted>();
    }
  }
  Accepted out{std::move(socket), {}};
  const int fd = out.socket.get();
  if (from.storage.ss_family == AF_UNIX) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0) out.peer.user = who.uid;
    return std::optional(std::move(out));
  }
  Address& address = out.peer.address.emplace();
  if (from.storage.ss_family == AF_INET) {
    address = *Address::parse("0.0.0.0");
    std::memcpy(address.bytes.data() + 12, &from.as<sockaddr_in>().sin_addr, 4);
  } else {
    std::memcpy(address.bytes.data(), &from.as<sockaddr_in6>().sin6_addr, 16);
  }
  const int yes = 1;  // replies are whole: waiting for more to send only delays them
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return std::optional(std::move(out));
}

Result<Descriptor> connect_to(const Endpoint& endpoint) {
  auto address = TRY(SocketAddress::of(endpoint));
  Descriptor socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0 || ::connect(socket.get(), address.generic(), address.size) != 0) {
    return system_error(endpoint.text());
  }
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
  return socket;
}

Transfer read_some(int socket, std::span<char> into) {
  while (true) {
    const auto got = ::recv(socket, into.data(), into.size(), 0);
    if (got > 0) return {Moved::some, static_cast<std::size_t>(got)};
    if (got == 0) return {Moved::closed, 0};
    if (errno == EAGAIN) return {Moved::none_now, 0};
    if (errno != EINTR) return {Moved::closed, 0};
  }
}

Transfer write_some(int socket, std::string_view bytes) {
  while (true) {
    // Without a signal: who hangs up must not end the program.
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {Moved::some, static_cast<std::size_t>(sent)};
    if (errno == EAGAIN) return {Moved::none_now, 0};
    if (errno != EINTR) return {Moved::closed, 0};
  }
}

void end_output(int socket) { ::shutdown(socket, SHUT_WR); }

std::size_t raise_descriptor_limit(std::size_t wanted) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  if (limit.rlim_cur < wanted) {
    const rlimit more{std::min<rlim_t>(wanted, limit.rlim_max), limit.rlim_max};
    if (::setrlimit(RLIMIT_NOFILE, &more) == 0) limit = more;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace interdict::net
