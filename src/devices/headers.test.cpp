#include "devices/headers.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict;
using namespace interdict::devices;

namespace {

std::string read(std::string_view text) {
  std::vector<Field> fields;
  const auto status = read_headers(text, fields);
  std::string out;
  for (const auto& field : fields) {
    out.append("[").append(field.name).append("|").append(field.value).append("]");
  }
  return status ? out : out + status.error().what();
}

}  // namespace

TEST_CASE("header fields are what stands before the first empty line") {
  CHECK(read("A: 1\nB:2\r\n\r\nC: 3\n") == "[A|1][B|2]");
  CHECK(read("A: 1\n\tfolded\n B\nC: 2") == "[A|1\n\tfolded\n B][C|2]");
  CHECK(read("From me Thu Jan  1\nA: 1\n\nB: 2\n") == "[A|1]");
  CHECK(read("   \n\nA: 1\n") == "[A|1]");
  CHECK(read("A: 1\n \nB: 2\n") == "[A|1]");
  CHECK(read("A: 1\nnot a field\nB: 2\n") == "[A|1]");
  CHECK(read("A:\n") == "[A|]");
  CHECK(read("") == "no header field");
  CHECK(read("hello\n") == "no header field");
  CHECK(read(": x\n") == "no header field");
}

TEST_CASE("a header block of unreasonable size is refused, what stands before is kept") {
  std::string many;
  for (std::size_t i = 0; i <= kMaxHeaderFields; ++i) many += "A: 1\n";
  std::vector<Field> fields;
  auto status = read_headers(many, fields);
  CHECK(status.error().code() == Errc::limit);
  CHECK(fields.size() == kMaxHeaderFields);
  const std::string large = "A: 1\nB: " + std::string(kMaxHeaderBytes, 'x') + "\n";
  status = read_headers(large, fields);
  CHECK(status.error().code() == Errc::limit);
  CHECK(fields.size() == 1);
}

TEST_CASE("fields that were written are read back, folds and all") {
  CHECK(rc::check([] {
    const auto name = *rc::gen::nonEmpty(rc::gen::container<std::string>(
        rc::gen::suchThat(rc::gen::inRange<char>('!', '~'), [](char c) { return c != ':'; })));
    const auto value =
        *rc::gen::container<std::string>(rc::gen::element('a', '"', ':', ';', '\x80', '='));
    RC_PRE(name.size() < 100U);
    const std::string folded = value.empty() ? "" : value + "\r\n\t" + value;
    std::vector<Field> fields;
    const std::string text = "X: 1\r\n" + name + ": " + folded + "\r\n\r\nbody: 1\r\n";
    RC_ASSERT(read_headers(text, fields).has_value());
    RC_ASSERT(fields.size() == 2U);
    RC_ASSERT(fields[1].name == name);
    RC_ASSERT(fields[1].value == folded);
  }));
}

TEST_CASE("parameters are found quoted, folded or plain") {
  const auto boundary = [](std::string_view v) { return parameter(v, "boundary"); };
  CHECK(boundary("multipart/mixed; boundary=Apple-Mail-1").value == "Apple-Mail-1");
  CHECK(boundary("multipart/mixed;\n\tBOUNDARY=\"a b\"; x=1").value == "a b");
  CHECK(boundary("multipart/mixed;\n\tboundary=\"a b\"").quoted);
  CHECK(boundary("multipart/mixed;\r\n boundary=x").folded);
  CHECK_FALSE(boundary("multipart/mixed; boundary=x").folded);
  CHECK(boundary("multipart/mixed; boundary=\"open").value == "open");
  CHECK(boundary("multipart/mixed; xboundary=1; boundary=2").value == "2");
  CHECK(boundary("text/plain").value.empty());
  CHECK(boundary("a;boundary=").value.empty());
  CHECK(boundary(";").value.empty());
}

TEST_CASE("the host of an address is found behind any display name") {
  CHECK(address_host("Alice <alice@example.org>") == "example.org");
  CHECK(address_host("\"bob@fake.example\" <alice@example.org>") == "example.org");
  CHECK(address_host("alice@example.org (Alice)") == "example.org");
  CHECK(address_host("alice@example.org, bob@example.net") == "example.org");
  CHECK(address_host("alice").empty());
}
