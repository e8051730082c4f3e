#include "http/service.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include <doctest/doctest.h>
#include <unistd.h>

#include "http/testing.hpp"
#include "net/testing.hpp"

using namespace interdict;
using namespace interdict::http;
using namespace interdict::http::testing;
using net::Millis;
using net::testing::Client;
using net::testing::RunningLoop;

namespace {

const std::string kHello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";

struct Running {
  explicit Running(Router router = sample_router(), ServiceOptions options = {},
                   std::size_t per_subscriber = 64)
      : service(std::move(router), std::move(options)) {
    auto listener = service.listener("web");
    listener.per_subscriber = per_subscriber;
    auto listening =
        loop.loop.listen(net::Endpoint::loopback(), std::move(listener), service.factory());
    REQUIRE(listening);
    port = listening->port;
    counters = listening->counters;
    loop.start();
  }
  Service service;
  RunningLoop loop;
  std::uint16_t port = 0;
  const net::Counters* counters = nullptr;
};

ServiceOptions short_times() {
  ServiceOptions options;
  options.limits.head_time = Millis(250);
  options.limits.body_time = Millis(250);
  options.limits.answer_time = Millis(250);
  options.limits.idle_time = Millis(250);
  return options;
}

/// Resident bytes of this process.
std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t whole = 0, pages = 0;
  file >> whole >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::string start_of(const std::string& text) { return text.substr(0, 12); }

}  // namespace

TEST_CASE("keep-alive and pipelining over a socket; each byte may come alone") {
  Running running;
  Client client(running.port);
  for (int i = 0; i < 3; ++i) {
    CHECK(client.send(kHello));
    CHECK(start_of(client.until("hi")) == "HTTP/1.1 200");
  }
  CHECK(client.send(kHello + kHello + "GET /bye HTTP/1.1\r\nHost: a\r\n\r\n" + kHello));
  const auto all = client.rest();
  CHECK(all.find("\r\n\r\nbye") != all.npos);
  CHECK(all.ends_with("bye"));

  Client slow(running.port);
  for (const char c : kHello) {
    CHECK(slow.send(std::string(1, c)));
    running.loop.settle();
  }
  CHECK(slow.until("hi").ends_with("hi"));
}

