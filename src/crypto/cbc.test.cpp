#include "crypto/cbc.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <rapidcheck.h>

#include <algorithm>
#include <string>

using namespace interdict;
using crypto::DecryptedFile;
using crypto::Padding;

namespace {

const std::string kKey = "0123456789abcdef0123456789ABCDEF";

/// Encrypts with OpenSSL's own front door. Without padding the text must be whole blocks.
std::string encrypted(const std::string& plain, bool padded = true) {
  EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
  const std::string iv(16, '\0');
  REQUIRE(EVP_EncryptInit_ex(context, EVP_aes_256_cbc(), nullptr, uchars(kKey), uchars(iv)) == 1);
  EVP_CIPHER_CTX_set_padding(context, padded ? 1 : 0);
  std::string out(plain.size() + 32, '\0');
  unsigned char* to = uchars(std::as_writable_bytes(std::span(out)));
  int n = 0, last = 0;
  REQUIRE(EVP_EncryptUpdate(context, to, &n, uchars(plain), static_cast<int>(plain.size())) == 1);
  REQUIRE(EVP_EncryptFinal_ex(context, to + n, &last) == 1);
  EVP_CIPHER_CTX_free(context);
  out.resize(static_cast<std::size_t>(n + last));
  return out;
}

/// Counts what is read, to see that a small look costs little.
class Counted final : public RandomAccess {
 public:
  explicit Counted(std::string bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override {
    if (broken_from <= offset + into.size()) return Error{Errc::io, "bad sector"};
    read += into.size();
    std::ranges::copy(bytes_of(bytes_).subspan(offset, into.size()), into.begin());
    return ok();
  }
  std::uint64_t read = 0, broken_from = UINT64_MAX;

 private:
  std::string bytes_;
};

Result<DecryptedFile> opened(std::string ciphertext, std::string_view key = kKey) {
  return crypto::open_cbc(std::make_shared<Counted>(std::move(ciphertext)), crypto::Secret(key));
}

std::string some_text(std::size_t size) {
  std::string text(size, '\0');
  std::uint32_t x = 12345;
  for (char& c : text) c = static_cast<char>((x = x * 1664525 + 1013904223) >> 24);
  return text;
}

std::string read(RandomAccess& file, std::uint64_t offset, std::size_t n) {
  std::string out(n, '\0');
  REQUIRE(file.read_at(offset, std::as_writable_bytes(std::span(out))));
  return out;
}

}  // namespace

TEST_CASE("a file of any length comes back whole, its padding cut off") {
  for (const std::size_t size : {0, 1, 15, 16, 17, 31, 32, 4096, 65535, 65536, 65537, 300000}) {
    CAPTURE(size);
    const auto text = some_text(size);
    const auto file = opened(encrypted(text));
    REQUIRE(file);
    CHECK(file->padding == Padding::pkcs7);
    CHECK(file->plain->size() == size);
    CHECK(read(*file->plain, 0, size) == text);
  }
}

TEST_CASE("any sequence of reads gives the same bytes as the plain text") {
  const auto text = some_text(400'003);
  const auto ciphertext = encrypted(text);
  CHECK(rc::check([&] {
    const auto file = opened(ciphertext);
    std::size_t end = 0;
    for (int i = 0; i < 20; ++i) {
      // Half of the reads go on where the last one ended, as a table scan does.
      const bool go_on = *rc::gen::arbitrary<bool>() && end < text.size();
      const auto offset = go_on ? end : *rc::gen::inRange<std::size_t>(0, text.size());
      const auto most = *rc::gen::element<std::size_t>(8, 100, 5000, 70'000, 400'000);
      const auto n = *rc::gen::inRange<std::size_t>(0, std::min(most, text.size() - offset) + 1);
      RC_ASSERT(read(*file->plain, offset, n) == text.substr(offset, n));
      end = offset + n;
    }
  }));
}

TEST_CASE("a text that is not padded keeps every byte") {
  const auto text = some_text(4080) + "no padding here!";
  const auto file = opened(encrypted(text, false));
  REQUIRE(file);
  CHECK(file->padding == Padding::none);
  CHECK(file->plain->size() == text.size());
  CHECK(read(*file->plain, 0, text.size()) == text);
}

TEST_CASE("padding of no byte, too many or unequal bytes is none") {
  for (const std::string& end : {std::string(16, '\0'), std::string(16, '\x11'),
                                 std::string("0123456789abcd\x01\x02"), std::string(16, '\xff')}) {
    const auto file = opened(encrypted(some_text(32) + end, false));
    REQUIRE(file);
    CHECK(file->padding == Padding::none);
    CHECK(file->plain->size() == 48);
  }
}

TEST_CASE("an unpadded database that happens to end like padding loses nothing") {
  const std::string magic("SQLite format 3\0", 16);
  const auto pages = magic + some_text(4096 - 17) + '\x01';
  const auto unpadded = opened(encrypted(pages, false));
  REQUIRE(unpadded);
  CHECK(unpadded->padding == Padding::none);
  CHECK(unpadded->plain->size() == 4096);
  const auto padded = opened(encrypted(pages));
  REQUIRE(padded);
  CHECK(padded->padding == Padding::pkcs7);
  CHECK(padded->plain->size() == 4096);
}

TEST_CASE("an empty or torn ciphertext and a key of another length are refused") {
  for (const std::size_t size : {0, 1, 15, 17, 4097}) {
    const auto file = opened(std::string(size, 'x'));
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::truncated);
  }
  for (const std::string_view key : {"", "sixteen byte key"}) {
    const auto file = opened(encrypted("text"), key);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::malformed);
  }
}

TEST_CASE("reading past the end fails and leaves the file usable") {
  const auto file = opened(encrypted("twenty bytes of text"));
  REQUIRE(file);
  Bytes into(10);
  for (const std::uint64_t offset : {std::uint64_t{11}, std::uint64_t{21}, UINT64_MAX}) {
    const auto status = file->plain->read_at(offset, into);
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::truncated);
  }
  CHECK(read(*file->plain, 14, 6) == "f text");
}

TEST_CASE("opening a large file and a look at one page of it read little") {
  const auto source = std::make_shared<Counted>(encrypted(some_text(4 << 20)));
  const auto file = crypto::open_cbc(source, crypto::Secret(kKey));
  REQUIRE(file);
  CHECK(source->read <= 64);
  read(*file->plain, 1 << 20, 4096);
  CHECK(source->read <= 64 + 16 + 4096);
}

TEST_CASE("a source that fails is reported in its own words, and read again afterwards") {
  const auto text = some_text(200'000);
  const auto source = std::make_shared<Counted>(encrypted(text));
  const auto file = crypto::open_cbc(source, crypto::Secret(kKey));
  REQUIRE(file);
  source->broken_from = 100'000;
  Bytes into(150'000);
  const auto status = file->plain->read_at(0, into);
  REQUIRE_FALSE(status);
  CHECK(status.error().what() == "bad sector");
  CHECK(read(*file->plain, 16, 4096) == text.substr(16, 4096));
  source->broken_from = UINT64_MAX;
  CHECK(read(*file->plain, 0, 200'000) == text);
}
