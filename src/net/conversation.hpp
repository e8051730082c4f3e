// A protocol without a socket: bytes in, bytes out. What the loop carries.
//
// Milter, policy delegation and HTTP are all Conversations, so each can be tested, fuzzed and
// measured without a network, and all run on one loop in one thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "base/result.hpp"
#include "net/address.hpp"

namespace interdict::net {

using Millis = std::chrono::milliseconds;

/// Who is at the other end.
struct Peer {
  std::optional<Address> address;     // none: a Unix socket
  std::optional<std::uint32_t> user;  // uid of the process behind a Unix socket (SO_PEERCRED)
};

/// How long the other side may take for what it does now. The clock starts when `phase` changes and
/// is not restarted by bytes: who sends one byte a second is as late as who sends none. A limit of
/// zero leaves it to the listener: its idle limit, counted from the last byte.
struct Patience {
  std::uint64_t phase = 0;
  Millis limit{0};
};

/// Calls a conversation back from any thread: its resume() runs soon on the loop. Cheap to copy;
/// harmless when the conversation or the loop is gone.
class Wake {
 public:
  class Target {
   public:
    virtual ~Target() = default;
    virtual void wake(std::uint64_t connection) = 0;
  };
  Wake() = default;
  Wake(std::shared_ptr<Target> target, std::uint64_t connection)
      : target_(std::move(target)), connection_(connection) {}
  void operator()() const {
    if (target_) target_->wake(connection_);
  }

 private:
  std::shared_ptr<Target> target_;  // shared: any thread may hold a Wake longer than the loop lives
  std::uint64_t connection_ = 0;
};

/// All calls come from the loop's thread, one at a time. A call that throws costs its connection,
/// never the loop.
class Conversation {
 public:
  Conversation() = default;
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;
  virtual ~Conversation() = default;

  /// Takes what has arrived and appends replies to `out`. False: send `out` and close. An error:
  /// the same, and the reason is reported.
  virtual Result<bool> receive(std::string_view bytes, std::string& out) = 0;
  /// Goes on with what was held back: called after a Wake, and when all output has left.
  virtual Result<bool> resume(std::string& out);
  /// False: nothing is read until a resume() changes it.
  [[nodiscard]] virtual bool hungry() const { return true; }
  [[nodiscard]] virtual Patience patience() const { return {}; }
  /// The patience is over: parting words. The connection closes after them.
  virtual void late(std::string& out);
  /// The loop stops: finish what is under way and begin nothing new.
  virtual void leave() {}
  /// Nothing is under way: the loop may close when it stops.
  [[nodiscard]] virtual bool resting() const { return false; }
};

inline Result<bool> Conversation::resume(std::string&) { return true; }
inline void Conversation::late(std::string&) {}

/// Makes the conversation of a new connection; an empty one refuses it.
using Factory = std::function<std::unique_ptr<Conversation>(const Peer&, Wake)>;

/// A session that has only `receive`, returning Result<bool> or Status, as a conversation.
template <class Session>
class Carried final : public Conversation {
 public:
  template <class... Args>
  explicit Carried(Args&&... args) : session_(std::forward<Args>(args)...) {}

  Result<bool> receive(std::string_view bytes, std::string& out) override {
    if constexpr (std::is_same_v<decltype(session_.receive(bytes, out)), Status>) {
      TRY(session_.receive(bytes, out));
      return true;
    } else {
      return session_.receive(bytes, out);
    }
  }

 private:
  Session session_;
};

}  // namespace interdict::net
