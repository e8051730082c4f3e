// For tests and fuzzing: a service with a route of every kind, and a client without a socket.

#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "http/session.hpp"

namespace interdict::http::testing {

inline void must(const Status& status) {
  if (!status) throw std::runtime_error(status.error().what());
}

/// GET /hello, GET /big/{kilobytes} (x's), POST /echo (its body; at most 1,000 bytes), GET /throws,
/// GET /who (the client), GET /bye (closes).
inline Router sample_router() {
  Router router;
  must(router.add(Method::get, "/hello", [](const Request&) { return Response::text(200, "hi"); }));
  must(router.add(Method::get, "/big/{kilobytes}", [](const Request& request) {
    const auto asked = std::min<std::size_t>(request.parameter("kilobytes").size(), 4) * 100;
    return Response::text(200, std::string(asked << 10, 'x'));
  }));
  must(router.add(Method::post, "/echo",
                  [](const Request& request) { return Response::text(200, request.body); },
                  {.max_body = 1'000}));
  must(router.add(Method::get, "/throws",
                  [](const Request&) -> Response { throw std::runtime_error("a broken page"); }));
  must(router.add(Method::get, "/who", [](const Request& request) {
    return Response::text(200, request.client ? request.client->text() : "nobody");
  }));
  must(router.add(Method::get, "/bye", [](const Request&) {
    auto response = Response::text(200, "bye");
    response.close = true;
    return response;
  }));
  return router;
}

/// Everything a session says to `bytes`, given in pieces of `piece` bytes, as a loop would carry
/// it. `ended`: it wants to close.
struct Said {
  std::string text;
  bool ended = false;
};
inline Said talk(const Service& service, std::string_view bytes,
                 std::size_t piece = ~std::size_t{0}, const net::Peer& peer = {}) {
  Session session(service, peer, {});
  Said said;
  const auto go_on = [&](Result<bool> going) {
    std::string more;
    while (going && *going && !session.hungry()) {
      more.clear();
      going = session.resume(more);
      said.text += more;
      if (more.empty() && !session.hungry()) break;
    }
    said.ended = !going || !*going;
  };
  while (!bytes.empty() && !said.ended && session.hungry()) {
    const auto part = bytes.substr(0, piece);
    bytes.remove_prefix(part.size());
    std::string out;
    auto going = session.receive(part, out);
    said.text += out;
    go_on(std::move(going));
  }
  return said;
}

}  // namespace interdict::http::testing
