#include "net/address.hpp"

#include <doctest/doctest.h>

using namespace interdict::net;

TEST_CASE("addresses are read and written; IPv4 over IPv6 is IPv4") {
  for (const auto* text : {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::1", "::"}) {
    const auto address = Address::parse(text);
    REQUIRE(address);
    CHECK(address->text() == text);
  }
  CHECK(Address::parse("::ffff:192.0.2.1") == Address::parse("192.0.2.1"));
  for (const auto* text : {"", "192.0.2", "192.0.2.1.5", "192.0.2.1:80", "[::1]", "fe80::1%eth0",
                           "1.2.3.4 ", "localhost", "256.1.1.1"}) {
    CHECK_FALSE(Address::parse(text));
  }
  CHECK_FALSE(Address::parse(std::string(100, ':')));
  CHECK_FALSE(Address::parse(std::string_view("1.2.3.4\0", 8)));
}

TEST_CASE("a subscriber is an IPv4 address or an IPv6 /64") {
  const auto of = [](const char* text) { return Address::parse(text)->subscriber().text(); };
  CHECK(of("192.0.2.7") == "192.0.2.7");
  CHECK(of("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
}

TEST_CASE("a network holds its addresses and no others") {
  const auto holds = [](const char* network, const char* address) {
    return Network::parse(network)->holds(*Address::parse(address));
  };
  CHECK(holds("10.0.0.0/8", "10.255.0.1"));
  CHECK_FALSE(holds("10.0.0.0/8", "11.0.0.1"));
  CHECK(holds("192.0.2.128/25", "192.0.2.129"));
  CHECK_FALSE(holds("192.0.2.128/25", "192.0.2.127"));
  CHECK(holds("192.0.2.1", "192.0.2.1"));
  CHECK_FALSE(holds("192.0.2.1", "192.0.2.2"));
  CHECK(holds("0.0.0.0/0", "203.0.113.9"));
  CHECK_FALSE(holds("0.0.0.0/0", "2001:db8::1"));
  CHECK(holds("::/0", "203.0.113.9"));
  CHECK(holds("2001:db8::/32", "2001:db8:ffff::1"));
  for (const auto* bad : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "x/8", "2001:db8::/129",
                          "10.0.0.0/-1", "10.0.0.0/8 "}) {
    CHECK_FALSE(Network::parse(bad));
  }
}

TEST_CASE("an endpoint is a port of an address or a Unix socket") {
  for (const auto* text : {"127.0.0.1:8080", "[::1]:0", "unix:/run/interdict/http.sock"}) {
    const auto endpoint = Endpoint::parse(text);
    REQUIRE(endpoint);
    CHECK(endpoint->text() == text);
  }
  for (const auto* bad : {"", "8080", ":8080", "localhost:80", "127.0.0.1:65536", "::1:80",
                          "[127.0.0.1]:80", "unix:", "127.0.0.1:", "127.0.0.1:+1"}) {
    CHECK_FALSE(Endpoint::parse(bad));
  }
}
