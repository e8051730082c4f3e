#include "crypto/pbkdf2.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <rapidcheck.h>

#include <iostream>

#include "base/text.hpp"
#include "crypto/pbkdf2_sha_ni.hpp"

using namespace interdict;

namespace {

/// OpenSSL's old front door: another way in than the code under test takes.
std::string reference(const EVP_MD* digest, std::string_view password, std::string_view salt,
                      int iterations) {
  Bytes key(32);
  REQUIRE(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), uchars(salt),
                            static_cast<int>(salt.size()), iterations, digest, 32,
                            uchars(std::span<std::byte>(key))) == 1);
  return hex(key);
}

std::string sha256_key(std::string_view password, std::string_view salt, std::uint32_t n) {
  return hex(crypto::pbkdf2_sha256(bytes_of(password), bytes_of(salt), n).bytes());
}

}  // namespace

TEST_CASE("keys are those of the standards") {
  // RFC 7914, section 11: the first 32 of 64 bytes.
  CHECK(sha256_key("passwd", "salt", 1) ==
        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");
  CHECK(sha256_key("Password", "NaCl", 80000) ==
        "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56");
  // RFC 6070: the first 20 bytes.
  const auto sha1 = crypto::pbkdf2_sha1(bytes_of("password"), bytes_of("salt"), 4096);
  CHECK(hex(sha1.bytes().first(20)) == "4b007901b765489abead49d926f721d065a429c1");
}

TEST_CASE("the fast kernel and OpenSSL agree on every password, salt and count") {
  if (!crypto::has_sha_extensions()) std::cout << "this processor has no SHA extensions\n";
  CHECK(rc::check([](const std::string& password, const std::string& salt) {
    const auto n = *rc::gen::inRange(1, 50);
    const auto expected = reference(EVP_sha256(), password, salt, n);
    RC_ASSERT(sha256_key(password, salt, static_cast<std::uint32_t>(n)) == expected);
    RC_ASSERT(hex(crypto::pbkdf2_sha256_generic(bytes_of(password), bytes_of(salt),
                                                static_cast<std::uint32_t>(n))
                      .bytes()) == expected);
    RC_ASSERT(
        hex(crypto::pbkdf2_sha1(bytes_of(password), bytes_of(salt), static_cast<std::uint32_t>(n))
                .bytes()) == reference(EVP_sha1(), password, salt, n));
  }));
}

TEST_CASE("passwords around and beyond HMAC's block, and none at all, give the right key") {
  for (const std::size_t length : {0, 1, 31, 32, 55, 56, 63, 64, 65, 127, 128, 1000}) {
    CAPTURE(length);
    const std::string password(length, 'p');
    for (const int n : {1, 2, 3, 1000}) {
      CHECK(sha256_key(password, "a salt of 20 bytes..", static_cast<std::uint32_t>(n)) ==
            reference(EVP_sha256(), password, "a salt of 20 bytes..", n));
    }
    CHECK(sha256_key(password, "", 7) == reference(EVP_sha256(), password, "", 7));
  }
}
