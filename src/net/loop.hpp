// The event loop: one thread that carries every conversation of the daemon.
//
// Boost.Asio waits (epoll, timers, signals); it appears in loop.cpp alone. Sockets, deadlines and
// the life of a connection are ours and know nothing of it.
//
// Threads  post(), stop() and Wake may be called from any thread; everything else from the thread
//          of run(), or before it. A loop must not be destroyed while it runs.
// Limits   each listener caps its connections in all and per subscriber (an IPv4 address or an
//          IPv6 /64); who comes beyond is told so and closed at once. The loop caps the whole
//          below the limit of open descriptors, and where the machine has none left it leaves
//          clients in the queue and looks again a tenth of a second later.

#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.hpp"
#include "net/conversation.hpp"

namespace interdict::net {

struct ListenerOptions {
  std::string name;                 // in reports of trouble
  std::size_t connections = 1024;   // at a time
  std::size_t per_subscriber = 64;  // at a time; 0: no cap. Unix sockets have no addresses
  std::vector<Network> uncapped{};  // addresses that per_subscriber spares: a proxy, a mail server
  std::string when_full{};          // sent, if it fits at once, to who is over a cap
  ConnectionBounds bounds{};
};

/// May be read from any thread.
struct Counters {
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> over_total{0}, over_subscriber{0};  // refused, not in `accepted`
  std::atomic<std::uint64_t> late{0};     // ran out of patience, a quiet keep-alive included
  std::atomic<std::uint64_t> failed{0};   // ended by an error of the conversation
  std::atomic<std::uint64_t> open{0};     // now
  std::atomic<std::uint64_t> starved{0};  // times that accept() found no descriptor or memory
};

struct LoopOptions {
  /// Descriptors to ask the operating system for (RLIMIT_NOFILE).
  std::size_t descriptors = 65'536;
  /// Descriptors that connections leave to the rest of the program.
  std::size_t reserve = 128;
  /// Where, and what: a conversation that failed, a callback that threw, a queue that starves.
  std::function<void(std::string_view where, const Error&)> trouble{};
};

/// Runs its function until it is destroyed.
class Timer {
 public:
  class Waiting;
  Timer() = default;
  explicit Timer(std::weak_ptr<Waiting> waiting) : waiting_(std::move(waiting)) {}
  Timer(Timer&& o) noexcept : waiting_(std::move(o.waiting_)) {}
  Timer& operator=(Timer&& o) noexcept;
  ~Timer();

 private:
  std::weak_ptr<Waiting> waiting_;
};

class Loop {
 public:
  /// Io: the operating system gives no way to wait.
  static Result<Loop> open(LoopOptions options = {});
  Loop(Loop&&) noexcept;
  Loop& operator=(Loop&&) = delete;
  ~Loop();

  struct Listening {
    std::uint16_t port = 0;              // of TCP: the one that was given
    const Counters* counters = nullptr;  // lives as long as the loop
  };
  Result<Listening> listen(const Endpoint& endpoint, ListenerOptions options, Factory factory);

  [[nodiscard]] Timer after(Millis delay, std::function<void()> f);
  [[nodiscard]] Timer every(Millis period, std::function<void()> f);
  /// Replaces what the signal does until the loop is gone. SIGTERM and SIGINT usually call stop(),
  /// SIGHUP reads the configuration again.
  Status on_signal(int signal, std::function<void()> f);
  void post(std::function<void()> f);

  /// Runs until stop(). One run in the life of a loop.
  void run();
  /// Accepts no more, closes what rests, gives the rest `grace`, then closes that too.
  void stop(Millis grace = Millis(5'000));

 private:
  struct Parts;
  explicit Loop(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace interdict::net
