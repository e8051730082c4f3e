// The HTTP service over loopback, beside a raw Asio echo of the same bytes in the same run.
//
// Client and server share a process of two threads. "CPU/request" is the server thread's own CPU
// clock, which a busy machine does not change much; wall times are what this machine gave. The
// clients are plain sockets and poll, the same for all servers.
//
// `bench_http idle N` opens N connections from a child process, so that the server's descriptors
// are its own, and prints what each costs the server.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "http/testing.hpp"
#include "net/loop.hpp"

using namespace interdict;

namespace {

const std::string kRequest =
    "GET /hello HTTP/1.1\r\nHost: interdict.example\r\nUser-Agent: bench\r\n"
    "Accept: application/json\r\n\r\n";

double cpu_of(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// A server in its own thread, whose CPU time can be read.
class Server {
 public:
  virtual ~Server() = default;
  std::uint16_t port = 0;
  std::size_t answer_bytes = 0;
  [[nodiscard]] double cpu() const { return cpu_of(clock_); }

 protected:
  template <class F>
  void start(F&& run) {
    std::promise<clockid_t> ready;
    thread_ = std::thread([&ready, run] {
      clockid_t own{};
      ::pthread_getcpuclockid(::pthread_self(), &own);
      ready.set_value(own);
      run();
    });
    clock_ = ready.get_future().get();
  }
  std::thread thread_;
  clockid_t clock_{};
};

net::Loop must_open() {
  auto loop = net::Loop::open();
  if (!loop) std::abort();
  return std::move(*loop);
}

class OurServer final : public Server {
 public:
  OurServer() : service_(http::testing::sample_router()), loop_(must_open()) {
    auto options = service_.listener("bench");
    options.connections = 20'000;
    options.per_subscriber = 0;
    auto listening = loop_.listen(net::Endpoint::loopback(), options, service_.factory());
    if (!listening) std::abort();
    port = listening->port;
    counters = listening->counters;
    http::append_response(answer_, http::Response::text(200, "hi"), http::Method::get, false, true,
                          service_.date());
    answer_bytes = answer_.size();
    start([this] { loop_.run(); });
  }
  ~OurServer() override {
    loop_.stop(net::Millis(0));
    thread_.join();
  }
  const net::Counters* counters = nullptr;

 private:
  std::string answer_;
  http::Service service_;
  net::Loop loop_;
};

/// The floor: what comes is sent back, by Asio as its manual does it.
class EchoServer final : public Server {
 public:
  EchoServer() : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}) {
    port = acceptor_.local_endpoint().port();
    answer_bytes = kRequest.size();
    accept();
    start([this] { io_.run(); });
  }
  ~EchoServer() override {
    io_.stop();
    thread_.join();
  }

