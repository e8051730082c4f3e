#include "devices/activesync.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/bytes.hpp"
#include "base/text.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

std::string counted(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}
/// As MS-ASHTTP 2.2.1.1.1 lays it out.
std::string blob(std::uint8_t protocol, std::uint8_t command, std::string_view id,
                 std::string_view policy, std::string_view type, std::string_view rest = {}) {
  std::string out{static_cast<char>(protocol), static_cast<char>(command), '\x09', '\x04'};
  out += counted(id) + counted(policy) + counted(type);
  return out.append(rest);
}
std::string why(std::string_view query) {
  const auto q = read_sync_query(query);
  return q ? "" : q.error().what();
}

}  // namespace

TEST_CASE("a plain query is read, escapes undone, in any order and letter case") {
  const auto q = read_sync_query(
      "User=corp%5Calice&DeviceId=ApplF00&deviceType=iPhone&Cmd=Sync&x=%zz&flag&y=1+2");
  REQUIRE(q);
  CHECK(q->user == "corp\\alice");
  CHECK(q->device_id == "ApplF00");
  CHECK(q->device_type == "iPhone");
  CHECK(q->command == "Sync");
  CHECK_FALSE(q->blob);
  CHECK_FALSE(q->named_twice);
}

TEST_CASE("a query that names two devices says so") {
  CHECK(read_sync_query("DeviceType=Android&DeviceType=iPhone")->named_twice);
  CHECK_FALSE(read_sync_query("DeviceType=iPhone&DeviceType=iPhone")->named_twice);
}

TEST_CASE("the base64 form is read, padded, unpadded and escaped") {
  const auto bytes = blob(161, 0, "O8S9UD4DOH0SLEPOQC5AJ9AE3C", std::string("\1\2\3\4"), "iPhone",
                          "\x08\x05"
                          "alice"
                          "\x07\x01\x01");
  auto text = base64(bytes_of(bytes));
  const auto check = [](const Result<SyncQuery>& q) {
    REQUIRE(q);
    CHECK(q->blob);
    CHECK(q->protocol == 161);
    CHECK(q->command == "Sync");
    CHECK(q->device_id == "O8S9UD4DOH0SLEPOQC5AJ9AE3C");
    CHECK(q->device_type == "iPhone");
    CHECK(q->user == "alice");
  };
  check(read_sync_query(text));
  std::string escaped;
  for (const char c : text) {
    escaped += c == '=' ? "%3D" : c == '+' ? "%2B" : c == '/' ? "%2f" : std::string(1, c);
  }
  check(read_sync_query(escaped));
  while (text.ends_with('=')) text.pop_back();
  check(read_sync_query(text));
  CHECK(read_sync_query(base64(bytes_of(blob(141, 77, "x", "", "y"))))->command == "command 77");
}

TEST_CASE("every truncation of a blob is refused") {
  const auto whole = blob(141, 9, "ApplF00", std::string(4, 'k'), "iPad");
  for (std::size_t n = 1; n < whole.size(); ++n) {
    CAPTURE(n);
    CHECK_FALSE(why(base64(bytes_of(whole).first(n))).empty());
  }
  CHECK(why(base64(bytes_of(whole))).empty());
}

TEST_CASE("what is no query says why") {
  CHECK(why("") == "an empty query");
  CHECK(why("a=b") == "no parameter of an ActiveSync request");
  CHECK(why("%%%") == "no parameter of an ActiveSync request");
  CHECK(why(std::string(9'000, 'A')) == "a query longer than 8 KiB");
  CHECK(why("DeviceId=" + std::string(300, 'A')) == "a parameter longer than 255 bytes");
  CHECK(why("A") == "neither parameters nor base64");
  CHECK(why(base64(bytes_of("hello, world"))) ==
        "the blob is of no protocol version that there is");
  CHECK(why(base64(bytes_of(blob(141, 0, "i", "12345", "t")))) ==
        "a policy key that is not of four bytes");
  std::string many = blob(141, 0, "i", "", "t");
  for (int i = 0; i < 65; ++i) many += std::string("\x01\x00", 2);
  CHECK(why(base64(bytes_of(many))) == "too many parameters");
  std::string pairs = "DeviceId=1";
  for (int i = 0; i < 70; ++i) pairs += "&a=b";
  CHECK(why(pairs) == "too many parameters");
}

TEST_CASE("whatever a blob holds comes back") {
  CHECK(rc::check([] {
    const auto some = [] {
      auto text = *rc::gen::arbitrary<std::string>();
      return text.substr(0, 255);
    };
    const auto id = some(), type = some(), user = some();
    const auto q = read_sync_query(
        base64(bytes_of(blob(160, 1, id, "", type, std::string(1, '\x08') + counted(user)))));
    RC_ASSERT(q.has_value());
    RC_ASSERT(q->device_id == id);
    RC_ASSERT(q->device_type == type);
    RC_ASSERT(q->user == user);
  }));
}
