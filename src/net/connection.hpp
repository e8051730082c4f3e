// One connection: a socket, its conversation, and what has not been sent yet.
//
// It reads only when its conversation can take more and everything said so far has left: a client
// that does not listen is not listened to. While it waits it holds no buffer.

#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "net/conversation.hpp"
#include "net/sockets.hpp"

namespace interdict::net {

struct ConnectionBounds {
  Millis idle{300'000};          // since the last byte, where the conversation sets no limit
  Millis write{30'000};          // until a reply has left, however slowly it is read
  Millis linger{1'000};          // after our last word, for the other side to read it
  std::size_t output = 8 << 20;  // bytes unsent; more ends the connection
};

/// What to wait for next.
enum class Wish : std::uint8_t { read, write, wake, close };

class Connection {
 public:
  /// The bounds must outlive the connection.
  Connection(Descriptor socket, std::unique_ptr<Conversation> conversation,
             const ConnectionBounds& bounds);

  /// One read, into a buffer that all connections share, and what follows from it.
  Wish readable(std::span<char> shared);
  Wish writable();
  Wish resume();
  /// The patience is over.
  Wish late();
  /// The loop stops.
  Wish leave();

  /// Closes the socket at once; nothing may be asked of the connection afterwards.
  void hang_up() { socket_ = Descriptor(); }

  [[nodiscard]] Patience patience() const;
  [[nodiscard]] int descriptor() const { return socket_.get(); }
  /// Why the conversation failed, once.
  std::optional<Error> take_fault();

 private:
  enum class State : std::uint8_t { talking, closing, draining };

  template <class Call>
  Result<bool> guarded(Call&& call);
  Wish settle(Result<bool> going);
  bool flush();  // false: the other side is gone

  Descriptor socket_;
  std::unique_ptr<Conversation> conversation_;
  const ConnectionBounds& bounds_;
  std::string out_;
  std::size_t sent_ = 0;  // of out_
  std::uint32_t reads_ = 0, writes_ = 0;
  std::uint32_t drained_ = 0;
  State state_ = State::talking;
  bool leaving_ = false;
  std::optional<Error> fault_;
};

}  // namespace interdict::net