 private:
  struct Client : std::enable_shared_from_this<Client> {
    explicit Client(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {
      socket.set_option(boost::asio::ip::tcp::no_delay(true));
    }
    void read() {
      socket.async_read_some(boost::asio::buffer(buffer),
                             [self = shared_from_this()](auto error, std::size_t size) {
                               if (!error) self->write(size);
                             });
    }
    void write(std::size_t size) {
      boost::asio::async_write(socket, boost::asio::buffer(buffer.data(), size),
                               [self = shared_from_this()](auto error, std::size_t) {
                                 if (!error) self->read();
                               });
    }
    boost::asio::ip::tcp::socket socket;
    std::array<char, 4096> buffer;
  };
  void accept() {
    acceptor_.async_accept([this](auto error, boost::asio::ip::tcp::socket socket) {
      if (error) return;
      std::make_shared<Client>(std::move(socket))->read();
      accept();
    });
  }
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
};

/// One request on each of `n` connections, and all their answers.
class Clients {
 public:
  Clients(const Server& server, std::size_t n) : answer_bytes_(server.answer_bytes) {
    for (std::size_t i = 0; i < n; ++i) {
      auto made = net::connect_to(net::Endpoint::loopback(server.port));
      if (!made) std::abort();
      waits_.push_back({made->get(), POLLIN, 0});
      sockets_.push_back(std::move(*made));
    }
    missing_.resize(n);
  }
  bool round() {
    for (std::size_t i = 0; i < sockets_.size(); ++i) {
      if (net::write_some(sockets_[i].get(), kRequest).bytes != kRequest.size()) return false;
      missing_[i] = answer_bytes_;
    }
    std::size_t open = sockets_.size();
    while (open > 0) {
      if (::poll(waits_.data(), waits_.size(), 5'000) <= 0) return false;
      for (std::size_t i = 0; i < waits_.size(); ++i) {
        if (waits_[i].revents == 0) continue;
        const auto got = net::read_some(sockets_[i].get(), buffer_);
        if (got.moved == net::Moved::closed || got.bytes > missing_[i]) return false;
        missing_[i] -= got.bytes;
        if (got.bytes > 0 && missing_[i] == 0) --open;
      }
    }
    return true;
  }

 private:
  std::size_t answer_bytes_;
  std::vector<net::Descriptor> sockets_;
  std::vector<pollfd> waits_;
  std::vector<std::size_t> missing_;
  std::array<char, 4096> buffer_{};
};

template <class Kind>
void keep_alive(benchmark::State& state) {
  Kind server;
  const auto n = static_cast<std::size_t>(state.range(0));
  std::optional<Clients> clients(std::in_place, server, n);
  std::vector<double> took;
  std::size_t rounds = 0;
  const double cpu_before = server.cpu();
  for (auto _ : state) {
    // A connection serves 1,000 requests; the next thousand gets new ones, outside the clock.
    if (++rounds % 900 == 0) {
      state.PauseTiming();
      clients.emplace(server, n);
      state.ResumeTiming();
    }
    const auto start = std::chrono::steady_clock::now();
    if (!clients->round()) {
      state.SkipWithError("a wrong answer");
      break;
    }
    took.push_back(
        std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
            .count());
  }
  const auto requests = static_cast<double>(took.size() * n);
  std::sort(took.begin(), took.end());
  if (took.empty()) return;
  state.counters["requests/s"] = benchmark::Counter(requests, benchmark::Counter::kIsRate);
  state.counters["server_cpu_us"] = (server.cpu() - cpu_before) * 1e6 / requests;
  state.counters["p50_us"] = took[took.size() / 2];
  state.counters["p99_us"] = took[took.size() * 99 / 100];
}
void http_keep_alive(benchmark::State& state) { keep_alive<OurServer>(state); }
void asio_echo(benchmark::State& state) { keep_alive<EchoServer>(state); }
BENCHMARK(http_keep_alive)->Arg(1)->Arg(64)->UseRealTime()->Unit(benchmark::kMicrosecond);
BENCHMARK(asio_echo)->Arg(1)->Arg(64)->UseRealTime()->Unit(benchmark::kMicrosecond);

/// The session alone: what parsing, routing and writing cost without a socket.
void http_session(benchmark::State& state) {
  const http::Service service(http::testing::sample_router(), [] {
    http::ServiceOptions options;
    options.limits.requests = ~std::size_t{0};
    return options;
  }());
  http::Session session(service, {}, {});
  std::string out;
  for (auto _ : state) {
    out.clear();
    const auto going = session.receive(kRequest, out);
    if (!going || !*going || !out.ends_with("hi")) state.SkipWithError("a wrong answer");
  }
}
BENCHMARK(http_session);

std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t whole = 0, pages = 0;
  file >> whole >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// In a child: n connections that have each had an answer, held until the pipe closes.
[[noreturn]] void hold(std::uint16_t port, std::size_t n, bool speak, int tell, int wait) {
  net::raise_descriptor_limit(n + 100);
  std::vector<net::Descriptor> sockets;
  std::array<char, 4096> buffer{};
  for (std::size_t i = 0; i < n; ++i) {
    auto made = net::connect_to(net::Endpoint::loopback(port));
    if (!made) std::_Exit(1);
    const int fd = made->get();
    sockets.push_back(std::move(*made));
    if (!speak) continue;
    net::write_some(fd, kRequest);
    pollfd answer{fd, POLLIN, 0};
    if (::poll(&answer, 1, 10'000) != 1 || net::read_some(fd, buffer).bytes == 0) std::_Exit(1);
  }
  if (::write(tell, "x", 1) != 1) std::_Exit(1);
  char end = 0;
  static_cast<void>(!::read(wait, &end, 1));
  std::_Exit(0);
}

/// Resident and allocated bytes of this process for each of n quiet connections.
int idle(std::size_t n) {
  for (const bool speak : {true, false}) {
    OurServer server;
    {
      Clients warm(server, 1);
      static_cast<void>(warm.round());
    }
    int ready[2], end[2];
    if (::pipe(ready) != 0 || ::pipe(end) != 0) return 1;
    ::malloc_trim(0);
    const auto before = resident();
    const auto allocated = ::mallinfo2().uordblks;
    const auto child = ::fork();
    if (child == 0) {
      ::close(end[1]);
      hold(server.port, n, speak, ready[1], end[0]);
    }
    ::close(ready[1]);
    char up = 0;
    const bool held = ::read(ready[0], &up, 1) == 1;
    while (held && server.counters->open < n) std::this_thread::sleep_for(net::Millis(10));
    const double cpu = server.cpu();
    std::this_thread::sleep_for(net::Millis(2'000));
    if (held) {
      fmt::print(
          "{} quiet connections, {}: {} bytes each resident, {} allocated; {:.2f} ms CPU in "
          "2 s for all\n",
          n, speak ? "after a request" : "before the first", (resident() - before) / n,
          (::mallinfo2().uordblks - allocated) / n, (server.cpu() - cpu) * 1e3);
    } else {
      fmt::print("only {} connections could be held\n", server.counters->open.load());
    }
    ::close(end[1]);
    ::close(ready[0]);
    ::close(end[0]);
    ::waitpid(child, nullptr, 0);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string_view(argv[1]) == "idle") {
    return idle(static_cast<std::size_t>(std::stoul(argv[2])));
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
