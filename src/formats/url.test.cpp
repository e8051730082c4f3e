#include "formats/url.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict;

TEST_CASE("a URL's host is the one a browser would contact") {
  for (const auto& [written, host] : std::initializer_list<std::pair<const char*, const char*>>{
           {"http://evil.example/", "evil.example"},
           {"HTTPS://Evil.EXAMPLE", "evil.example"},
           {"http://evil.example:8443/x", "evil.example"},
           {"http://user:pass@evil.example/", "evil.example"},
           {"http://good.example@evil.example/", "evil.example"},
           {"http://a@b@evil.example", "evil.example"},
           {"http://evil.example./", "evil.example"},
           {"http:/\\evil.example\\@good.example", "evil.example"},
           {"http:evil.example", "evil.example"},
           {"https:////evil.example/", "evil.example"},
           {"ht\ttp://ev\nil.exa\rmple/", "evil.example"},
           {"  http://evil.example/ \n", "evil.example"},
           {"http://e%76il%2Eexample/", "evil.example"},
           {"http://evil.example?q=@good.example", "evil.example"},
           {"http://evil.example#@good.example", "evil.example"},
           {"http://evil.example:99999/", "evil.example"},
           {"app+x://evil.example/path", "evil.example"},
           {"blob:https://evil.example/0c1d", "evil.example"},
           {"http://0x7f.1/", "127.0.0.1"},
           {"http://2130706433/", "127.0.0.1"},
           {"http://017700000001", "127.0.0.1"},
           {"http://1.2.3/", "1.2.0.3"},
           {"http://[::1]:80/", "::1"},
           {"http://[2001:DB8:0:0:1:0:0:1]/", "2001:db8::1:0:0:1"},
           {"http://[::ffff:1.2.3.4]/", "1.2.3.4"},
           {"http://[fe80::1%25en0]/", "fe80::1"},
           {"http://M\xC3\xBCnchen.example/", "m\xC3\xBCnchen.example"},
       }) {
    CAPTURE(written);
    REQUIRE(url::host_of(written).has_value());
    CHECK(*url::host_of(written) == host);
  }
}

TEST_CASE("what has no host gives none") {
  const std::string long_label(64, 'a');
  std::string long_name;
  while (long_name.size() < 254) long_name += "abcdefg.";
  for (const std::string& text : {std::string("about:blank"),
                                  std::string("mailto:a@evil.example"),
                                  std::string(""),
                                  std::string("evil.example"),
                                  std::string("file:///etc/hosts"),
                                  std::string("http://"),
                                  std::string("http:///"),
                                  std::string("http://a b/"),
                                  std::string("http://a..b/"),
                                  std::string("http://1.2.3.256/"),
                                  std::string("http://1.2.3.4.5/"),
                                  std::string("http://[::1"),
                                  std::string("http://[1.2.3.4]/"),
                                  std::string("://x"),
                                  std::string("http://a%00b/"),
                                  std::string("http://a%2fb/"),
                                  std::string("data:,x//y"),
                                  std::string("blob:blob:https://x.example/"),
                                  "http://" + long_label + ".example/",
                                  "http://" + long_name + "example/"}) {
    CAPTURE(text);
    CHECK_FALSE(url::host_of(text).has_value());
  }
}

TEST_CASE("the parts of a URL are views of what was written") {
  url::Parts parts;
  REQUIRE(url::parse("HTTPS://u:p@Evil.Example.:443/a?b#c", parts));
  CHECK(parts.scheme == "HTTPS");
  CHECK(parts.user_info == "u:p");
  CHECK(parts.written_host == "Evil.Example.");
  CHECK(parts.host.text() == "evil.example");
  CHECK_FALSE(parts.port.has_value());
  CHECK(parts.rest == "/a?b#c");
  REQUIRE(url::parse("http://evil.example:443", parts));
  CHECK(parts.port == 443);
  CHECK(parts.rest.empty());
  REQUIRE(url::parse_authority("2001:db8::7", parts));
  CHECK(parts.host.kind() == url::Host::Kind::address);
  CHECK(url::to_text(parts.host.address()) == "2001:db8::7");
}

TEST_CASE("addresses are numbers, whatever their spelling") {
  CHECK(url::parse_address("1.2.3.4") == url::parse_address("::ffff:102:304"));
  CHECK(url::parse_address("2001:db8::") == url::parse_address("2001:DB8:0:0:0:0:0:0"));
  CHECK(url::parse_address("::") == url::parse_address("0:0:0:0:0:0:0:0"));
  for (const char* bad : {"1.2.3", "1.2.3.04", "1.2.3.4.5", "256.1.1.1", "1:2:3:4:5:6:7", "1::2::3",
                          ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "::12345", "1:2:3:4:5:6:7:8:9", "x",
                          "", ":", ":::", "1:2:3:4:5:6:7:1.2.3.4", "1.2.3.4::"}) {
    CAPTURE(bad);
    CHECK_FALSE(url::parse_address(bad).has_value());
  }
}

TEST_CASE("an address written out is read back as itself") {
  CHECK(rc::check([](const std::array<std::uint8_t, 16>& bytes, std::uint16_t zeros) {
    url::Address address{bytes};
    for (std::size_t i = 0; i < 16; ++i) {
      if ((zeros >> i & 1) != 0) address.bytes[i] = 0;
    }
    RC_ASSERT(url::parse_address(url::to_text(address)) == address);
  }));
}

TEST_CASE("a parsed host is stable: parsing it again changes nothing") {
  CHECK(rc::check([](const std::string& any) {
    url::Host once;
    if (!url::parse_host(any, once)) return;
    if (once.kind() != url::Host::Kind::name || once.text().find('%') != std::string_view::npos) {
      return;
    }
    url::Host twice;
    RC_ASSERT(url::parse_host(once.text(), twice));
    RC_ASSERT(twice.text() == once.text());
  }));
}
