#include "formats/typedstream.hpp"

#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.hpp"
#include "support/plist_writer.hpp"

using namespace interdict;
using namespace std::string_literals;

namespace {

const std::string kHeader = "\x04\x0Bstreamtyped\x81\xE8\x03"s;
/// A group with one object, whose class is still to come; "@" becomes shared string 0.
const std::string kObject = "\x84\x01@\x84"s;
/// What Messages writes up to the class of the text.
const std::string kPlain =
    kHeader + kObject + "\x84\x84\x12NSAttributedString\0\x84\x84\x08NSObject\0\x85\x92\x84"s;
const std::string kNSString = "\x84\x84\x08NSString\x01\x94"s;
/// And behind it: the runs of attributes.
const std::string kRuns =
    "\x86\x84\x02iI\x01\x05\x92\x84\x84\x84\x0CNSDictionary\0\x94\x84\x01i\x00\x86\x86"s;

std::string read(const std::string& archive) {
  auto text = typedstream::text(bytes_of(archive));
  REQUIRE(text);
  return *std::move(text);
}

Errc failure(const std::string& archive) {
  const auto text = typedstream::text(bytes_of(archive));
  REQUIRE_FALSE(text);
  return text.error().code();
}

}  // namespace

TEST_CASE("a message as iOS lays it out gives its text") {
  CHECK(read(kPlain + kNSString + "\x84\x01+\x05Hello"s + kRuns) == "Hello");
}

TEST_CASE("mutable texts are found too, whose classes are chains") {
  const std::string archive =
      kHeader + kObject +
      "\x84\x84\x19NSMutableAttributedString\0\x84\x84\x12NSAttributedString\0"
      "\x84\x84\x08NSObject\0\x85\x92\x84\x84\x84\x0FNSMutableString\x01\x84\x84\x08NSString\x01"
      "\x95"
      "\x84\x01+\x03url"s;
  CHECK(read(archive + kRuns) == "url");
}

TEST_CASE("lengths of one, two and four bytes are read in both byte orders") {
  const std::string longer(1000, 'x');
  CHECK(read(kPlain + kNSString + "\x84\x01+\x00"s + kRuns).empty());
  CHECK(read(kPlain + kNSString + "\x84\x01+\x81\xE8\x03"s + longer + kRuns) == longer);
  CHECK(read(kPlain + kNSString + "\x84\x01+\x82\xE8\x03\x00\x00"s + longer) == longer);
  std::string big = kPlain + kNSString + "\x84\x01+\x81\x03\xE8"s + longer;
  big.replace(2, 11, "typedstream");
  big.replace(14, 2, "\x03\xE8");
  CHECK(read(big) == longer);
}

