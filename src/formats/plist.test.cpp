#include "formats/plist.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/file.hpp"
#include "support/plist_writer.hpp"
#include "support/shared_data.hpp"

using namespace interdict;
using namespace std::string_literals;
using plist::Document;
using plist::Kind;
using plist::Node;

namespace {

std::string big_endian(std::uint64_t value, unsigned width) {
  std::string out;
  while (width-- > 0) out += static_cast<char>(value >> (8 * width) & 0xFF);
  return out;
}

/// A binary list laid out by hand: these objects, whatever they say.
struct ByHand {
  std::vector<std::string> objects;
  unsigned offset_size = 1, ref_size = 1;
  std::uint64_t root = 0;

  [[nodiscard]] std::string file() const {
    std::string out = "bplist00", table;
    for (const auto& object : objects) {
      table += big_endian(out.size(), offset_size);
      out += object;
    }
    const auto table_at = out.size();
    out +=
        table + std::string(6, '\0') + static_cast<char>(offset_size) + static_cast<char>(ref_size);
    return out + big_endian(objects.size(), 8) + big_endian(root, 8) + big_endian(table_at, 8);
  }
};

/// Keeps the bytes that a Document borrows.
struct Opened {
  explicit Opened(std::string content)
      : bytes(std::move(content)), document(Document::open(bytes_of(bytes))) {}
  explicit Opened(const ByHand& list) : Opened(list.file()) {}
  Node root() const { return *document->root(); }
  std::string bytes;
  Result<Document> document;
};

Errc code_of(const std::string& file) {
  const auto document = Document::open(bytes_of(file));
  REQUIRE_FALSE(document);
  return document.error().code();
}

}  // namespace

