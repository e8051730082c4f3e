#include "http/session.hpp"

#include <algorithm>

#include <doctest/doctest.h>

#include "http/testing.hpp"

using namespace interdict;
using namespace interdict::http;
using namespace interdict::http::testing;

namespace {

const Service& sample() {
  static const Service service(sample_router());
  return service;
}

/// The statuses of all responses, in order: "200 404 close".
std::string statuses(const Said& said) {
  std::string out;
  for (std::size_t at = said.text.find("HTTP/1.1 "); at != said.text.npos;
       at = said.text.find("HTTP/1.1 ", at + 1)) {
    if (!out.empty()) out += ' ';
    out += said.text.substr(at + 9, 3);
  }
  return out + (said.ended ? " close" : "");
}

std::string answered(std::string_view bytes) { return statuses(talk(sample(), bytes)); }

std::string get(std::string_view target, std::string_view more = {}) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(more) + "\r\n";
}
std::string post(std::string_view fields, std::string_view body) {
  return "POST /echo HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

std::string body_of(const Said& said) {
  const auto at = said.text.find("\r\n\r\n");
  return at == said.text.npos ? "" : said.text.substr(at + 4);
}

}  // namespace

TEST_CASE("requests of one connection are answered in their order, however they are cut") {
  const std::string all =
      get("/hello") + post("Content-Length: 4\r\n", "body") + get("/nothing") +
      post("Transfer-Encoding: chunked\r\n", "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n") +
      "HEAD /hello HTTP/1.1\r\nHost: a\r\n\r\n" + get("/bye");
  const auto whole = talk(sample(), all);
  CHECK(statuses(whole) == "200 200 404 200 200 200 close");
  CHECK(whole.text.find("\r\n\r\nbody") != whole.text.npos);
  CHECK(whole.text.find("\r\n\r\nabcde") != whole.text.npos);
  // The seconds of Date may differ between two runs.
  const auto dateless = [](std::string text) {
    for (auto at = text.find("Date: "); at != text.npos; at = text.find("Date: ", at)) {
      text.erase(at, 37);
    }
    return text;
  };
  for (std::size_t piece = 1; piece < all.size(); ++piece) {
    const auto cut = talk(sample(), all, piece);
    REQUIRE(dateless(cut.text) == dateless(whole.text));
    REQUIRE(cut.ended);
  }
}

