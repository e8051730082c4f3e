#include "crypto/digest.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.hpp"

using namespace interdict;

namespace {

class Unreadable final : public RandomAccess {
 public:
  [[nodiscard]] std::uint64_t size() const override { return 10; }
  Status read_at(std::uint64_t, std::span<std::byte>) override { return Error{Errc::io, "torn"}; }
};

}  // namespace

TEST_CASE("digests are those of the standards") {
  // FIPS 180-4 examples, and the digests of nothing.
  CHECK(hex(crypto::sha1(bytes_of("abc"))) == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hex(crypto::sha1({})) == "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  CHECK(hex(crypto::sha256(bytes_of("abc"))) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(crypto::sha256(ByteView{})) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("the name of a file in a backup is the SHA-1 of its domain and path") {
  CHECK(hex(crypto::sha1(bytes_of("HomeDomain-Library/SMS/sms.db"))) ==
        "3d0d7e5fb2ce288813306e4d4636395e047a3d28");
}

TEST_CASE("a digest over pieces is the digest of the whole, wherever the cuts are") {
  CHECK(rc::check([](const std::vector<std::string>& pieces) {
    crypto::Sha256Stream stream;
    std::string whole;
    for (const auto& piece : pieces) {
      stream.update(bytes_of(piece));
      whole += piece;
    }
    RC_ASSERT(stream.finish() == crypto::sha256(bytes_of(whole)));
  }));
}

TEST_CASE("a source longer than one piece is digested to its end") {
  Bytes bytes((1 << 19) + 12345);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 7 >> 3);
  const auto whole = crypto::sha256(bytes);
  MemoryBytes source(std::move(bytes));
  const auto digest = crypto::sha256(source);
  REQUIRE(digest);
  CHECK(*digest == whole);
  MemoryBytes nothing{Bytes{}};
  const auto empty = crypto::sha256(nothing);
  REQUIRE(empty);
  CHECK(*empty == crypto::sha256(ByteView{}));
}

TEST_CASE("a source that cannot be read has no digest") {
  Unreadable source;
  const auto digest = crypto::sha256(source);
  REQUIRE_FALSE(digest);
  CHECK(digest.error().what() == "torn");
}
