#include "http/message.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict;
using namespace interdict::http;

namespace {

std::string sent(const Response& response, Method asked = Method::get, bool keep = true) {
  std::string out;
  append_response(out, response, asked, false, keep, "DATE");
  return out;
}

}  // namespace

TEST_CASE("fields are found whatever their case, in their order") {
  Headers headers;
  headers.add("Host", "a");
  headers.add("X-Mailer", "");
  headers.add("HOST", "b");
  CHECK(headers.find("host") == "a");
  CHECK(headers.count("hOST") == 2);
  CHECK(headers.find("x-mailer") == "");
  CHECK_FALSE(headers.find("x-mail"));
  CHECK(headers[2].name == "HOST");
  CHECK(headers[2].value == "b");
}

TEST_CASE("a response says where it ends, and has no body where there must be none") {
  CHECK(sent(Response::text(200, "hi")) ==
        "HTTP/1.1 200 OK\r\nDate: DATE\r\nContent-Type: text/plain; charset=utf-8\r\n"
        "Content-Length: 2\r\n\r\nhi");
  CHECK(sent(Response::text(200, "hi"), Method::head).ends_with("Content-Length: 2\r\n\r\n"));
  CHECK(sent({204, {}, "never", false}) == "HTTP/1.1 204 No Content\r\nDate: DATE\r\n\r\n");
  CHECK(sent(Response::see_other("/x"), Method::post, false) ==
        "HTTP/1.1 303 See Other\r\nDate: DATE\r\nLocation: /x\r\nContent-Length: 0\r\n"
        "Connection: close\r\n\r\n");
}

TEST_CASE("a response that would split itself, or speak of its own length, is not sent") {
  const std::string instead = "HTTP/1.1 500 Internal Server Error\r\n";
  for (const auto& [name, value] : Fields{{"X", "a\r\nSet-Cookie: b"},
                                          {"X", "a\nb"},
                                          {"X\r\nY", "a"},
                                          {"X Y", "a"},
                                          {"", "a"},
                                          {"X", std::string("a\0b", 3)},
                                          {"content-length", "5"},
                                          {"Transfer-Encoding", "chunked"}}) {
    const auto out = sent(Response::text(200, "secret").with(name, value));
    CHECK(out.starts_with(instead));
    CHECK(out.find("secret") == out.npos);
    CHECK(out.find("Connection: close") != out.npos);
  }
  CHECK(sent({99, {}, {}, false}).starts_with(instead));
  CHECK(sent({600, {}, {}, false}).starts_with(instead));
}

TEST_CASE("percent encoding is undone exactly, or not at all") {
  CHECK(percent_decoded("a%20b%2fc%2F") == "a b/c/");
  CHECK(percent_decoded("") == "");
  for (const auto* bad : {"%", "%2", "%zz", "%2g", "a%", "%%20"}) CHECK_FALSE(percent_decoded(bad));
  rc::check(
      [](const std::string& any) { RC_ASSERT(percent_decoded(percent_encoded(any)) == any); });
}

TEST_CASE("a form is names and values; what is no text is refused") {
  const auto fields = parse_form("a=1&b=x+y%2Bz&a=2&flag&=v&&e=%C3%A9");
  REQUIRE(fields);
  CHECK(*fields ==
        Fields{{"a", "1"}, {"b", "x y+z"}, {"a", "2"}, {"flag", ""}, {"", "v"}, {"e", "é"}});
  CHECK(find(*fields, "a") == "1");
  CHECK_FALSE(find(*fields, "c"));
  CHECK(parse_form("")->empty());
  for (const auto* bad : {"a=%", "a=%00", "a=%ff", "%ff=a"}) CHECK_FALSE(parse_form(bad));
  std::string many;
  for (std::size_t i = 0; i <= kMaxFormFields; ++i) many += "a&";
  CHECK_FALSE(parse_form(many));
}

TEST_CASE("dates are written as RFC 9110 shows them") {
  CHECK(http_date(784'111'777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(http_date(0) == "Thu, 01 Jan 1970 00:00:00 GMT");
}