TEST_CASE("a refusal reaches a client that is still sending") {
  Running running;
  Client client(running.port);
  std::string upload = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n";
  CHECK(client.send(upload + std::string(200'000, 'x')));
  const auto said = client.rest();
  CHECK(start_of(said) == "HTTP/1.1 413");
  CHECK(said.ends_with("{\"error\":\"the body is too long\"}\n"));
}

TEST_CASE("slow heads and slow bodies get a 408 at their deadline however busy they look") {
  Running running(sample_router(), short_times());
  const auto drip = [&](const std::string& first) {
    Client client(net::Endpoint::loopback(running.port), Millis(3'000));
    const auto start = std::chrono::steady_clock::now();
    CHECK(client.send(first));
    while (!client.answered() && std::chrono::steady_clock::now() - start < Millis(2'000)) {
      client.send("x");
      std::this_thread::sleep_for(Millis(20));
    }
    const auto took = std::chrono::steady_clock::now() - start;
    CHECK(took >= Millis(240));
    CHECK(took < Millis(1'500));
    return start_of(client.rest());
  };
  CHECK(drip("GET /hello HTTP/1.1\r\nX: ") == "HTTP/1.1 408");
  CHECK(drip("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 900\r\n\r\n") == "HTTP/1.1 408");
}

TEST_CASE("a quiet keep-alive connection, and one that never speaks, are closed without a word") {
  Running running(sample_router(), short_times());
  Client silent(running.port), used(running.port);
  CHECK(used.send(kHello));
  CHECK(used.until("hi").ends_with("hi"));
  CHECK(used.closed());
  CHECK(silent.closed());
}

TEST_CASE("over the cap of its address a client gets a 503") {
  Running running(sample_router(), {}, 2);
  Client one(running.port), two(running.port);
  CHECK(one.send(kHello));
  CHECK(one.until("hi").ends_with("hi"));
  Client three(running.port);
  CHECK(start_of(three.rest()) == "HTTP/1.1 503");
}

TEST_CASE("an answer may come later, from another thread, while others are served") {
  std::vector<std::thread> threads;
  Router router = sample_router();
  must(router.add_later(Method::get, "/later/{n}", [&](Request request, Reply reply) {
    threads.emplace_back([request = std::move(request), reply] {
      std::this_thread::sleep_for(Millis(50));
      CHECK(reply.send(Response::text(200, request.parameter("n"))));
      CHECK_FALSE(reply.send(Response::text(200, "twice")));
    });
  }));
  must(router.add_later(Method::get, "/dropped", [](Request, Reply) {}));
  must(router.add_later(Method::get, "/at-once",
                        [](Request, Reply reply) { reply.send(Response::text(200, "now")); }));
  must(router.add_later(Method::get, "/throws-later",
                        [](Request, const Reply&) { throw std::runtime_error("broken"); }));
  {
    Running running(std::move(router));
    Client waiting(running.port), other(running.port);
    const auto later = [](const std::string& target) {
      return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
    };
    CHECK(waiting.send(later("/later/one") + later("/later/two") + later("/dropped") +
                       later("/throws-later") + later("/at-once") + later("/bye")));
    CHECK(other.send(kHello));
    CHECK(other.until("hi").ends_with("hi"));
    const auto all = waiting.rest();
    const auto one = all.find("\r\n\r\none"), two = all.find("\r\n\r\ntwo");
    CHECK(one < two);
    CHECK(two != all.npos);
    CHECK(all.find("no answer was given") != all.npos);
    CHECK(all.find("the server failed") != all.npos);
    CHECK(all.find("\r\n\r\nnow") != all.npos);
    CHECK(all.ends_with("bye"));
  }
  for (auto& thread : threads) thread.join();
}

TEST_CASE("an answer that takes too long becomes a 503; when it comes it is dropped") {
  std::vector<Reply> kept;
  Router router;
  must(router.add_later(Method::get, "/never",
                        [&](Request, Reply reply) { kept.push_back(reply); }));
  Running running(std::move(router), short_times());
  Client client(running.port);
  CHECK(client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(start_of(client.rest()) == "HTTP/1.1 503");
  REQUIRE(kept.size() == 1);
  kept[0].send(Response::text(200, "late"));
  kept.clear();
  running.loop.settle();
}

TEST_CASE("a stop lets an answer that is under way leave, and closes the connection after it") {
  std::vector<Reply> kept;
  std::atomic<bool> asked = false;
  Router router = sample_router();
  must(router.add_later(Method::get, "/slow", [&](Request, Reply reply) {
    kept.push_back(reply);
    asked = true;
  }));
  Running running(std::move(router));
  Client idle(running.port), busy(running.port);
  CHECK(idle.send(kHello));
  CHECK(idle.until("hi").ends_with("hi"));
  CHECK(busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n"));
  while (!asked) std::this_thread::sleep_for(Millis(1));
  running.loop.loop.stop(Millis(5'000));
  CHECK(idle.closed());
  kept[0].send(Response::text(200, "done"));
  const auto said = busy.rest();
  CHECK(said.ends_with("done"));
  CHECK(said.find("Connection: close") != said.npos);
  running.loop.join();
}

TEST_CASE("a large answer leaves whole to a slow reader; memory stays small for those who attack") {
  Running running(sample_router(), {}, 0);
  Client reader(running.port);
  std::string wishes;
  for (int i = 0; i < 20; ++i) wishes += "GET /big/xxxx HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(reader.send(wishes + "GET /bye HTTP/1.1\r\nHost: a\r\n\r\n"));
  std::this_thread::sleep_for(Millis(50));
  const auto all = reader.rest();
  CHECK(all.size() > 20 * (400 << 10));
  CHECK(all.ends_with("bye"));
}

TEST_CASE("slow-loris, endless heads and endless bodies cost less than 5 MB in all") {
  Running running(sample_router(), {}, 0);
  Client warm(running.port);
  CHECK(warm.send(kHello));
  CHECK(warm.until("hi").ends_with("hi"));
  const auto before = resident();
  std::vector<Client> half_open;
  for (int i = 0; i < 400; ++i) {
    half_open.emplace_back(running.port);
    CHECK(half_open.back().send("GET /hello HTTP/1.1\r\nX-Slow: " + std::string(2'000, 'x')));
  }
  for (int i = 0; i < 20; ++i) {
    Client endless(running.port);
    std::string head = "GET /hello HTTP/1.1\r\n";
    while (head.size() < 1 << 20) head += "X: " + std::string(60, 'x') + "\r\n";
    endless.send(head);
    Client body(running.port);
    body.send("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    for (int chunk = 0; chunk < 1'000 && body.send("100\r\n" + std::string(256, 'x') + "\r\n");
         ++chunk) {
    }
  }
  CHECK(warm.send(kHello));
  CHECK(warm.until("hi").ends_with("hi"));
#ifndef INTERDICT_SANITIZED
  CHECK(resident() - before < 5 << 20);
#endif
  MESSAGE("400 half-open clients and 40 endless ones: " << (resident() - before) / 1024 << " KiB");
}

TEST_CASE("a connection that waits holds no buffer, however much it has sent and heard") {
  Running running(sample_router(), {}, 0);
  std::vector<Client> clients;
  const auto before = resident();
  std::string many;
  while (many.size() < 15'000) many += kHello;
  for (int i = 0; i < 300; ++i) {
    clients.emplace_back(running.port);
    CHECK(clients.back().send(many + "HEAD /big/xxxx HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK(clients.back().until("Content-Length: 409600\r\n\r\n").size() > many.size());
  }
  running.loop.settle();
#ifndef INTERDICT_SANITIZED
  CHECK(resident() - before < 300 * 4'000);
#endif
}
