#include "crypto/keybag.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <rapidcheck.h>

#include <functional>
#include <string>
#include <vector>

#include "base/text.hpp"

using namespace interdict;
using crypto::KeyBag;

namespace {

// A writer of bags that shares nothing with the reader: OpenSSL's own derivation and wrapping.

std::string big_endian(std::uint32_t n) {
  return {static_cast<char>(n >> 24), static_cast<char>(n >> 16), static_cast<char>(n >> 8),
          static_cast<char>(n)};
}
std::string little_endian(std::uint32_t n) {
  const auto be = big_endian(n);
  return {be.rbegin(), be.rend()};
}
std::string item(const std::string& tag, const std::string& value) {
  return tag + big_endian(static_cast<std::uint32_t>(value.size())) + value;
}
std::string item(const std::string& tag, std::uint32_t value) {
  return item(tag, big_endian(value));
}

unsigned char* writable(std::string& s) { return uchars(std::as_writable_bytes(std::span(s))); }

std::string derive(const EVP_MD* digest, const std::string& password, const std::string& salt,
                   std::uint32_t iterations) {
  std::string key(32, '\0');
  REQUIRE(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), uchars(salt),
                            static_cast<int>(salt.size()), static_cast<int>(iterations), digest, 32,
                            writable(key)) == 1);
  return key;
}

std::string wrap(const std::string& wrapping_key, const std::string& key) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  REQUIRE(EVP_EncryptInit_ex(context, EVP_aes_256_wrap(), nullptr, uchars(wrapping_key), nullptr));
  std::string wrapped(key.size() + 8, '\0');
  int length = 0;
  REQUIRE(EVP_EncryptUpdate(context, writable(wrapped), &length, uchars(key),
                            static_cast<int>(key.size())) == 1);
  EVP_CIPHER_CTX_free(context);
  REQUIRE(static_cast<std::size_t>(length) == wrapped.size());
  return wrapped;
}

struct Bag {
  std::string password = "sesame";
  std::string salt = "twenty bytes of salt", dpsl = "twenty other bytes..";
  std::uint32_t iter = 10, dpic = 20;   // dpic 0: the derivation before iOS 10.2
  std::string header_order = "UHWSID";  // which tag comes when
  std::function<std::uint32_t(std::uint32_t)> wrap_bits = [](auto) { return 2U; };
  std::function<bool(std::uint32_t)> damaged = [](auto) { return false; };

  static std::string class_key(std::uint32_t c) {
    return std::string(32, static_cast<char>('A' + c));
  }

  [[nodiscard]] std::string passcode_key() const {
    const auto first = dpic == 0 ? password : derive(EVP_sha256(), password, dpsl, dpic);
    return derive(EVP_sha1(), first, salt, iter);
  }
  [[nodiscard]] std::string header() const {
    std::string bag = item("VERS", 3) + item("TYPE", 1);
    for (const char which : header_order) {
      if (which == 'U') bag += item("UUID", std::string(16, 'u'));
      if (which == 'H') bag += item("HMCK", std::string(40, 'h'));
      if (which == 'W') bag += item("WRAP", 0);
      if (which == 'S') bag += item("SALT", salt);
      if (which == 'I') bag += item("ITER", iter);
      if (which == 'D' && dpic != 0) {
        bag += item("DPWT", 0) + item("DPIC", dpic) + item("DPSL", dpsl);
      }
    }
    return bag;
  }
  [[nodiscard]] std::string bytes() const {
    std::string bag = header();
    for (std::uint32_t c = 1; c <= 11; ++c) {
      auto key = wrap(passcode_key(), class_key(c));
      if (damaged(c)) key[20] = static_cast<char>(key[20] ^ 1);
      bag += item("UUID", std::string(16, static_cast<char>(c))) + item("CLAS", c) +
             item("WRAP", wrap_bits(c)) + item("KTYP", 0) + item("WPKY", key);
    }
    return bag;
  }
};

Errc refusal(const std::string& bytes) {
  const auto bag = KeyBag::parse(bytes_of(bytes));
  REQUIRE_FALSE(bag);
  return bag.error().code();
}

KeyBag parsed(const std::string& bytes) {
  auto bag = KeyBag::parse(bytes_of(bytes));
  REQUIRE(bag);
  return *std::move(bag);
}

std::string file_key(std::uint32_t c, const std::string& key) {
  return little_endian(c) + wrap(Bag::class_key(c), key);
}

const std::string kFileKey(32, 'k');

}  // namespace

