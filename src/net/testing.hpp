// For tests: a loop in a thread of its own, and a client that never waits for ever.

#pragma once

#include <chrono>
#include <future>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <poll.h>

#include "net/loop.hpp"
#include "net/sockets.hpp"

namespace interdict::net::testing {

/// Set up `loop` and what it carries first, then start().
class RunningLoop {
 public:
  explicit RunningLoop(LoopOptions options = {}) : loop(open(std::move(options))) {}
  ~RunningLoop() { stop(Millis(0)); }
  void start() {
    thread_ = std::thread([this] { loop.run(); });
  }
  void stop(Millis grace) {
    if (!thread_.joinable()) return;
    loop.stop(grace);
    thread_.join();
  }
  /// Waits until the loop has ended by itself.
  void join() { thread_.join(); }
  /// Waits until the loop has done what it had to do so far.
  void settle() {
    std::promise<void> done;
    loop.post([&] { done.set_value(); });
    done.get_future().wait();
  }
  /// What the loop had to report so far. A client may see the end of a connection a moment before.
  std::vector<std::string> troubles() {
    if (thread_.joinable()) settle();
    const std::lock_guard hold(mutex_);
    return troubles_;
  }

 private:
  Loop open(LoopOptions options) {
    options.trouble = [this](std::string_view where, const Error& error) {
      const std::lock_guard hold(mutex_);
      troubles_.push_back(std::string(where) + ": " + error.what());
    };
    auto made = Loop::open(std::move(options));
    if (!made) throw std::runtime_error(made.error().what());
    return std::move(*made);
  }
  std::mutex mutex_;
  std::vector<std::string> troubles_;  // guarded by mutex_
  std::thread thread_;

 public:
  Loop loop;
};

/// Every wait ends after `patience`; what was read until then is the answer.
class Client {
 public:
  explicit Client(const Endpoint& to, Millis patience = Millis(5'000)) : patience_(patience) {
    auto made = connect_to(to);
    if (!made) throw std::runtime_error(made.error().what());
    socket_ = std::move(*made);
  }
  explicit Client(std::uint16_t port) : Client(Endpoint::loopback(port)) {}

  /// False: the other side has closed, or takes nothing for too long.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto put = write_some(socket_.get(), bytes);
      if (put.moved == Moved::closed) return false;
      if (put.moved == Moved::none_now && !ready(POLLOUT)) return false;
      bytes.remove_prefix(put.bytes);
    }
    return true;
  }
  /// Reads until what has come holds `text`, or the end; gives and forgets everything read.
  std::string until(std::string_view text) {
    while (text.empty() || got_.find(text) == got_.npos) {
      if (!more()) break;
    }
    return std::exchange(got_, {});
  }
  std::string exactly(std::size_t bytes) {
    while (got_.size() < bytes && more()) {
    }
    auto out = got_.substr(0, bytes);
    got_.erase(0, bytes);
    return out;
  }
  /// Everything until the other side closes.
  std::string rest() { return until({}); }
  /// The other side has closed, or does so in time; nothing more came before.
  bool closed() { return !more() && ended_ && got_.empty(); }
  /// Something has come, or the end has.
  bool answered() {
    pollfd now{socket_.get(), POLLIN, 0};
    return ::poll(&now, 1, 0) > 0;
  }
  void end_output() { net::end_output(socket_.get()); }

 private:
  bool ready(short what) {
    pollfd wait{socket_.get(), what, 0};
    return ::poll(&wait, 1, static_cast<int>(patience_.count())) > 0;
  }
  bool more() {
    if (ended_ || !ready(POLLIN)) return false;
    std::vector<char> buffer(64 << 10);
    const auto got = read_some(socket_.get(), buffer);
    if (got.moved == Moved::closed) ended_ = true;
    if (got.moved != Moved::some) return !ended_;
    got_.append(buffer.data(), got.bytes);
    return true;
  }
  Descriptor socket_;
  Millis patience_;
  std::string got_;
  bool ended_ = false;
};

}  // namespace interdict::net::testing
