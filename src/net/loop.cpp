#include "net/loop.hpp"

#include <array>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <unordered_map>

#include <fmt/format.h>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/deadlines.hpp"

namespace interdict::net {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kReadAtOnce = 16 << 10;
constexpr int kAcceptAtOnce = 64;  // so that a flood of clients does not starve those who are in
constexpr Millis kStarvedPause{100};

using Clock = std::chrono::steady_clock;
std::int64_t millis_now() {
  return std::chrono::duration_cast<Millis>(Clock::now().time_since_epoch()).count();
}

}  // namespace

/// The part of a loop that other threads may reach, and may hold longer than the loop lives.
class Outside final : public Wake::Target {
 public:
  explicit Outside(asio::io_context& io) : io_(&io) {}
  void wake(std::uint64_t connection) override {
    const std::lock_guard hold(mutex_);
    if (io_ != nullptr) asio::post(*io_, [this, connection] { woken(connection); });
  }
  template <class F>
  void post(F&& f) {
    const std::lock_guard hold(mutex_);
    if (io_ != nullptr) asio::post(*io_, std::forward<F>(f));
  }
  void loop_is_gone() {
    const std::lock_guard hold(mutex_);
    io_ = nullptr;
  }
  std::function<void(std::uint64_t)> woken;  // set once, before any Wake exists

 private:
  std::mutex mutex_;
  asio::io_context* io_;  // guarded by mutex_
};

struct Listener {
  Listener(asio::io_context& io, ListeningSocket made, ListenerOptions given, Factory make)
      : socket(std::move(made)),
        options(std::move(given)),
        factory(std::move(make)),
        eye(io, socket->descriptor()),
        pause(io) {}
  ~Listener() { close(); }
  void close() {
    if (!socket) return;
    pause.cancel();
    eye.release();
    socket.reset();
  }

  std::optional<ListeningSocket> socket;  // none: closed
  ListenerOptions options;
  Factory factory;
  asio::posix::stream_descriptor eye;  // on a descriptor that `socket` owns
  asio::steady_timer pause;
  Counters* counters = nullptr;
  std::unordered_map<Address, std::size_t, AddressHash> subscribers;  // with a connection each
};

/// A connection and Asio's eye on its descriptor.
struct Link {
  Link(asio::io_context& io, Descriptor socket, std::unique_ptr<Conversation> conversation,
       Listener& from)
      : connection(std::move(socket), std::move(conversation), from.options.bounds),
        eye(io, connection.descriptor()),
        listener(&from) {}
  ~Link() {
    if (eye.is_open()) eye.release();
  }
  Connection connection;
  asio::posix::stream_descriptor eye;  // on a descriptor that `connection` owns
  Listener* listener;
  Deadlines::Hook deadline;
  std::uint64_t id = 0;
  std::uint64_t phase = ~std::uint64_t{0};
  std::optional<Address> counted_as;
  Wish wish = Wish::read;
  bool reading = false, writing = false, closed = false;  // waits that are pending; the end
};

class Timer::Waiting {
 public:
  Waiting(asio::io_context& io, Millis repeats, std::function<void()> f)
      : clock(io), period(repeats), run(std::move(f)) {}
  asio::steady_timer clock;
  Millis period;
  std::function<void()> run;
  bool cancelled = false;
};

Timer& Timer::operator=(Timer&& o) noexcept {
  std::swap(waiting_, o.waiting_);
  return *this;
}

Timer::~Timer() {
  if (const auto waiting = waiting_.lock()) {
    waiting->cancelled = true;
    waiting->clock.cancel();
  }
}

