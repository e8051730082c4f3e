// An HTTP/1.1 service: a router and its limits, carried by a net::Loop.
//
// Behind nginx or caddy, which speak TLS and HTTP/2; so no TLS, no HTTP/2, no upgrade and no range
// requests here. Every request is taken whole before its handler runs, within the body limit of its
// route; every answer is sent whole. Requests of one connection are answered in their order
// (pipelining); the next is not begun while answers wait to leave.
//
// A refused request is answered with a short JSON text and the connection is closed, since nobody
// can say where the next one would begin.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/head.hpp"
#include "http/router.hpp"
#include "net/loop.hpp"

namespace interdict::http {

struct Limits {
  HeadLimits head{};
  net::Millis head_time{10'000};  // from its first byte (of the first: from connecting) to its end
  net::Millis body_time{30'000};  // from the end of the head
  net::Millis answer_time{30'000};  // for an answer that comes later
  net::Millis idle_time{60'000};    // between requests
  std::size_t requests = 1'000;     // of one connection
};

struct ServiceOptions {
  Limits limits{};
  /// Whose X-Forwarded-For is believed. Empty: nobody's, and the client is the peer.
  std::vector<net::Network> trusted_proxies{};
  /// Believe the X-Forwarded-For of whoever may connect to a Unix socket of this service.
  bool trust_unix_sockets = false;
  /// A handler threw: which request, and what.
  std::function<void(std::string_view request, std::string_view what)> fault{};
};

/// Used from the thread of one loop. Must outlive the loop that carries it.
class Service {
 public:
  explicit Service(Router router, ServiceOptions options = {});

  /// Conversations for Loop::listen.
  [[nodiscard]] net::Factory factory() const;
  /// Caps and texts that suit a service; proxies that are trusted have no cap of their own.
  [[nodiscard]] net::ListenerOptions listener(std::string name) const;

  [[nodiscard]] const Router& router() const { return router_; }
  [[nodiscard]] const ServiceOptions& options() const { return options_; }
  /// The value of a Date field, now.
  [[nodiscard]] const std::string& date() const;

 private:
  Router router_;
  ServiceOptions options_;
  mutable std::int64_t date_of_ = -1;  // a date is written once a second
  mutable std::string date_;
};

/// Who asks, given the peer and what its request says. From the right of X-Forwarded-For the first
/// address that is no trusted proxy; what is left of it anybody may have written.
std::optional<net::Address> client_of(const net::Peer& peer, const Headers& headers,
                                      const ServiceOptions& options);

}  // namespace interdict::http
