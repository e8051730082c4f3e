// Python's HTTP client must understand what our service says.

#include <doctest/doctest.h>

#include "http/testing.hpp"
#include "net/testing.hpp"
#include "python.hpp"

using namespace interdict;

TEST_CASE("python's http.client speaks with the HTTP service") {
  const http::Service service(http::testing::sample_router());
  net::testing::RunningLoop running;
  auto web =
      running.loop.listen(net::Endpoint::loopback(), service.listener("web"), service.factory());
  REQUIRE(web);
  running.start();
  const auto answer =
      test::python({INTERDICT_SOURCE "/tests/oracle/http_client.py", std::to_string(web->port)});
  CHECK(answer.status == 0);
  CHECK(answer.text ==
        "GET /hello 200 OK False 'hi'\n"
        "HEAD /hello 200 OK False ''\n"
        "POST /echo 200 OK False 'a body'\n"
        "POST /echo 200 OK False 'in chunks'\n"
        "POST /echo 200 OK False ''\n"
        "GET /big/xx 200 OK False '204800 bytes'\n"
        "DELETE /hello 405 Method Not Allowed False '45 bytes'\n"
        "GET /nothing 404 Not Found False '{\"error\":\"there is nothing here\"}\\n'\n"
        "GET /throws 500 Internal Server Error False '56 bytes'\n"
        "POST /echo 413 Content Too Large True '{\"error\":\"the body is too long\"}\\n'\n"
        "GET /bye 200 OK True 'bye'\n");
}