TEST_CASE("the right password opens every class, with both derivations or the older one") {
  for (const std::uint32_t dpic : {20U, 0U}) {
    CAPTURE(dpic);
    const Bag made{.dpic = dpic};
    auto bag = parsed(made.bytes());
    CHECK(bag.sha256_iterations() == dpic);
    CHECK(bag.sha1_iterations() == 10);
    CHECK(bag.passcode_key().empty());
    REQUIRE(bag.unlock("sesame"));
    CHECK(text_of(bag.passcode_key().bytes()) == made.passcode_key());
    for (std::uint32_t c = 1; c <= 11; ++c) {
      const auto key = bag.unwrap(bytes_of(file_key(c, kFileKey)));
      REQUIRE(key);
      CHECK(text_of(key->bytes()) == kFileKey);
    }
  }
}

TEST_CASE("an already derived key opens the bag as the password does") {
  const Bag made;
  auto bag = parsed(made.bytes());
  REQUIRE(bag.unlock_with_key(bytes_of(made.passcode_key())));
  CHECK(bag.unwrap(bytes_of(file_key(4, kFileKey))));
  const auto wrong_length = bag.unlock_with_key(bytes_of("short"));
  REQUIRE_FALSE(wrong_length);
  CHECK(wrong_length.error().code() == Errc::usage);
}

TEST_CASE("a wrong password is told apart from a damaged bag") {
  auto bag = parsed(Bag{}.bytes());
  const auto wrong = bag.unlock("Sesame");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code() == Errc::locked);
  CHECK(wrong.error().what() == "wrong password: it opens none of the backup's 11 keys");
  const auto still_locked = bag.unwrap(bytes_of(file_key(3, kFileKey)));
  REQUIRE_FALSE(still_locked);
  CHECK(still_locked.error().code() == Errc::locked);

  auto torn = parsed(Bag{.damaged = [](auto c) { return c == 5; }}.bytes());
  const auto status = torn.unlock("sesame");
  REQUIRE_FALSE(status);
  CHECK(status.error().code() == Errc::malformed);
  CHECK(status.error().what() ==
        "the key bag is damaged: the password opens 10 of its 11 keys and not the rest");
  CHECK(torn.passcode_key().empty());
}

TEST_CASE("an empty password and one longer than a hash block are passwords like others") {
  for (const std::string& password : {std::string(), std::string(200, 'x')}) {
    auto bag = parsed(Bag{.password = password}.bytes());
    CHECK(bag.unlock(password));
    CHECK_FALSE(bag.unlock("sesame"));
  }
}

TEST_CASE("a class that only the device can open stays closed and spoils nothing") {
  // Its wrapped key does not open with the passcode key, which is no sign of damage here.
  auto bag = parsed(Bag{.wrap_bits = [](auto c) { return c == 9 ? 1U : 2U; },
                        .damaged = [](auto c) { return c == 9; }}
                        .bytes());
  REQUIRE(bag.unlock("sesame"));
  CHECK(bag.unwrap(bytes_of(file_key(8, kFileKey))));
  const auto key = bag.unwrap(bytes_of(file_key(9, kFileKey)));
  REQUIRE_FALSE(key);
  CHECK(key.error().code() == Errc::locked);
  CHECK(key.error().what() == "class 9 needs the device's own key");
}

TEST_CASE("a key under a class with both bits that does not open needs the device") {
  auto bag = parsed(Bag{.wrap_bits = [](auto c) { return c >= 9 ? 3U : 2U; }}.bytes());
  REQUIRE(bag.unlock("sesame"));
  const auto foreign = little_endian(10) + wrap(std::string(32, 'd'), kFileKey);
  const auto key = bag.unwrap(bytes_of(foreign));
  REQUIRE_FALSE(key);
  CHECK(key.error().code() == Errc::locked);
  CHECK(bag.unwrap(bytes_of(file_key(10, kFileKey))));
}

TEST_CASE("a bag without any class under the password is damaged, not locked") {
  auto bag = parsed(Bag{.wrap_bits = [](auto) { return 1U; }}.bytes());
  const auto status = bag.unlock("sesame");
  REQUIRE_FALSE(status);
  CHECK(status.error().code() == Errc::malformed);
  CHECK(status.error().what() ==
        "the key bag is damaged: none of its classes is wrapped by a password");
}

