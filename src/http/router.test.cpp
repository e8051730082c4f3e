#include "http/router.hpp"

#include <doctest/doctest.h>

using namespace interdict;
using namespace interdict::http;

namespace {

/// A handler that answers its own pattern.
Handler named(std::string name) {
  return [name = std::move(name)](const Request&) { return Response::text(200, name); };
}

Router router_of(std::initializer_list<std::pair<Method, std::string>> routes) {
  Router router;
  for (const auto& [method, pattern] : routes) REQUIRE(router.add(method, pattern, named(pattern)));
  return router;
}

/// "PATTERN name=value …", or the status of the refusal.
std::string asked(const Router& router, std::string_view path, Method method = Method::get) {
  auto found = router.find(method, path);
  if (found.route == nullptr) {
    return std::to_string(found.refusal.status) + (found.allow.empty() ? "" : " " + found.allow);
  }
  auto out = std::get<Handler>(found.route->handler)(Request()).body;
  for (const auto& [name, value] : found.parameters) out += " " + name + "=" + value;
  return out;
}

}  // namespace

TEST_CASE("the most exact route answers, in whatever order they came") {
  const auto router = router_of({{Method::get, "/{rest...}"},
                                 {Method::get, "/a/{x}/c"},
                                 {Method::get, "/a/b/d"},
                                 {Method::get, "/a/b/{y}"},
                                 {Method::get, "/"},
                                 {Method::get, "/a/"}});
  CHECK(asked(router, "/") == "/");
  CHECK(asked(router, "/a/") == "/a/");
  CHECK(asked(router, "/a/b/d") == "/a/b/d");
  CHECK(asked(router, "/a/b/c") == "/a/b/{y} y=c");
  CHECK(asked(router, "/a/z/c") == "/a/{x}/c x=z");
  CHECK(asked(router, "/a/z/d") == "/{rest...} rest=a/z/d");
  CHECK(asked(router, "/a") == "/{rest...} rest=a");
}

TEST_CASE("parameters are decoded, and an encoded slash splits nothing") {
  const auto router = router_of({{Method::get, "/p/{id}"}, {Method::get, "/files/{file...}"}});
  CHECK(asked(router, "/p/a%2Fb%20c") == "/p/{id} id=a/b c");
  CHECK(asked(router, "/p/%C3%A9") == "/p/{id} id=é");
  CHECK(asked(router, "/p/") == "404");
  CHECK(asked(router, "/p//") == "404");
  CHECK(asked(router, "/p/a/b") == "404");
  CHECK(asked(router, "/files/a/b.js") == "/files/{file...} file=a/b.js");
  CHECK(asked(router, "/files/a%2Fb") == "404");
  CHECK(asked(router, "/files/a%5Cb") == "404");
  CHECK(asked(router, "/files/a//b") == "404");
  CHECK(asked(router, "/files/") == "404");
}

TEST_CASE("what is not plainly a path is refused") {
  const auto router = router_of({{Method::get, "/{rest...}"}});
  for (const auto* bad : {"", "x", "/..", "/a/../b", "/a/%2e%2E/b", "/./a", "/%2e", "/a%00", "/%ff",
                          "/%", "/a%2", "/%zz"}) {
    CHECK(asked(router, bad) == "400");
  }
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "/a";
  CHECK(asked(router, deep) == "400");
}

TEST_CASE("another method is told which there are; HEAD goes where GET goes") {
  const auto router = router_of({{Method::get, "/a"}, {Method::post, "/a"}, {Method::put, "/b"}});
  CHECK(asked(router, "/a", Method::remove) == "405 GET, HEAD, POST");
  CHECK(asked(router, "/a", Method::head) == "/a");
  CHECK(asked(router, "/b", Method::get) == "405 PUT");
  CHECK(asked(router, "/c", Method::put) == "404");
}

TEST_CASE("a pattern that is none, or is there already, is an error of the programmer") {
  Router router;
  CHECK(router.add(Method::get, "/a/{x}", named("")));
  const auto twice = router.add(Method::get, "/a/{other}", named(""));
  REQUIRE_FALSE(twice);
  CHECK(twice.error().what() == "GET /a/{other} has a handler already");
  CHECK(router.add(Method::post, "/a/{x}", named("")));
  for (const auto* bad :
       {"", "a", "/{}", "/{A}", "/{x", "/x}", "/{x...}/b", "/{x}/{x}", "/a?b", "/a%20"}) {
    CHECK_FALSE(router.add(Method::get, bad, named("")));
  }
}

TEST_CASE("bodies: none for GET, 64 KiB for POST, or what the route says") {
  Router router;
  REQUIRE(router.add(Method::get, "/a", named("")));
  REQUIRE(router.add(Method::post, "/a", named("")));
  REQUIRE(router.add(Method::post, "/b", named(""), {.max_body = 5}));
  CHECK(router.find(Method::get, "/a").route->max_body == 0);
  CHECK(router.find(Method::post, "/a").route->max_body == 64 << 10);
  CHECK(router.find(Method::post, "/b").route->max_body == 5);
}