struct Loop::Parts {
  explicit Parts(LoopOptions given)
      : options(std::move(given)),
        outside(std::make_shared<Outside>(io)),
        stay(io.get_executor()),
        clock(io),
        grace(io),
        signals(io),
        deadlines(millis_now()) {
    const auto limit = raise_descriptor_limit(options.descriptors);
    most_links = limit > options.reserve ? limit - options.reserve : 1;
    outside->woken = [this](std::uint64_t id) {
      if (const auto found = links.find(id); found != links.end()) {
        act(found->second, [](Connection& c) { return c.resume(); });
      }
    };
    await_signal();
  }
  ~Parts() {
    outside->loop_is_gone();
    // Handlers that still wait hold links: none may look at a loop that is gone.
    while (!links.empty()) close(links.begin()->second);
  }

  void trouble(std::string_view where, const Error& error) const {
    if (options.trouble) options.trouble(where, error);
  }
  template <class F>
  void guarded(std::string_view where, F&& f) {
    try {
      f();
    } catch (const std::exception& thrown) {
      trouble(where, Error{Errc::io, fmt::format("thrown: {}", thrown.what())});
    }
  }

  // Listeners.
  void await_clients(Listener& listener);
  void accept(Listener& listener);
  void admit(Listener& listener, Accepted accepted);
  bool full(Listener& listener, const std::optional<Address>& counted) const;

  // Connections.
  using LinkPtr = std::shared_ptr<Link>;  // shared by the table and by the waits that are pending
  template <class Step>
  void act(const LinkPtr& held, Step&& step);
  void follow(const LinkPtr& link, Wish wish);
  void close(LinkPtr link);

  // Time, signals, the end.
  void arm(std::int64_t when);
  void tick();
  void wait(std::shared_ptr<Timer::Waiting> timer, Millis delay);
  void await_signal();
  void stop_now(Millis how_long);

  LoopOptions options;
  std::size_t most_links = 0;
  asio::io_context io{1};
  std::shared_ptr<Outside> outside;  // shared with every Wake
  asio::executor_work_guard<asio::io_context::executor_type> stay;
  asio::steady_timer clock, grace;
  asio::signal_set signals;
  std::map<int, std::function<void()>> on_signal;
  std::deque<Counters> counters;
  std::vector<std::unique_ptr<Listener>> listeners;
  Deadlines deadlines;
  std::int64_t armed_for = -1;  // when the clock rings; -1: it does not
  std::unordered_map<std::uint64_t, LinkPtr> links;
  std::uint64_t next_id = 0;
  bool accepting = true;
  std::array<char, kReadAtOnce> shared_buffer;
};

void Loop::Parts::await_clients(Listener& listener) {
  listener.eye.async_wait(asio::posix::stream_descriptor::wait_read,
                          [this, &listener](const error_code& error) {
                            if (!error && accepting) accept(listener);
                          });
}

void Loop::Parts::accept(Listener& listener) {
  for (int i = 0; i < kAcceptAtOnce; ++i) {
    auto accepted = accept_one(listener.socket->descriptor());
    if (!accepted) {
      // The queue stays readable: waiting for it again at once would spin.
      listener.counters->starved.fetch_add(1, std::memory_order_relaxed);
      trouble(listener.options.name, accepted.error());
      listener.pause.expires_after(kStarvedPause);
      listener.pause.async_wait([this, &listener](const error_code& error) {
        if (!error && accepting) accept(listener);
      });
      return;
    }
    if (!*accepted) break;
    guarded(listener.options.name, [&] { admit(listener, std::move(**accepted)); });
  }
  await_clients(listener);
}