TEST_CASE("every kind of object reads back as what was written") {
  using test::Plist;
  const Opened list(test::binary_plist(Plist::dict({
      {"yes", Plist::boolean(true)},
      {"no", Plist::boolean(false)},
      {"small", Plist::integer(200)},
      {"negative", Plist::integer(-1)},
      {"large", Plist::integer(std::int64_t{1} << 40)},
      {"real", Plist::real(-0.5)},
      {"date", Plist::date(1'700'000'000)},
      {"data", Plist::data("\x00\xFF\x01"s)},
      {"text", Plist::text("plain")},
      {"wide", Plist::text("gr\u00FC\u00DFe \U0001F600")},
      {"uid", Plist::uid(300)},
      {"array", Plist::array({Plist::integer(1), Plist::text("two")})},
  })));
  REQUIRE(list.document);
  CHECK_FALSE(list.document->from_xml());
  const Node root = list.root();
  CHECK(root.kind() == Kind::dict);
  CHECK(root.count() == 12);
  CHECK(root["yes"]->as_boolean() == true);
  CHECK(root["no"]->as_boolean() == false);
  CHECK(root["small"]->as_integer() == 200);
  CHECK(root["negative"]->as_integer() == -1);
  CHECK(root["large"]->as_integer() == std::int64_t{1} << 40);
  CHECK(root["real"]->as_real() == -0.5);
  CHECK(root["small"]->as_real() == 200.0);
  CHECK(root["date"]->as_date() == from_unix_seconds(std::int64_t{1'700'000'000}));
  CHECK(text_of(*root["data"]->as_data()) == "\x00\xFF\x01"s);
  CHECK(root["text"]->as_ascii() == "plain");
  CHECK(root["text"]->is_text("plain"));
  CHECK(root["text"]->stored_bytes() == 5);
  CHECK(root["wide"]->as_text() == "gr\u00FC\u00DFe \U0001F600");
  CHECK_FALSE(root["wide"]->as_ascii());
  CHECK(root["uid"]->as_uid() == 300);
  CHECK(root["array"]->at(1)->as_text() == "two");
  CHECK(root.key_at(0)->as_ascii() == "yes");
  CHECK(root.at(2)->as_integer() == 200);
}

TEST_CASE("a value asked for as another kind is nothing, not a guess") {
  const Opened list(test::binary_plist(test::Plist::array({test::Plist::text("1")})));
  const Node text = *list.root().at(0);
  CHECK_FALSE(text.as_boolean());
  CHECK_FALSE(text.as_integer());
  CHECK_FALSE(text.as_real());
  CHECK_FALSE(text.as_date());
  CHECK_FALSE(text.as_data());
  CHECK_FALSE(text.as_uid());
  CHECK_FALSE(list.root().as_text());
  CHECK(list.root()["key"].error().code() == Errc::not_found);
  CHECK_FALSE(list.root().find("key"));
  CHECK(list.root().at(1).error().code() == Errc::not_found);
  CHECK_FALSE(list.root().find_at(1));
  CHECK(list.root().key_at(0).error().code() == Errc::not_found);
  CHECK(Node{}.at(0).error().code() == Errc::not_found);
  CHECK(Node{}.kind() == Kind::null);
}

TEST_CASE("integers of every width, reals of both, sets and null are read") {
  const Opened list(
      ByHand{{"\xAA\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0A", "\x10\xFF"s, "\x11\xFF\xFE"s,
              "\x12\xFF\xFF\xFF\xFD"s, "\x13\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFC"s,
              "\x14\0\0\0\0\0\0\0\0\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFB"s, "\x22\x3F\xC0\0\0"s,
              "\x23\x3F\xF8\0\0\0\0\0\0"s, "\xC1\x01"s, "\xB1\x02"s, "\0"s}});
  const Node root = list.root();
  CHECK(root.at(0)->as_integer() == 255);  // up to four bytes are unsigned
  CHECK(root.at(1)->as_integer() == 0xFFFE);
  CHECK(root.at(2)->as_integer() == 0xFFFF'FFFD);
  CHECK(root.at(3)->as_integer() == -4);
  CHECK(static_cast<std::uint64_t>(*root.at(4)->as_integer()) == 0xFFFF'FFFF'FFFF'FFFB);
  CHECK(root.at(4)->as_real() == doctest::Approx(1.8446744073709552e19));
  CHECK(root.at(5)->as_real() == 1.5);
  CHECK(root.at(6)->as_real() == 1.5);
  CHECK(root.at(7)->kind() == Kind::array);
  CHECK(root.at(7)->at(0)->as_integer() == 255);
  CHECK(root.at(8)->at(0)->as_integer() == 0xFFFE);
  CHECK(root.at(9)->kind() == Kind::null);
}

TEST_CASE("offsets and references of every width from 1 to 8 bytes are read") {
  for (unsigned offset_size = 1; offset_size <= 8; ++offset_size) {
    for (unsigned ref_size = 1; ref_size <= 8; ++ref_size) {
      const Opened list(
          ByHand{.objects = {"\xD1" + big_endian(1, ref_size) + big_endian(2, ref_size),
                             "\x53"s + "key", "\x55"s + "value"},
                 .offset_size = offset_size,
                 .ref_size = ref_size});
      REQUIRE(list.document);
      CHECK(list.root()["key"]->as_ascii() == "value");
    }
  }
  for (const unsigned width : {0u, 9u, 255u}) {
    CHECK(code_of(ByHand{.objects = {"\x08"}, .offset_size = 1, .ref_size = width}.file()) ==
          Errc::malformed);
  }
}

TEST_CASE("a key is found however it is spelled and however long it is") {
  const std::string long_key(300, 'k');
  const Opened list(ByHand{.objects = {"\xD4\x01\x02\x03\x04\x05\x05\x06\x05"s, "\x62\0a\0b"s,
                                       "\x5F\x11\x00\x02xy"s, "\x5F\x11\x01\x2C"s + long_key,
                                       "\x5F\x10\x10sixteen letters!"s, "\x10\x07"s, "\x10\x08"s},
                           .offset_size = 2});
  CHECK(list.root()["ab"]->as_integer() == 7);
  CHECK(list.root()["xy"]->as_integer() == 7);
  CHECK(list.root()[long_key]->as_integer() == 8);
  CHECK(list.root()["sixteen letters!"]->as_integer() == 7);
  CHECK(list.root().find("ab")->as_integer() == 7);
  CHECK(list.root()["a"].error().code() == Errc::not_found);
  CHECK(list.root()[""].error().code() == Errc::not_found);
}

TEST_CASE("a key that cannot be read makes a miss damage, but does not hide its neighbours") {
  const Opened list(ByHand{{"\xD2\x63\x01\x02\x02"s, "\x53"s + "key", "\x10\x07"s}});
  CHECK(list.root()["key"]->as_integer() == 7);
  CHECK(list.root()["other"].error().code() == Errc::malformed);
  CHECK_FALSE(list.root().find("other"));
  CHECK(list.root().key_at(0).error().code() == Errc::malformed);
}

TEST_CASE("text stored as ASCII that is not, and ill-formed UTF-16, are repaired") {
  const Opened list(ByHand{{"\xA3\x01\x02\x03"s, "\x53"s + "a\xFF" + "b", "\x62\xD8\x00\0z"s,
                            "\x55"
                            "12\xC3\xA9"
                            "3"s}});
  CHECK(list.root().at(0)->as_text() == "a\uFFFDb");
  CHECK_FALSE(list.root().at(0)->as_ascii());
  CHECK(list.root().at(1)->as_text() == "\uFFFDz");
  CHECK(list.root().at(2)->as_text() == "12\u00E93");
}

TEST_CASE("damaged objects are named, each by its kind of damage") {
  const auto error_of = [](const std::string& object) {
    const Opened list(ByHand{{"\xA1\x01"s, object}});
    auto node = list.root().at(0);
    REQUIRE_FALSE(node);
    CHECK(node.error().what().find("object 1") != std::string::npos);
    CHECK_FALSE(list.root().find_at(0));
    return node.error().code();
  };
  CHECK(error_of("\x15" + std::string(32, 'x')) == Errc::malformed);  // an integer of 32 bytes
  CHECK(error_of("\x21\0\0"s) == Errc::malformed);                    // a real of 2 bytes
  CHECK(error_of("\x32\0\0\0\0"s) == Errc::malformed);                // a date of 4 bytes
  CHECK(error_of("\x88" + std::string(9, 'x')) == Errc::malformed);   // a UID of 9 bytes
  CHECK(error_of("\x5F\x50") == Errc::malformed);                     // a length that is a text
  CHECK(error_of("\x5F\x14") == Errc::malformed);                     // a length of 16 bytes
  CHECK(error_of("\x13\0"s) == Errc::truncated);
  CHECK(error_of("\x55"
                 "four") == Errc::truncated);
  CHECK(error_of("\x5F\x13\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == Errc::truncated);
  CHECK(error_of("\x6F\x13\x80\0\0\0\0\0\0\1ab"s) == Errc::truncated);  // twice this overflows
  CHECK(error_of("\xDF\x13\x80\0\0\0\0\0\0\0"s) == Errc::truncated);
  CHECK(error_of("\x0F") == Errc::unsupported);
  CHECK(error_of("\x70") == Errc::unsupported);
  CHECK(error_of("\xE0") == Errc::unsupported);
}

TEST_CASE("references and offsets outside the file are refused") {
  const Opened reference(ByHand{{"\xA1\x09"s}});
  CHECK(reference.root().at(0).error().code() == Errc::malformed);
  CHECK(reference.document->object(1).error().code() == Errc::malformed);
  for (const char offset : {'\x00', '\x07', '\x0B', '\xFF'}) {
    std::string file = ByHand{{"\xA1\x01"s, "\x08"}}.file();
    file[file.size() - 33] = offset;  // of object 1; the table itself is at 11
    CHECK(Opened(file).root().at(0).error().code() == Errc::malformed);
  }
}

TEST_CASE("what is no property list is told apart in clear words") {
  const auto refusal = [](const std::string& file) {
    const auto document = Document::open(bytes_of(file));
    REQUIRE_FALSE(document);
    return document.error().what();
  };
  CHECK(refusal("") == "empty file, not a property list");
  CHECK(refusal(std::string(4096, '\0')) == "nothing but zeros, not a property list");
  CHECK(refusal("{ key = value; }").find("OpenStep") != std::string::npos);
  CHECK(refusal("// !$*UTF8*$!\n{}").find("OpenStep") != std::string::npos);
  CHECK(refusal("( 1, 2 )").find("OpenStep") != std::string::npos);
  CHECK(refusal("SQLite format 3").find("neither") != std::string::npos);
  CHECK(code_of("") == Errc::truncated);
  CHECK(code_of("{}") == Errc::unsupported);
  CHECK(code_of("bplist15" + std::string(64, 'x')) == Errc::unsupported);
  CHECK(code_of("bplist00") == Errc::truncated);
  CHECK(code_of("bplist00" + std::string(64, '\0')) == Errc::malformed);
  CHECK(code_of("bplist00" + std::string(64, '\xFF')) == Errc::malformed);
}

TEST_CASE("a list cut short anywhere is refused or readable, never a crash") {
  const std::string whole = test::mbfile({.relative_path = "Library/SMS/sms.db"});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Opened cut(whole.substr(0, size));
    if (!cut.document) continue;
    plist::Budget budget;
    if (const auto root = cut.document->root()) {
      (void)plist::walk(*root, budget, [](const Node& n) { (void)n.as_text(); });
    }
  }
  CHECK(Opened(whole).document);
}

TEST_CASE("bombs are refused after few visits, whatever they would unfold to") {
  std::vector<std::string> doubling;
  for (char i = 1; i <= 24; ++i) doubling.push_back({'\xA2', i, i});
  doubling.push_back("\xA0");
  const auto nested = [](std::size_t levels) {
    ByHand list{.objects = {}, .offset_size = 4, .ref_size = 4};
    for (std::size_t i = 1; i < levels; ++i) list.objects.push_back("\xA1" + big_endian(i, 4));
    list.objects.push_back("\xA0");
    return list;
  };
  struct Bomb {
    std::string name;
    ByHand list;
    std::uint64_t visits;  // a visit takes some 20 ns
  };
  constexpr plist::Budget kBudget;
  const std::vector<Bomb> bombs{
      {"24 levels of two references to the next", {.objects = doubling}, kBudget.nodes},
      {"20,000 nested arrays", nested(20'000), kBudget.depth},
      {"200,000 nested arrays", nested(200'000), kBudget.depth},
      {"a dict that is its own value", {.objects = {"\xD1\x01\x00"s, "\x51k"}}, 2 * kBudget.depth},
      {"a dict that is its own key", {.objects = {"\xD1\x00\x01"s, "\x51k"}}, kBudget.depth},
      {"an array that holds itself twice", {.objects = {"\xA2\x00\x00"s}}, kBudget.depth},
  };
  for (const auto& [name, list, most] : bombs) {
    CAPTURE(name);
    const Opened bomb(list);
    REQUIRE(bomb.document);
    plist::Budget budget;
    std::uint64_t visits = 0;
    const auto status = plist::walk(bomb.root(), budget, [&](const Node&) { ++visits; });
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::limit);
    CHECK(visits <= most);
  }
  CHECK(kBudget.nodes <= 2'000'000);
}

TEST_CASE("one long text referred to a thousand times is paid for a thousand times") {
  const ByHand list{.objects = {"\xAF\x11\x03\xE8" + std::string(1000, '\x01'),
                                "\x5F\x12"s + big_endian(1 << 20, 4) + std::string(1 << 20, 'x')},
                    .offset_size = 4};
  const Opened bomb(list);
  plist::Budget budget;
  const auto status = plist::walk(bomb.root(), budget, [](const Node&) {});
  REQUIRE_FALSE(status);
  CHECK(status.error().code() == Errc::limit);
}

TEST_CASE("a walk sees keys and values in order, and stops at its budget") {
  const Opened list(test::binary_plist(test::Plist::dict(
      {{"a", test::Plist::array({test::Plist::text("b"), test::Plist::text("c")})},
       {"d", test::Plist::text("e")}})));
  std::string seen;
  plist::Budget budget{.nodes = 7, .depth = 3};
  REQUIRE(
      plist::walk(list.root(), budget, [&](const Node& n) { seen += n.as_text().value_or("-"); }));
  CHECK(seen == "-a-bcde");
  CHECK(budget.nodes == 0);
  CHECK(budget.depth == 3);
  for (plist::Budget small :
       {plist::Budget{.nodes = 6}, plist::Budget{.depth = 2}, plist::Budget{.bytes = 4}}) {
    const auto status = plist::walk(list.root(), small, [](const Node&) {});
    REQUIRE_FALSE(status);
    CHECK(status.error().code() == Errc::limit);
  }
}

TEST_CASE("any bytes behind a sound trailer are survived") {
  CHECK(rc::check([](const std::string& noise, std::uint8_t root) {
    std::vector<std::string> objects;
    for (std::size_t i = 0; i < noise.size(); i += 4) objects.push_back(noise.substr(i, 4));
    objects.push_back("\x08");
    const Opened list(ByHand{.objects = objects, .offset_size = 4, .root = root % objects.size()});
    RC_ASSERT(list.document.has_value());
    const auto node = list.document->root();
    if (!node) return;
    plist::Budget budget{.nodes = 10'000, .depth = 32};
    (void)plist::walk(*node, budget, [](const Node& n) {
      (void)n.as_text();
      (void)n["key"];
    });
  }));
}

TEST_CASE("a moved document keeps its bytes") {
  auto opened = Document::open(bytes_of("<plist><string>moved</string></plist>"));
  REQUIRE(opened);
  const Document moved = *std::move(opened);
  CHECK(moved.from_xml());
  CHECK(moved.root()->as_text() == "moved");
}

TEST_CASE("the Info.plist of a real backup is read") {
  const std::string path = "ios/backup-14.3/Info.plist";
  if (test::missing_data(path)) return;
  const auto bytes = read_file(test::shared_data() / path, plist::kMaxBytes);
  REQUIRE(bytes);
  const auto document = Document::open(*bytes);
  REQUIRE(document);
  CHECK(document->root()->find("Product Type")->as_text() == "iPhone9,3");
  plist::Budget budget;
  CHECK(plist::walk(*document->root(), budget, [](const Node&) {}));
}