TEST_CASE("texts of every length that needs another spelling come back whole") {
  for (const std::size_t size :
       {0u, 1u, 127u, 128u, 255u, 256u, 32'767u, 32'768u, 65'535u, 65'536u, 200'000u}) {
    const std::string text(size, 'm');
    CAPTURE(size);
    CHECK(read(test::attributed_body(text)) == text);
  }
  const std::string emoji =
      "gr\u00FC\u00DFe \U0001F468\u200D\U0001F469\u200D\U0001F467 https://example.org/";
  CHECK(read(test::attributed_body(emoji)) == emoji);
}

TEST_CASE("ill-formed UTF-8 is repaired") {
  CHECK(read(kPlain + kNSString +
             "\x84\x01+\x03"
             "a\xFF"
             "b"s) == "a\uFFFDb");
}

TEST_CASE("values of every type that may stand before the text are stepped over") {
  const std::string before =
      "\x84\x0E"
      "cCsSiIlLqQfd*:"
      "\x01\x02\x03\x81\x04\x00\x05\x82\x06\x00\x00\x00\x07\x08\x09\x0A"
      "\x83\x00\x00\x00\x00\x83\x00\x00\x00\x00\x00\x00\x00\x00\x84\x84\x02hi\x84\x04"
      "sel:"
      "\x84\x05[10c]0123456789"
      "\x84\x04[2i]\x01\x81\x02\x00"
      "\x84\x11{_NSRange=ii[1@]}\x01\x02\x85"
      "\x84\x01#\x85"
      "\x84\x02%!\x84\x04"
      "atom"
      "\x84\x01"
      "f\x05"s;
  const std::string archive =
      kHeader + before + kObject + "\x84\x84\x08NSString\x01\x85\x84\x01+\x02ok\x86";
  CHECK(read(archive) == "ok");
}

TEST_CASE("a string of another class is not the text, and a shared object is not read twice") {
  const std::string archive = kHeader + kObject +
                              "\x84\x84\x05NSBox\0\x84\x84\x08NSObject\0\x85\x84\x01+\x05other"
                              "\x92\x92"  // "@": a reference to the box itself
                              "\x92\x84\x84\x84\x08NSString\x01\x94\x95\x04text\x86\x86"s;
  CHECK(read(archive) == "text");
}

TEST_CASE("an archive without a string says so") {
  CHECK(failure(kHeader) == Errc::not_found);
  CHECK(failure(kHeader + kObject + "\x84\x84\x08NSObject\0\x85\x86"s) == Errc::not_found);
  CHECK(failure(kHeader + "\x84\x01@\x85"s) == Errc::not_found);
}

TEST_CASE("damage is told apart from other formats") {
  CHECK(failure("") == Errc::truncated);
  CHECK(failure("bplist00") == Errc::malformed);
  CHECK(failure("\x04\x0Bstreamtype"s) == Errc::malformed);
  CHECK(failure("\x03\x0Bstreamtyped\x81\xE8\x03"s) == Errc::unsupported);
  CHECK(failure(kHeader + "\x84\x01^\x00"s) == Errc::unsupported);
  CHECK(failure(kHeader + "\x84\x01i\x84"s) == Errc::malformed);  // a tag where a number stands
  CHECK(failure(kHeader + "\x84\x01@\x99"s) == Errc::malformed);  // a reference to nothing
  CHECK(failure(kHeader + "\x92"s) == Errc::malformed);           // a type that was never given
  CHECK(failure(kHeader + "\x84\xF0@"s) == Errc::malformed);      // a negative length
  CHECK(failure(kHeader + "\x84\x02[x"s) == Errc::malformed);
  CHECK(failure(kHeader + "\x84\x03[2i"s) == Errc::malformed);
  CHECK(failure(kHeader + "\x84\x02{}"s) == Errc::unsupported);
  CHECK(failure(kHeader + "\x84\x02@@\x84\x84\x84\x01X\0\x85\x86\x84\x92"s) == Errc::malformed);
  CHECK(failure(kPlain + kNSString + "\x84\x01+\x82\xFF\xFF\xFF\x7F"s + "short") ==
        Errc::truncated);
}

TEST_CASE("a message cut short anywhere has no text, or all of it") {
  const std::string whole = kPlain + kNSString + "\x84\x01+\x05Hello"s;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto text = typedstream::text(bytes_of(whole.substr(0, size)));
    CHECK_FALSE(text);
  }
}

TEST_CASE("deep, wide and endless archives are refused") {
  std::string deep = kHeader + kObject + "\x84\x84\x01X\0\x85"s;
  for (int i = 0; i < 1000; ++i) deep += "\x92\x84\x93";
  CHECK(failure(deep) == Errc::limit);
  CHECK(failure(kHeader + "\x84\x1C[999999999[999999999[999!]]]"s) == Errc::limit);
  std::string wide = kHeader;
  for (int i = 0; i < 200'000; ++i) wide += "\x84\x01!";
  CHECK(failure(wide) == Errc::limit);
}

TEST_CASE("any bytes behind a header are survived") {
  CHECK(rc::check([](const std::string& noise) {
    (void)typedstream::text(bytes_of(kPlain + noise));
    (void)typedstream::text(bytes_of(kHeader + noise));
  }));
}
