#include "evidence/mbfile.hpp"

#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "support/plist_writer.hpp"

using namespace interdict;
using evidence::parse_mbfile;

TEST_CASE("a record gives sizes, times and the wrapped key") {
  const std::string key = std::string("\x03\0\0\0", 4) + std::string(40, 'w');
  const auto blob = test::mbfile({.relative_path = "Library/SMS/sms.db",
                                  .size = 278'528,
                                  .mode = 0100600,
                                  .birth = 1'566'918'489,
                                  .modified = 1'638'501'497,
                                  .changed = 1'638'559'914,
                                  .protection_class = 4,
                                  .inode = 45'856,
                                  .encryption_key = key});
  const auto file = parse_mbfile(bytes_of(blob));
  REQUIRE(file);
  CHECK(file->size == 278'528);
  CHECK(file->mode == 0100600);
  CHECK(file->birth == 1'566'918'489);
  CHECK(file->modified == 1'638'501'497);
  CHECK(file->changed == 1'638'559'914);
  CHECK(file->protection_class == 4);
  CHECK(file->inode == 45'856);
  CHECK(text_of(file->encryption_key) == key);
}

TEST_CASE("a record without a key has none") {
  const auto blob = test::mbfile({.relative_path = "x"});
  const auto file = parse_mbfile(bytes_of(blob));
  REQUIRE(file);
  CHECK(file->encryption_key.empty());
}

TEST_CASE("the root is the one that $top names, and fields of a wrong type are no fields") {
  using test::Plist;
  const auto blob = test::binary_plist(Plist::dict(
      {{"$archiver", Plist::text("NSKeyedArchiver")},
       {"$version", Plist::integer(100'000)},
       {"$top", Plist::dict({{"root", Plist::uid(2)}})},
       {"$objects", Plist::array({Plist::text("$null"), Plist::dict({{"Size", Plist::integer(1)}}),
                                  Plist::dict({{"Size", Plist::integer(2)},
                                               {"Mode", Plist::text("0644")},
                                               {"Birth", Plist::integer(-5)}})})}}));
  const auto file = parse_mbfile(bytes_of(blob));
  REQUIRE(file);
  CHECK(file->size == 2);
  CHECK_FALSE(file->mode);
  CHECK(file->birth == -5);
  CHECK_FALSE(file->modified);
}

TEST_CASE("what is no record says so") {
  const auto code = [](std::string_view blob) {
    const auto file = parse_mbfile(bytes_of(blob));
    REQUIRE_FALSE(file);
    return file.error().code();
  };
  CHECK(code("") == Errc::malformed);
  CHECK(code("bplist00") == Errc::truncated);
  CHECK(code("<?xml version=\"1.0\"?><plist version=\"1.0\"><dict/></plist>") == Errc::malformed);
  CHECK(code(test::binary_plist(test::Plist::dict({}))) == Errc::malformed);
}

TEST_CASE("a record whose key cannot be read is damaged, not a record without a key") {
  using test::Plist;
  const auto blob = test::binary_plist(Plist::dict(
      {{"$archiver", Plist::text("NSKeyedArchiver")},
       {"$version", Plist::integer(100'000)},
       {"$top", Plist::dict({{"root", Plist::uid(1)}})},
       {"$objects",
        Plist::array({Plist::text("$null"), Plist::dict({{"EncryptionKey", Plist::uid(77)}})})}}));
  const auto file = parse_mbfile(bytes_of(blob));
  REQUIRE_FALSE(file);
  CHECK(file.error().what().starts_with("EncryptionKey: "));
}

TEST_CASE("a record cut short or with a flipped byte never reads outside itself") {
  const auto whole = test::mbfile({.relative_path = "x", .encryption_key = std::string(44, 'k')});
  CHECK(rc::check([&] {
    auto blob = whole.substr(0, *rc::gen::inRange<std::size_t>(0, whole.size() + 1));
    if (!blob.empty())
      blob[*rc::gen::inRange<std::size_t>(0, blob.size())] = *rc::gen::arbitrary<char>();
    const std::vector<char> exact(blob.begin(), blob.end());  // so that a sanitizer sees its end
    const auto file = parse_mbfile(bytes_of({exact.data(), exact.size()}));
    if (file) RC_ASSERT(file->encryption_key.size() <= exact.size());
  }));
}