TEST_CASE("a file key that fails its check, has another length or an unknown class is refused") {
  auto bag = parsed(Bag{}.bytes());
  REQUIRE(bag.unlock("sesame"));
  auto torn = file_key(3, kFileKey);
  torn.back() = static_cast<char>(torn.back() ^ 1);
  for (const auto& [bytes, code] :
       {std::pair{torn, Errc::malformed}, std::pair{std::string("short"), Errc::malformed},
        std::pair{file_key(3, kFileKey) + "x", Errc::malformed},
        std::pair{std::string(), Errc::malformed},
        std::pair{file_key(12, kFileKey), Errc::locked}}) {
    const auto key = bag.unwrap(bytes_of(bytes));
    REQUIRE_FALSE(key);
    CHECK(key.error().code() == code);
  }
}

TEST_CASE("the header's tags come in any order and unknown tags are skipped") {
  for (const char* order : {"DISWHU", "SUIDHW", "IUSD"}) {
    CAPTURE(order);
    auto bag = parsed(item("FUTR", "what") + Bag{.header_order = order}.bytes() +
                      item("SIGN", std::string(20, 's')));
    CHECK(bag.unlock("sesame"));
  }
}

TEST_CASE("iterations of none are damage, and of too many a limit") {
  CHECK(refusal(Bag{.iter = 1, .header_order = "UWSD"}.header() + item("ITER", 0)) ==
        Errc::malformed);
  CHECK(refusal(Bag{.header_order = "UWS"}.header() + item("ITER", crypto::kMaxIterations + 1)) ==
        Errc::limit);
  CHECK(refusal(Bag{.header_order = "UWSI"}.header() + item("DPIC", 0xffffffff)) == Errc::limit);
  CHECK(refusal(Bag{.header_order = "UWSI"}.header() + item("DPIC", 0)) == Errc::malformed);
}

TEST_CASE("a bag that lacks what it needs is damaged") {
  const auto classes = Bag{}.bytes().substr(Bag{}.header().size());
  const auto with = [&](const char* order) {
    return Bag{.header_order = order}.header() + classes;
  };
  CHECK(parsed(with("USI")).sha256_iterations() == 0);
  CHECK(refusal(with("UI")) == Errc::malformed);      // no SALT
  CHECK(refusal(with("US")) == Errc::malformed);      // no ITER
  CHECK(refusal(Bag{}.header()) == Errc::malformed);  // no class
  CHECK(refusal("") == Errc::malformed);
  CHECK(refusal(Bag{.header_order = "USI"}.header() + item("DPIC", 7) + classes) ==
        Errc::malformed);  // no DPSL
  CHECK(refusal(with("USI") + item("UUID", "x") + item("WRAP", 2)) == Errc::malformed);
  CHECK(refusal(with("USI") + item("UUID", "x") + item("CLAS", 3)) == Errc::malformed);
  CHECK(refusal(with("USI") + item("UUID", "x") + item("WPKY", "short")) == Errc::malformed);
  CHECK(refusal(with("USI") + item("UUID", "x") + item("CLAS", "xyz")) == Errc::malformed);
}

TEST_CASE("more classes or bytes than a bag can have are a limit") {
  std::string many = Bag{.header_order = "USI"}.header();
  for (std::uint32_t c = 0; c < 65; ++c) many += item("UUID", "x") + item("CLAS", c);
  CHECK(refusal(many) == Errc::limit);
  CHECK(refusal(item("JUNK", std::string(1 << 20, 'j'))) == Errc::limit);
}

TEST_CASE("a bag cut anywhere is refused or opens fewer classes, and never breaks") {
  const auto whole = Bag{}.bytes();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    auto bag = KeyBag::parse(bytes_of(std::string_view(whole).substr(0, n)));
    if (!bag) CHECK(bag.error().code() == Errc::malformed);
  }
}

TEST_CASE("a bag with any byte changed never opens wrongly") {
  const Bag made;
  const auto whole = made.bytes();
  CHECK(rc::check([&] {
    auto bytes = whole;
    const auto where = *rc::gen::inRange<std::size_t>(0, bytes.size());
    bytes[where] = *rc::gen::arbitrary<char>();
    auto bag = KeyBag::parse(bytes_of(bytes));
    if (!bag) return;
    // A huge count would be obeyed, as it must: the test gives the key, not the password.
    if (!bag->unlock_with_key(bytes_of(made.passcode_key()))) return;
    for (std::uint32_t c = 1; c <= 11; ++c) {
      const auto key = bag->unwrap(bytes_of(file_key(c, kFileKey)));
      if (key) RC_ASSERT(text_of(key->bytes()) == kFileKey);
    }
  }));
}