TEST_CASE("every way to smuggle a request is refused, and the connection is closed") {
  const std::string hidden = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  struct Case {
    std::string what, bytes, expected;
  };
  const std::vector<Case> cases{
      {"both lengths", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       "400 close"},
      {"both, other order",
       post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"), "400 close"},
      {"two lengths", post("Content-Length: 4\r\nContent-Length: 5\r\n", "abcde"), "400 close"},
      {"the same length twice", post("Content-Length: 4\r\nContent-Length: 4\r\n", "abcd"),
       "400 close"},
      {"a list of lengths", post("Content-Length: 4, 4\r\n", "abcd"), "400 close"},
      {"a signed length", post("Content-Length: +4\r\n", "abcd"), "400 close"},
      {"a negative length", post("Content-Length: -4\r\n", "abcd"), "400 close"},
      {"a length in hex", post("Content-Length: 0x4\r\n", "abcd"), "400 close"},
      {"an empty length", post("Content-Length: \r\n", "abcd"), "400 close"},
      {"a length with a blank", post("Content-Length: 4 4\r\n", "abcd"), "400 close"},
      {"a length beyond 64 bits", post("Content-Length: 18446744073709551620\r\n", "abcd"),
       "400 close"},
      {"gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), "501 close"},
      {"chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"),
       "501 close"},
      {"identity", post("Transfer-Encoding: identity\r\n", hidden), "501 close"},
      {"xchunked", post("Transfer-Encoding: xchunked\r\n", hidden), "501 close"},
      {"chunked with a tab",
       post("Transfer-Encoding: \x0b"
            "chunked\r\n",
            hidden),
       "400 close"},
      {"chunked quoted", post("Transfer-Encoding: \"chunked\"\r\n", hidden), "501 close"},
      {"two codings",
       post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
       "400 close"},
      {"two codings, one unknown",
       post("Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400 close"},
      {"coding in HTTP/1.0",
       "POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400 close"},
      {"a blank before the colon", post("Content-Length : 4\r\n", "abcd"), "400 close"},
      {"a folded field", get("/hello", "X: a\r\n b\r\n"), "400 close"},
      {"a folded first field", "GET /hello HTTP/1.1\r\n Host: a\r\n\r\n", "400 close"},
      {"a folded length", post("Content-Length:\r\n 4\r\n", "abcd"), "400 close"},
      {"bare LF in the request line", "GET /hello HTTP/1.1\nHost: a\r\n\r\n", "400 close"},
      {"bare LF after a field", "GET /hello HTTP/1.1\r\nHost: a\n\r\n", "400 close"},
      {"bare LF as the end", "GET /hello HTTP/1.1\r\nHost: a\r\n\n", "400 close"},
      {"bare CR in a value", get("/hello", "X: a\rb\r\n"), "400 close"},
      {"bare CR in the target", "GET /hel\rlo HTTP/1.1\r\nHost: a\r\n\r\n", "400 close"},
      {"NUL in a value", get("/hello", std::string("X: a\0b\r\n", 8)), "400 close"},
      {"NUL in a name", get("/hello", std::string("X\0: a\r\n", 7)), "400 close"},
      {"a line without colon", get("/hello", "X\r\n"), "400 close"},
      {"an empty name", get("/hello", ": a\r\n"), "400 close"},
      {"an empty line first", "\r\n" + get("/hello"), "400 close"},
      {"no host", "GET /hello HTTP/1.1\r\n\r\n", "400 close"},
      {"two hosts", get("/hello", "Host: b\r\n"), "400 close"},
      {"a host with a slash", "GET /hello HTTP/1.1\r\nHost: a/b\r\n\r\n", "400 close"},
      {"a host with two names", "GET /hello HTTP/1.1\r\nHost: a b\r\n\r\n", "400 close"},
      {"absolute form", get("http://a/hello"), "400 close"},
      {"authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "501 close"},
      {"asterisk form", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "400 close"},
      {"a fragment", get("/hello#x"), "400 close"},
      {"a target with raw bytes", get("/h\xc3\xa9llo"), "400 close"},
      {"TRACE", "TRACE /hello HTTP/1.1\r\nHost: a\r\n\r\n", "501 close"},
      {"get", "get /hello HTTP/1.1\r\nHost: a\r\n\r\n", "501 close"},
      {"HTTP/1.2", "GET /hello HTTP/1.2\r\nHost: a\r\n\r\n", "505 close"},
      {"HTTP/2.0", "GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", "505 close"},
      {"HTTP/0.9", "GET /hello\r\n\r\n", "400 close"},
      {"two blanks", "GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", "400 close"},
      {"a blank at the end", "GET /hello HTTP/1.1 \r\nHost: a\r\n\r\n", "505 close"},
      {"a TLS greeting", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n", 12),
       "400 close"},
      {"an HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 close"},
      {"chunk size with 0x", post("Transfer-Encoding: chunked\r\n", "0x3\r\nabc\r\n0\r\n\r\n"),
       "400 close"},
      {"chunk size with a sign", post("Transfer-Encoding: chunked\r\n", "+3\r\nabc\r\n0\r\n\r\n"),
       "400 close"},
      {"chunk size beyond 64 bits",
       post("Transfer-Encoding: chunked\r\n", "10000000000000003\r\nabc\r\n0\r\n\r\n"),
       "400 close"},
      {"chunk with bare LF", post("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n"), "400 close"},
      {"chunk longer than it says",
       post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"), "400 close"},
      {"no chunk size", post("Transfer-Encoding: chunked\r\n", "\r\nabc\r\n0\r\n\r\n"),
       "400 close"},
      {"a length among the trailers",
       post("Transfer-Encoding: chunked\r\n", "0\r\nContent-Length: 9\r\n\r\n"), "400 close"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.what);
    // What is hidden behind it is never answered.
    CHECK(answered(c.bytes + hidden) == c.expected);
    for (const std::size_t piece : {1, 2, 3, 7}) {
      CHECK(statuses(talk(sample(), c.bytes + hidden, piece)) == c.expected);
    }
  }
}

TEST_CASE("what is unusual and clear is taken") {
  CHECK(answered(get("/hello", "X:\r\nY:a\r\nZ: \t b \t\r\n")) == "200");
  CHECK(answered("GET /hello HTTP/1.0\r\n\r\n") == "200 close");
  CHECK(answered("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") == "200");
  CHECK(answered(get("/hello", "Connection: close\r\n")) == "200 close");
  CHECK(answered(post("Transfer-Encoding: CHUNKED\r\n", "3\r\nabc\r\n0\r\n\r\n")) == "200");
  CHECK(answered(post("Content-Length: 004\r\n", "abcd")) == "200");
  CHECK(answered(get("/hello?a=b&c=%20", "Upgrade: h2c\r\nConnection: upgrade\r\n")) == "200");
}

TEST_CASE("a wrong method is told the right ones, and why") {
  const auto said = talk(sample(), "DELETE /hello HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(statuses(said) == "405");
  CHECK(said.text.find("\r\nAllow: GET, HEAD\r\n") != said.text.npos);
  CHECK(body_of(said) == "{\"error\":\"this method is not for this path\"}\n");
}

TEST_CASE("head, target, fields and body have their limits") {
  CHECK(answered(get("/hello?" + std::string(4'000, 'x'))) == "200");
  CHECK(answered(get("/hello?" + std::string(4'100, 'x'))) == "414 close");
  CHECK(answered("GET /" + std::string(100'000, 'x')) == "414 close");
  CHECK(answered(get("/hello", "X: " + std::string(8'000, 'x') + "\r\n")) == "200");
  CHECK(answered(get("/hello", "X: " + std::string(8'200, 'x') + "\r\n")) == "431 close");
  std::string many;
  for (int i = 0; i < 99; ++i) many += "X: y\r\n";
  CHECK(answered(get("/hello", many)) == "200");
  CHECK(answered(get("/hello", many + many)) == "431 close");
  CHECK(answered(post("Content-Length: 1000\r\n", std::string(1'000, 'x'))) == "200");
  CHECK(answered(post("Content-Length: 1001\r\n", std::string(1'001, 'x'))) == "413 close");
  CHECK(answered(post("Content-Length: 900000000000000\r\n", "")) == "413 close");
  CHECK(answered(get("/hello", "Content-Length: 1\r\n") + "x") == "413 close");
  CHECK(answered(post("Transfer-Encoding: chunked\r\n",
                      "3e8\r\n" + std::string(1'000, 'x') + "\r\n0\r\n\r\n")) == "200");
  CHECK(answered(post("Transfer-Encoding: chunked\r\n",
                      "3e8\r\n" + std::string(1'000, 'x') + "\r\n1\r\nx\r\n0\r\n\r\n")) ==
        "413 close");
  CHECK(answered(post("Transfer-Encoding: chunked\r\n", "ffffffffffffffff\r\n")) == "413 close");
}

TEST_CASE("endless heads, chunk lines, extensions and trailers are cut") {
  std::string endless;
  while (endless.size() < 200'000) endless += "X-" + std::to_string(endless.size()) + ": y\r\n";
  CHECK(answered("GET /hello HTTP/1.1\r\n" + endless) == "431 close");
  CHECK(statuses(talk(sample(), "GET /hello HTTP/1.1\r\n" + endless, 100)) == "431 close");
  const auto chunked = [](const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
  };
  for (const std::size_t piece : {1'000, 16'384, 1'000'000}) {
    const auto cut = [&](const std::string& body) {
      return statuses(talk(sample(), chunked(body), piece));
    };
    CHECK(cut("3;" + std::string(200'000, 'x')) == "400 close");
    CHECK(cut("3;" + std::string(300, 'x') + "\r\nabc\r\n0\r\n\r\n") == "400 close");
    CHECK(cut(std::string(200'000, '0')) == "400 close");
    CHECK(cut("0\r\n" + endless) == "400 close");
    std::string many;
    for (int i = 0; i < 500; ++i) many += "1;" + std::string(100, 'x') + "\r\na\r\n";
    CHECK(cut(many) == "400 close");
  }
}

TEST_CASE("a handler that throws gives a 500, says so to the operator, and the connection lives") {
  std::string told;
  ServiceOptions options;
  options.fault = [&](std::string_view request, std::string_view what) {
    told.append(request).append(": ").append(what);
  };
  const Service service(sample_router(), std::move(options));
  const auto said = talk(service, get("/throws?token=secret") + get("/hello"));
  CHECK(statuses(said) == "500 200");
  CHECK(said.text.find("broken") == said.text.npos);
  CHECK(told == "GET /throws: a broken page");
}

TEST_CASE("a connection ends after its last allowed request, which says so") {
  ServiceOptions options;
  options.limits.requests = 2;
  const Service service(sample_router(), std::move(options));
  const auto said = talk(service, get("/hello") + get("/hello") + get("/hello"));
  CHECK(statuses(said) == "200 200 close");
  CHECK(said.text.find("Connection: close") != said.text.npos);
}

TEST_CASE("100 Continue is said to a body that will be taken, and only then") {
  const std::string asks = "Expect: 100-continue\r\nContent-Length: ";
  CHECK(answered(post(asks + "4\r\n", "")) == "100");
  CHECK(answered(post(asks + "4\r\n", "abcd")) == "200");
  CHECK(answered(post(asks + "2000\r\n", "")) == "413 close");
  CHECK(answered(post("Expect: a miracle\r\nContent-Length: 4\r\n", "")) == "417 close");
}

TEST_CASE("what is sent at once is not answered at once: answers wait for their reader") {
  Session session(sample(), {}, {});
  std::string all, out;
  for (int i = 0; i < 100; ++i) all += get("/big/xxxx");
  REQUIRE(session.receive(all, out));
  CHECK(out.size() < 500'000);
  CHECK_FALSE(session.hungry());
  int answers = 1;
  while (!session.hungry()) {
    out.clear();
    REQUIRE(session.resume(out));
    answers += out.empty() ? 0 : 1;
    CHECK(out.size() < 500'000);
  }
  CHECK(answers == 100);
}

TEST_CASE("X-Forwarded-For counts from a trusted proxy alone, and from the right") {
  ServiceOptions options;
  options.trusted_proxies.push_back(*net::Network::parse("10.0.0.0/8"));
  const Service behind(sample_router(), std::move(options));
  const auto who = [](const Service& service, const char* peer, const std::string& fields) {
    net::Peer from;
    if (peer != nullptr) from.address = net::Address::parse(peer);
    return body_of(talk(service, get("/who", fields), ~std::size_t{0}, from));
  };
  CHECK(who(sample(), "192.0.2.1", "X-Forwarded-For: 203.0.113.5\r\n") == "192.0.2.1");
  CHECK(who(behind, "192.0.2.1", "X-Forwarded-For: 203.0.113.5\r\n") == "192.0.2.1");
  CHECK(who(behind, "10.1.1.1", "X-Forwarded-For: 203.0.113.5\r\n") == "203.0.113.5");
  CHECK(who(behind, "10.1.1.1", "X-Forwarded-For: 1.2.3.4, 203.0.113.5\r\n") == "203.0.113.5");
  CHECK(who(behind, "10.1.1.1", "X-Forwarded-For: 1.2.3.4,203.0.113.5 , 10.9.9.9\r\n") ==
        "203.0.113.5");
  CHECK(who(behind, "10.1.1.1", "x-forwarded-for: 1.2.3.4\r\nX-Forwarded-For: 203.0.113.5\r\n") ==
        "203.0.113.5");
  CHECK(who(behind, "10.1.1.1", "X-Forwarded-For: 203.0.113.5, unknown\r\n") == "10.1.1.1");
  CHECK(who(behind, "10.1.1.1", "X-Forwarded-For: \r\n") == "10.1.1.1");
  CHECK(who(behind, "10.1.1.1", "") == "10.1.1.1");
  CHECK(who(behind, nullptr, "X-Forwarded-For: 203.0.113.5\r\n") == "nobody");
  ServiceOptions local;
  local.trust_unix_sockets = true;
  const Service unix_behind(sample_router(), std::move(local));
  CHECK(who(unix_behind, nullptr, "X-Forwarded-For: 203.0.113.5\r\n") == "203.0.113.5");
  CHECK(who(unix_behind, "192.0.2.1", "X-Forwarded-For: 203.0.113.5\r\n") == "192.0.2.1");
}
