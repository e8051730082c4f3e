#include "formats/keyed_archive.hpp"

#include <cstdlib>
#include <new>
#include <string>

#include <doctest/doctest.h>

#include "support/plist_writer.hpp"

using namespace interdict;
using keyed_archive::Archive;
using plist::Document;
using plist::Kind;
using test::Plist;

// Counts what the heap is asked for, to hold the archive to its promise. The sanitizers bring their
// own operator new, so there the count stays 0.
static thread_local std::size_t allocations = 0;

#ifndef INTERDICT_SANITIZED
void* operator new(std::size_t size) {
  ++allocations;
  if (void* p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
#endif

namespace {

/// An archive of these objects (the first is $null), kept with the bytes it borrows.
struct Opened {
  explicit Opened(std::string content)
      : bytes(std::move(content)),
        document(Document::open(bytes_of(bytes))),
        archive(Archive::open(*document)) {}
  Opened(std::vector<Plist> objects, std::vector<std::pair<std::string, Plist>> top,
         const std::string& archiver = "NSKeyedArchiver")
      : Opened(test::binary_plist(Plist::dict({{"$version", Plist::integer(100'000)},
                                               {"$archiver", Plist::text(archiver)},
                                               {"$top", Plist::dict(std::move(top))},
                                               {"$objects", Plist::array(std::move(objects))}}))) {}
  std::string bytes;
  Result<Document> document;
  Result<Archive> archive;
};

}  // namespace

TEST_CASE("the manifest's record of a file is read through its archive") {
  const std::string key(44, 'k');
  const Opened file(test::mbfile({.relative_path = "Library/SMS/sms.db",
                                  .size = 123'456,
                                  .mode = 0100600,
                                  .birth = 1'600'000'000,
                                  .protection_class = 3,
                                  .inode = 77,
                                  .encryption_key = key}));
  REQUIRE(file.archive);
  const auto& archive = *file.archive;
  const auto root = archive.root();
  REQUIRE(root);
  CHECK(archive.field(*root, "RelativePath")->as_text() == "Library/SMS/sms.db");
  CHECK(archive.field(*root, "Size")->as_integer() == 123'456);
  CHECK(archive.field(*root, "Mode")->as_integer() == 0100600);
  CHECK(archive.field(*root, "Birth")->as_integer() == 1'600'000'000);
  CHECK(archive.find(*root, "InodeNumber")->as_integer() == 77);
  CHECK(text_of(*archive.data(*archive.field(*root, "EncryptionKey"))) == key);
  CHECK(archive.field(*root, "Nonsense").error().code() == Errc::not_found);
  CHECK_FALSE(archive.find(*root, "Nonsense"));
}

TEST_CASE("opening an archive and reading its fields does not touch the heap") {
  const std::string blob = test::mbfile({.relative_path = "Library/SMS/sms.db"});
  const auto before = allocations;
  const auto document = Document::open(bytes_of(blob));
  const auto archive = Archive::open(*document);
  const auto root = archive->root();
  const auto size = archive->field(*root, "Size")->as_integer();
  const auto path = archive->find(*root, "RelativePath")->as_ascii();
  const auto none = archive->find(*root, "EncryptionKey");
  const auto used = allocations - before;
  CHECK(used == 0);
#ifndef INTERDICT_SANITIZED
  CHECK(before > 0);  // the count does count
#endif
  CHECK(size == 0);
  CHECK(path == "Library/SMS/sms.db");
  CHECK_FALSE(none);
}

TEST_CASE("the root is what $top says, not the first object") {
  const std::vector<Plist> objects{Plist::text("$null"), Plist::text("first"),
                                   Plist::text("second")};
  const Opened named(objects, {{"other", Plist::uid(1)}, {"root", Plist::uid(2)}});
  CHECK(named.archive->root()->as_text() == "second");
  const Opened only(objects, {{"session", Plist::uid(2)}});
  CHECK(only.archive->root()->as_text() == "second");
  const Opened two(objects, {{"a", Plist::uid(1)}, {"b", Plist::uid(2)}});
  CHECK(two.archive->root().error().code() == Errc::not_found);
  const Opened none(objects, {});
  CHECK(none.archive->root().error().code() == Errc::not_found);
}

TEST_CASE("nil is absent, a UID past the objects is damage, and cycles are harmless") {
  const Opened opened({Plist::text("$null"),
                       Plist::dict({{"nil", Plist::uid(0)},
                                    {"beyond", Plist::uid(99)},
                                    {"self", Plist::uid(1)},
                                    {"chain", Plist::uid(2)},
                                    {"plain", Plist::integer(5)}}),
                       Plist::uid(2)},
                      {{"root", Plist::uid(1)}});
  const auto& archive = *opened.archive;
  const auto root = *archive.root();
  CHECK(archive.field(root, "nil").error().code() == Errc::not_found);
  CHECK_FALSE(archive.find(root, "nil"));
  CHECK(archive.field(root, "beyond").error().code() == Errc::malformed);
  CHECK_FALSE(archive.find(root, "beyond"));
  CHECK(archive.field(*archive.field(root, "self"), "plain")->as_integer() == 5);
  const auto chain = archive.field(root, "chain");  // object 2 is a UID that names itself
  CHECK(chain->as_uid() == 2);
  CHECK(archive.resolve(*chain)->as_uid() == 2);
  CHECK(archive.find(root, "chain")->kind() == Kind::uid);
  CHECK(archive.field(root, "plain")->as_integer() == 5);
}

TEST_CASE("data and text are found plain and inside their Foundation classes") {
  const Opened opened(
      {Plist::text("$null"),
       Plist::dict({{"plain", Plist::data("ab")},
                    {"NSData", Plist::uid(2)},
                    {"NSString", Plist::uid(3)},
                    {"old", Plist::uid(5)},
                    {"text", Plist::uid(4)}}),
       Plist::dict({{"NS.data", Plist::data("cd")}}), Plist::dict({{"NS.string", Plist::uid(4)}}),
       Plist::text("gr\u00FCn"), Plist::dict({{"NS.bytes", Plist::data("old \xFF")}})},
      {{"root", Plist::uid(1)}});
  const auto& archive = *opened.archive;
  const auto root = *archive.root();
  CHECK(text_of(*archive.data(*archive.field(root, "plain"))) == "ab");
  CHECK(text_of(*archive.data(*archive.field(root, "NSData"))) == "cd");
  CHECK(*archive.text(*archive.field(root, "NSString")) == "gr\u00FCn");
  CHECK(*archive.text(*archive.field(root, "text")) == "gr\u00FCn");
  CHECK(*archive.text(*archive.field(root, "old")) == "old \uFFFD");
  CHECK(archive.data(root).error().code() == Errc::not_found);
  CHECK(archive.text(root).error().code() == Errc::not_found);
}

TEST_CASE("what is not a keyed archive is malformed") {
  const std::vector<Plist> objects{Plist::text("$null")};
  const Opened wrong(objects, {{"root", Plist::uid(0)}}, "NSArchiver");
  CHECK(wrong.archive.error().code() == Errc::malformed);
  for (const auto& list : {Plist::array({}), Plist::text("NSKeyedArchiver"),
                           Plist::dict({{"$archiver", Plist::text("NSKeyedArchiver")}}),
                           Plist::dict({{"$archiver", Plist::text("NSKeyedArchiver")},
                                        {"$top", Plist::dict({})},
                                        {"$objects", Plist::text("none")}}),
                           Plist::dict({{"$archiver", Plist::text("NSKeyedArchiver")},
                                        {"$top", Plist::array({})},
                                        {"$objects", Plist::array({})}})}) {
    const Opened opened(test::binary_plist(list));
    CHECK(opened.archive.error().code() == Errc::malformed);
  }
}

TEST_CASE("an archive written as XML is the same archive") {
  const Opened opened(test::xml_plist(
      Plist::dict({{"$archiver", Plist::text("NSKeyedArchiver")},
                   {"$top", Plist::dict({{"root", Plist::uid(1)}})},
                   {"$objects", Plist::array({Plist::text("$null"), Plist::text("root")})}})));
  CHECK(opened.archive->root()->as_text() == "root");
}