bool Loop::Parts::full(Listener& listener, const std::optional<Address>& counted) const {
  auto& counts = *listener.counters;
  if (counts.open >= listener.options.connections || links.size() >= most_links) {
    counts.over_total.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (!counted) return false;
  const auto found = listener.subscribers.find(*counted);
  if (found == listener.subscribers.end() || found->second < listener.options.per_subscriber) {
    return false;
  }
  counts.over_subscriber.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void Loop::Parts::admit(Listener& listener, Accepted accepted) {
  std::optional<Address> counted;
  if (accepted.peer.address && listener.options.per_subscriber != 0) {
    bool spared = false;
    for (const auto& network : listener.options.uncapped) {
      spared = spared || network.holds(*accepted.peer.address);
    }
    if (!spared) counted = accepted.peer.address->subscriber();
  }
  if (full(listener, counted)) {
    write_some(accepted.socket.get(), listener.options.when_full);
    return;
  }
  const auto id = next_id++;
  auto conversation = listener.factory(accepted.peer, Wake(outside, id));
  if (!conversation) return;
  const auto link =
      std::make_shared<Link>(io, std::move(accepted.socket), std::move(conversation), listener);
  link->id = link->deadline.owner = id;
  links.emplace(id, link);
  if (counted) {
    ++listener.subscribers[*counted];
    link->counted_as = counted;
  }
  listener.counters->accepted.fetch_add(1, std::memory_order_relaxed);
  listener.counters->open.fetch_add(1, std::memory_order_relaxed);
  follow(link, Wish::read);
}

/// One step of a connection, and what it wishes next.
template <class Step>
void Loop::Parts::act(const LinkPtr& held, Step&& step) {
  // The table may drop its own.
  const LinkPtr link = held;  // NOLINT(performance-unnecessary-copy-initialization)
  if (link->closed) return;
  const Wish wish = step(link->connection);
  if (const auto fault = link->connection.take_fault()) {
    link->listener->counters->failed.fetch_add(1, std::memory_order_relaxed);
    trouble(link->listener->options.name, *fault);
  }
  follow(link, wish);
}

void Loop::Parts::follow(const LinkPtr& link, Wish wish) {
  if (wish == Wish::close) return close(link);
  link->wish = wish;
  const auto patience = link->connection.patience();
  if (patience.phase != link->phase) {
    link->phase = patience.phase;
    if (patience.limit.count() > 0) {
      deadlines.set(link->deadline, millis_now() + patience.limit.count());
      arm(Deadlines::looked_at(link->deadline));
    } else {
      Deadlines::clear(link->deadline);
    }
  }
  if (wish == Wish::read && !link->reading) {
    link->reading = true;
    link->eye.async_wait(asio::posix::stream_descriptor::wait_read,
                         [this, link](const error_code& error) {
                           link->reading = false;
                           if (error || link->wish != Wish::read) return;
                           act(link, [this](Connection& c) { return c.readable(shared_buffer); });
                         });
  } else if (wish == Wish::write && !link->writing) {
    link->writing = true;
    link->eye.async_wait(asio::posix::stream_descriptor::wait_write,
                         [this, link](const error_code& error) {
                           link->writing = false;
                           if (error || link->wish != Wish::write) return;
                           act(link, [](Connection& c) { return c.writable(); });
                         });
  }
}

// By value: the caller's may be the table's, which is about to go.
void Loop::Parts::close(LinkPtr link) {  // NOLINT(performance-unnecessary-value-param)
  if (link->closed) return;
  link->closed = true;
  Deadlines::clear(link->deadline);
  link->eye.release();  // its waits end with an error, and hold the link until they do
  link->connection.hang_up();
  auto& listener = *link->listener;
  listener.counters->open.fetch_sub(1, std::memory_order_relaxed);
  if (link->counted_as) {
    const auto found = listener.subscribers.find(*link->counted_as);
    if (--found->second == 0) listener.subscribers.erase(found);
  }
  links.erase(link->id);
  if (!accepting && links.empty()) io.stop();
}

/// Sets the clock, unless it rings before that anyway.
void Loop::Parts::arm(std::int64_t when) {
  if (armed_for >= 0 && armed_for <= when) return;
  armed_for = when;
  clock.expires_at(Clock::time_point(Millis(when)));
  clock.async_wait([this](const error_code& error) {
    if (error) return;
    armed_for = -1;
    tick();
  });
}

void Loop::Parts::tick() {
  const auto now = millis_now();
  while (auto* due = deadlines.take_due(now)) {
    const auto found = links.find(due->owner);
    if (found == links.end()) continue;
    const LinkPtr link = found->second;
    link->phase = ~std::uint64_t{0};  // its deadline is spent
    link->listener->counters->late.fetch_add(1, std::memory_order_relaxed);
    act(link, [](Connection& c) { return c.late(); });
  }
  if (const auto next = deadlines.next()) arm(*next);
}

void Loop::Parts::wait(std::shared_ptr<Timer::Waiting> timer, Millis delay) {
  auto& on = timer->clock;
  on.expires_after(delay);
  on.async_wait([this, timer = std::move(timer)](const error_code& error) {
    if (error || timer->cancelled) return;
    if (timer->period.count() > 0) wait(timer, timer->period);
    guarded("timer", timer->run);
  });
}

void Loop::Parts::await_signal() {
  signals.async_wait([this](const error_code& error, int signal) {
    if (error) return;
    guarded("signal", on_signal[signal]);
    await_signal();
  });
}

void Loop::Parts::stop_now(Millis how_long) {
  accepting = false;
  for (const auto& listener : listeners) listener->close();
  std::vector<LinkPtr> all;
  all.reserve(links.size());
  for (const auto& [id, link] : links) all.push_back(link);
  for (const auto& link : all) act(link, [](Connection& c) { return c.leave(); });
  if (links.empty()) return io.stop();
  grace.expires_after(how_long);
  grace.async_wait([this](const error_code& error) {
    if (error) return;
    while (!links.empty()) close(links.begin()->second);
  });
}

Loop::Loop(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Loop::Loop(Loop&&) noexcept = default;
Loop::~Loop() = default;

Result<Loop> Loop::open(LoopOptions options) {
  try {
    return Loop(std::make_unique<Parts>(std::move(options)));
  } catch (const std::exception& thrown) {
    return Error{Errc::io, fmt::format("no event loop: {}", thrown.what())};
  }
}

Result<Loop::Listening> Loop::listen(const Endpoint& endpoint, ListenerOptions options,
                                     Factory factory) {
  auto socket = TRY(ListeningSocket::open(endpoint));
  const auto port = socket.port();
  auto listener = std::make_unique<Listener>(parts_->io, std::move(socket), std::move(options),
                                             std::move(factory));
  listener->counters = &parts_->counters.emplace_back();
  parts_->await_clients(*listener);
  parts_->listeners.push_back(std::move(listener));
  return Listening{port, parts_->listeners.back()->counters};
}

Timer Loop::after(Millis delay, std::function<void()> f) {
  auto waiting = std::make_shared<Timer::Waiting>(parts_->io, Millis(0), std::move(f));
  Timer timer{std::weak_ptr(waiting)};
  parts_->wait(std::move(waiting), delay);
  return timer;
}

Timer Loop::every(Millis period, std::function<void()> f) {
  auto waiting =
      std::make_shared<Timer::Waiting>(parts_->io, std::max(period, Millis(1)), std::move(f));
  Timer timer{std::weak_ptr(waiting)};
  const auto first = waiting->period;
  parts_->wait(std::move(waiting), first);
  return timer;
}

Status Loop::on_signal(int signal, std::function<void()> f) {
  const bool known = parts_->on_signal.contains(signal);
  error_code error;
  // Its value is `error` once more.
  if (!known) parts_->signals.add(signal, error);  // NOLINT(bugprone-unused-return-value)
  if (error) return Error{Errc::io, fmt::format("signal {}: {}", signal, error.message())};
  parts_->on_signal[signal] = std::move(f);
  return ok();
}

void Loop::post(std::function<void()> f) {
  parts_->outside->post([parts = parts_.get(), f = std::move(f)] { parts->guarded("posted", f); });
}

void Loop::run() {
  while (!parts_->io.stopped()) {
    // Out of memory while a wait is set up: that connection is lost, the loop is not.
    parts_->guarded("loop", [this] { parts_->io.run(); });
  }
}

void Loop::stop(Millis grace) {
  parts_->outside->post([parts = parts_.get(), grace] { parts->stop_now(grace); });
}

}  // namespace interdict::net
