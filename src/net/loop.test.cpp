#include "net/loop.hpp"

#include <atomic>
#include <fstream>
#include <set>

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::net;
using net::testing::Client;
using net::testing::RunningLoop;

namespace {

/// Answers every line with the same line; some words are commands.
class Echo final : public Conversation {
 public:
  explicit Echo(std::string greeting = {}) : greeting_(std::move(greeting)) {}
  Result<bool> receive(std::string_view bytes, std::string& out) override {
    out += std::exchange(greeting_, {});
    line_ += bytes;
    for (auto end = line_.find('\n'); end != line_.npos; end = line_.find('\n')) {
      const auto line = line_.substr(0, end);
      line_.erase(0, end + 1);
      out += line + "\n";
      if (line == "quit") return false;
      if (line == "fail") return Error{Errc::malformed, "asked to fail"};
      if (line == "throw") throw std::runtime_error("asked to throw");
      if (line == "flood") out += std::string(100'000, 'x');
    }
    return true;
  }
  [[nodiscard]] bool resting() const override { return line_.empty(); }

 private:
  std::string greeting_, line_;
};

Factory echo() {
  return [](const Peer&, const Wake&) { return std::make_unique<Echo>(); };
}

std::uint16_t listen(RunningLoop& running, ListenerOptions options = {}, Factory make = echo()) {
  if (options.name.empty()) options.name = "echo";
  auto listening = running.loop.listen(Endpoint::loopback(), std::move(options), std::move(make));
  REQUIRE(listening);
  return listening->port;
}

/// Waits up to five seconds for what another thread will do.
template <class F>
bool eventually(F&& holds) {
  for (int i = 0; i < 500; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(Millis(10));
  }
  return false;
}

}  // namespace

TEST_CASE("bytes are carried to the conversation and back, in any pieces") {
  RunningLoop running;
  const auto port = listen(running);
  running.start();
  Client client(port);
  CHECK(client.send("one\ntwo\n"));
  CHECK(client.exactly(8) == "one\ntwo\n");
  for (const char c : std::string("slowly\n")) {
    CHECK(client.send(std::string(1, c)));
    running.settle();
  }
  CHECK(client.exactly(7) == "slowly\n");
  CHECK(client.send("quit\nafter"));
  CHECK(client.rest() == "quit\n");
}

TEST_CASE("what fails or throws ends its own connection after its last words, and is told") {
  RunningLoop running;
  const auto port = listen(running);
  running.start();
  Client other(port), failing(port), throwing(port);
  CHECK(failing.send("fail\n"));
  CHECK(failing.rest() == "fail\n");
  CHECK(throwing.send("throw\n"));
  CHECK(throwing.rest() == "throw\n");
  CHECK(other.send("still here\n"));
  CHECK(other.exactly(11) == "still here\n");
  CHECK(running.troubles() ==
        std::vector<std::string>{"echo: asked to fail", "echo: thrown: asked to throw"});
}

TEST_CASE("who does not read is not listened to, and is closed in the end") {
  RunningLoop running;
  ListenerOptions options;
  options.bounds.write = Millis(1'000);
  auto listening = running.loop.listen(Endpoint::loopback(), options, echo());
  REQUIRE(listening);
  running.start();
  Client client(Endpoint::loopback(listening->port), Millis(200));
  // A hundred kilobytes of answer for six bytes; none is read. Kept small, so that what the kernel
  // takes for us is taken too.
  std::string floods;
  for (int i = 0; i < 50; ++i) floods += "flood\n";
  CHECK(client.send(floods));
  CHECK(eventually([&] {
    running.settle();
    return listening->counters->late == 1;
  }));
  running.settle();
  CHECK(listening->counters->open == 0);
  CHECK(running.troubles().empty());
}

TEST_CASE("more unsent than the bound ends the connection") {
  RunningLoop running;
  ListenerOptions options;
  options.bounds.output = 50'000;
  const auto port = listen(running, options);
  running.start();
  Client client(port);
  CHECK(client.send("flood\n"));
  CHECK(client.rest().empty());
  CHECK(running.troubles() == std::vector<std::string>{"echo: more than 50000 bytes unsent"});
}

TEST_CASE("a quiet connection is closed after its idle limit, a lively one is not") {
  RunningLoop running;
  ListenerOptions options;
  options.bounds.idle = Millis(400);
  const auto port = listen(running, options);
  running.start();
  Client quiet(port), lively(port);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 8; ++i) {
    CHECK(lively.send("x\n"));
    CHECK(lively.exactly(2) == "x\n");
    std::this_thread::sleep_for(Millis(100));
  }
  CHECK(quiet.closed());
  CHECK(std::chrono::steady_clock::now() - start >= Millis(400));
  CHECK(lively.send("x\n"));
  CHECK(lively.exactly(2) == "x\n");
}

TEST_CASE(
    "a cap in all and a cap per subscriber; who is over it hears why; a place is free again") {
  RunningLoop running;
  ListenerOptions options;
  options.connections = 3;
  options.per_subscriber = 2;
  options.when_full = "full\n";
  auto listening = running.loop.listen(Endpoint::loopback(), options, echo());
  REQUIRE(listening);
  running.start();
  const auto& counters = *listening->counters;
  {
    Client one(listening->port), two(listening->port), three(listening->port);
    CHECK(three.rest() == "full\n");
    CHECK(counters.over_subscriber == 1);
    CHECK(one.send("x\n"));
    CHECK(one.exactly(2) == "x\n");
  }
  CHECK(eventually([&] { return counters.open == 0; }));
  Client again(listening->port);
  CHECK(again.send("x\n"));
  CHECK(again.exactly(2) == "x\n");
  CHECK(counters.over_total == 0);
}

TEST_CASE("an uncapped network is held to the cap in all alone") {
  RunningLoop running;
  ListenerOptions options;
  options.connections = 3;
  options.per_subscriber = 1;
  options.uncapped.push_back(*Network::parse("127.0.0.0/8"));
  auto listening = running.loop.listen(Endpoint::loopback(), options, echo());
  REQUIRE(listening);
  running.start();
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(listening->port);
  CHECK(clients[3].rest().empty());
  CHECK(listening->counters->over_total == 1);
  CHECK(clients[2].send("x\n"));
  CHECK(clients[2].exactly(2) == "x\n");
}

TEST_CASE("a Unix socket has its mode, is gone after the stop, and says who is there") {
  const test::TemporaryFolder folder;
  const auto path = (folder.path() / "echo.sock").string();
  std::atomic<std::uint32_t> user = 0;
  {
    RunningLoop running;
    REQUIRE(running.loop.listen(Endpoint::unix_socket(path, 0600), {},
                                [&](const Peer& peer, const Wake&) {
                                  user = peer.user.value_or(12345) + 1;
                                  CHECK_FALSE(peer.address);
                                  return std::make_unique<Echo>();
                                }));
    struct stat found{};
    REQUIRE(::stat(path.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0600);
    running.start();
    Client client(Endpoint::unix_socket(path));
    CHECK(client.send("x\n"));
    CHECK(client.exactly(2) == "x\n");
    CHECK(user == ::getuid() + 1);
  }
  CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a stale Unix socket is replaced; a living one and a file are refused and stay") {
  const test::TemporaryFolder folder;
  const auto path = (folder.path() / "s").string();
  const auto endpoint = Endpoint::unix_socket(path);
  auto first = Loop::open();
  REQUIRE(first->listen(endpoint, {}, echo()));
  auto second = Loop::open();
  const auto refused = second->listen(endpoint, {}, echo());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().what() == path + " is in use by another process");
  CHECK(::access(path.c_str(), F_OK) == 0);

  // What a process that was killed leaves: a second name keeps the file when the first goes.
  const auto kept = (folder.path() / "kept").string();
  REQUIRE(::link(path.c_str(), kept.c_str()) == 0);
  {
    const auto gone = std::move(*first);
  }
  REQUIRE(::access(path.c_str(), F_OK) != 0);
  REQUIRE(::rename(kept.c_str(), path.c_str()) == 0);
  CHECK(second->listen(endpoint, {}, echo()));

  const auto file = (folder.path() / "file").string();
  std::ofstream(file) << "kept";
  const auto no_socket = second->listen(Endpoint::unix_socket(file), {}, echo());
  REQUIRE_FALSE(no_socket);
  CHECK(no_socket.error().what() == file + " exists and is no socket");
  CHECK_FALSE(second->listen(Endpoint::unix_socket(std::string(200, 'x')), {}, echo()));
}

TEST_CASE("a socket file that another made since is not removed") {
  const test::TemporaryFolder folder;
  const auto path = (folder.path() / "s").string();
  {
    auto first = Loop::open();
    REQUIRE(first->listen(Endpoint::unix_socket(path), {}, echo()));
    REQUIRE(::unlink(path.c_str()) == 0);
    std::ofstream(path) << "another's";
  }
  CHECK(::access(path.c_str(), F_OK) == 0);
}

TEST_CASE("a stop closes what rests at once and gives the rest its grace") {
  RunningLoop running;
  const auto port = listen(running);
  running.start();
  Client resting(port), busy(port);
  CHECK(resting.send("x\n"));
  CHECK(resting.exactly(2) == "x\n");
  CHECK(busy.send("half a "));
  CHECK(eventually([&] {
    running.settle();
    return true;
  }));
  running.loop.stop(Millis(5'000));
  CHECK(resting.closed());
  CHECK(busy.send("line\n"));
  CHECK(busy.rest() == "half a line\n");
  running.join();
  CHECK_THROWS(Client(port));
}

TEST_CASE("a stop ends when its grace does, whatever is under way") {
  RunningLoop running;
  const auto port = listen(running);
  running.start();
  Client busy(port);
  CHECK(busy.send("half a line"));
  running.settle();
  const auto start = std::chrono::steady_clock::now();
  running.stop(Millis(200));
  CHECK(std::chrono::steady_clock::now() - start < Millis(3'000));
  CHECK(busy.closed());
}

TEST_CASE("a conversation is woken from another thread, and a wake after the end is harmless") {
  class Waits final : public Conversation {
   public:
    explicit Waits(std::function<void()> asked) : asked_(std::move(asked)) {}
    Result<bool> receive(std::string_view, std::string&) override {
      hungry_ = false;
      asked_();
      return true;
    }
    Result<bool> resume(std::string& out) override {
      if (!std::exchange(hungry_, true)) out += "answer\n";
      return true;
    }
    [[nodiscard]] bool hungry() const override { return hungry_; }

   private:
    std::function<void()> asked_;
    bool hungry_ = true;
  };
  Wake kept;
  {
    RunningLoop running;
    std::vector<std::thread> threads;
    const auto port = listen(running, {}, [&](const Peer&, Wake wake) {
      kept = wake;
      return std::make_unique<Waits>([&threads, wake] {
        threads.emplace_back([wake] {
          std::this_thread::sleep_for(Millis(30));
          wake();
        });
      });
    });
    running.start();
    Client client(port);
    for (int i = 0; i < 3; ++i) {
      CHECK(client.send("?"));
      CHECK(client.exactly(7) == "answer\n");
    }
    running.settle();
    for (auto& thread : threads) thread.join();
  }
  kept();
}

TEST_CASE("timers run, repeat, and end when they are dropped; a callback that throws is told") {
  RunningLoop running;
  std::atomic<int> once = 0, often = 0, never = 0;
  const auto a = running.loop.after(Millis(10), [&] { ++once; });
  auto b = running.loop.every(Millis(5), [&] { ++often; });
  {
    const auto dropped = running.loop.after(Millis(1), [&] { ++never; });
  }
  const auto c = running.loop.after(Millis(1), [] { throw std::runtime_error("in a timer"); });
  running.start();
  CHECK(eventually([&] { return once == 1 && often >= 3; }));
  std::promise<int> stopped_at;
  running.loop.post([&] {
    b = Timer();
    stopped_at.set_value(often);
  });
  const int then = stopped_at.get_future().get();
  std::this_thread::sleep_for(Millis(50));
  CHECK(often == then);
  CHECK(once == 1);
  CHECK(never == 0);
  CHECK(running.troubles() == std::vector<std::string>{"timer: thrown: in a timer"});
}

TEST_CASE("signals call back on the loop") {
  RunningLoop running;
  std::atomic<int> reloads = 0;
  REQUIRE(running.loop.on_signal(SIGHUP, [&] { ++reloads; }));
  REQUIRE(running.loop.on_signal(SIGTERM, [&] { running.loop.stop(Millis(0)); }));
  running.start();
  ::kill(::getpid(), SIGHUP);
  CHECK(eventually([&] { return reloads == 1; }));
  ::kill(::getpid(), SIGHUP);
  CHECK(eventually([&] { return reloads == 2; }));
  ::kill(::getpid(), SIGTERM);
  running.join();
}

TEST_CASE(
    "without descriptors left clients wait in the queue, the loop does not spin, and goes on") {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  LoopOptions options;
  options.descriptors = 64;
  options.reserve = 0;
  RunningLoop running(options);
  auto listening = running.loop.listen(Endpoint::loopback(), {}, echo());
  REQUIRE(listening);
  running.start();
  Client first(listening->port);
  CHECK(first.send("x\n"));
  CHECK(first.exactly(2) == "x\n");
  // The next descriptor is the client's own; accept() finds none.
  Client second(listening->port);
  std::vector<Descriptor> hoard;
  rlimit tight = before;
  tight.rlim_cur = 256;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  CHECK(second.send("x\n"));
  CHECK(second.exactly(2) == "x\n");
  auto third = connect_to(Endpoint::loopback(listening->port));
  REQUIRE(third);
  running.settle();
  while (true) {
    Descriptor more(::dup(0));
    if (more.get() < 0) break;
    hoard.push_back(std::move(more));
  }
  hoard.pop_back();  // one, which the client takes
  Client fourth(listening->port);
  CHECK(eventually([&] { return listening->counters->starved >= 2; }));
  timespec cpu_before{}, cpu_after{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_before);
  std::this_thread::sleep_for(Millis(500));
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu_after);
  const auto spent = (cpu_after.tv_sec - cpu_before.tv_sec) * 1'000'000'000 +
                     (cpu_after.tv_nsec - cpu_before.tv_nsec);
  CHECK(spent < 100'000'000);
  CHECK(listening->counters->starved < 20);
  hoard.clear();
  CHECK(fourth.send("x\n"));
  CHECK(fourth.exactly(2) == "x\n");
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE("sessions that only receive are carried as they are") {
  struct Plain {
    Status receive(std::string_view bytes, std::string& out) {
      if (bytes == "bad") return Error{Errc::malformed, "bad"};
      out += bytes;
      return ok();
    }
  };
  RunningLoop running;
  const auto port = listen(
      running, {}, [](const Peer&, const Wake&) { return std::make_unique<Carried<Plain>>(); });
  running.start();
  Client client(port);
  CHECK(client.send("good"));
  CHECK(client.exactly(4) == "good");
  CHECK(client.send("bad"));
  CHECK(client.rest().empty());
}
