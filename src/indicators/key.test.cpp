#include "indicators/key.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"

using namespace interdict;
using namespace interdict::indicators;

namespace {

std::string shown(const Key& key) {
  const auto text = key.type == Type::ip ? hex(bytes_of(key.text)) : key.text;
  return std::string(name_of(key.type)) + " " + text + (key.relative ? " relative" : "");
}
std::string keyed(Type type, std::string_view value) {
  Key key{};
  const auto status = make_key(type, value, key);
  return status ? shown(key) : status.error().what();
}
std::string guessed(std::string_view value) {
  Key key{};
  const auto status = guess_key(value, key);
  return status ? shown(key) : status.error().what();
}

}  // namespace

TEST_CASE("values of STIX files become the key of what they mean") {
  CHECK(keyed(Type::domain, "Evil.Example.") == "domain evil.example");
  CHECK(keyed(Type::domain, "*.evil.example") == "domain evil.example");
  CHECK(keyed(Type::domain, "evil.example:8443") == "domain evil.example");
  CHECK(keyed(Type::domain, "https://evil.example/") == "domain evil.example");
  CHECK(keyed(Type::domain, "host.example/x") == "url //host.example/x");
  CHECK(keyed(Type::domain, "http://host.example/x") == "url http://host.example/x");
  CHECK(keyed(Type::domain, "1.2.3.4") == "ip 00000000000000000000ffff0102030480");
  CHECK(keyed(Type::domain, "M\xC3\x9Cnchen.example") == "domain xn--mnchen-3ya.example");
  CHECK(keyed(Type::domain, "XN--MNCHEN-3YA.example") == "domain xn--mnchen-3ya.example");
  CHECK(keyed(Type::domain, "localhost") == "domain localhost");
  CHECK(keyed(Type::domain, "a b") == "'a b' is not a host name");
  CHECK(keyed(Type::ip, "10.20.30.40/8") == "ip 00000000000000000000ffff0a00000068");
  CHECK(keyed(Type::ip, "2001:db8::/32") == "ip 20010db800000000000000000000000020");
  CHECK(keyed(Type::ip, "10.0.0.0/33") == "'10.0.0.0/33' is not an IP address");
  CHECK(keyed(Type::url, "HTTP://U:P@Evil.Example:80/A?b=C") == "url http://evil.example/A?b=C");
  CHECK(keyed(Type::url, "https://evil.example:80") == "url https://evil.example:80/");
  CHECK(keyed(Type::url, "evil.example/x") == "url //evil.example/x");
  CHECK(keyed(Type::url, "evil.example") == "domain evil.example");
  CHECK(keyed(Type::url, "http://[2001:DB8::1]/x") == "url http://[2001:db8::1]/x");
  CHECK(keyed(Type::email, "A@B.example") == "email a@b.example");
  CHECK(keyed(Type::file_path, "/var/tmp/x/") == "file_path /private/var/tmp/x");
  CHECK(keyed(Type::file_path, "Library/x") == "file_path /Library/x relative");
  CHECK(keyed(Type::file_path, "/") == "the root of the file system");
  CHECK(keyed(Type::process, "BackupAgent") == "process BackupAgent");
  CHECK(keyed(Type::sha1, std::string(39, 'a')).ends_with("is not sha1"));
  CHECK(keyed(Type::cert_sha256, "AA:" + std::string(62, 'b')) ==
        "cert_sha256 aa" + std::string(62, 'b'));
  CHECK(keyed(Type::profile_id, "ABCD-EF") == "profile_id abcd-ef");
  CHECK(keyed(Type::domain, " ") == "an empty value");
}

TEST_CASE("a plain value tells its type, defanged or not") {
  CHECK(guessed("evil.example") == "domain evil.example");
  CHECK(guessed("evil[.]example") == "domain evil.example");
  CHECK(guessed("hxxps://evil[.]example/a") == "url https://evil.example/a");
  CHECK(guessed("hXXp[://]evil(dot)example/a") == "url http://evil.example/a");
  CHECK(guessed("bad[@]evil[.]example") == "email bad@evil.example");
  CHECK(guessed("1.2.3[.]4") == "ip 00000000000000000000ffff0102030480");
  CHECK(guessed("/private/var/tmp/x") == "file_path /private/var/tmp/x");
  CHECK(guessed(std::string(32, 'A')) == "md5 " + std::string(32, 'a'));
  CHECK(guessed(std::string(64, '0')) == "sha256 " + std::string(64, '0'));
  CHECK(guessed("BackupAgent") == "'BackupAgent' is not a host name with a dot");
  CHECK(guessed("two words.example").starts_with("'two words.example' is not a domain"));
}

TEST_CASE("every type's name is read back as the type") {
  for (unsigned i = 0; i <= static_cast<unsigned>(Type::property); ++i) {
    Type type{};
    REQUIRE(parse_type(name_of(static_cast<Type>(i)), type));
    CHECK(type == static_cast<Type>(i));
  }
  Type type{};
  CHECK_FALSE(parse_type("host", type));
}
