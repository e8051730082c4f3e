#include "formats/plist_xml.hpp"

#include <cmath>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/text.hpp"
#include "formats/plist.hpp"
#include "support/plist_writer.hpp"

using namespace interdict;
using namespace std::string_literals;
using plist::Document;
using plist::Kind;

namespace {

/// The list's value, from inside <plist>.
Result<Document> read(const std::string& inside) {
  return Document::open(bytes_of(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST "
      "1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">" +
      inside + "</plist>\n"));
}

Error refusal(const std::string& file) {
  auto document = Document::open(bytes_of(file));
  REQUIRE_FALSE(document);
  return std::move(document).error();
}
Error refusal_inside(const std::string& inside) { return refusal("<plist>" + inside + "</plist>"); }

std::string repeated(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string nested(std::size_t levels) {
  return repeated("<array>", levels) + repeated("</array>", levels);
}

}  // namespace

TEST_CASE("an XML list reads like its binary twin") {
  const auto list = read(R"(
    <dict>
      <key>yes</key><true/>
      <key>no</key><false></false>
      <key>text</key><string>a &amp; b &lt;c&gt; &#x1F600; &#233; <![CDATA[<&raw>]]></string>
      <key>empty</key><string/>
      <key>data</key><data>
        AAEC
        Aw==
      </data>
      <key>date</key><date>2023-11-14T22:13:20Z</date>
      <key>real</key><real>-1.5e3</real>
      <key>array</key><array><integer>1</integer><!-- two --><integer>3</integer></array>
      <key>uid</key><dict><key>CF$UID</key><integer>7</integer></dict>
      <key>last</key><dict/>
    </dict>)");
  REQUIRE(list);
  CHECK(list->from_xml());
  CHECK(text_of(list->binary()).starts_with("bplist00"));
  const auto root = *list->root();
  CHECK(root.count() == 10);
  CHECK(root["yes"]->as_boolean() == true);
  CHECK(root["no"]->as_boolean() == false);
  CHECK(root["text"]->as_text() == "a & b <c> \U0001F600 \u00E9 <&raw>");
  CHECK(root["empty"]->as_text() == "");
  CHECK(text_of(*root["data"]->as_data()) == "\x00\x01\x02\x03"s);
  CHECK(root["date"]->as_date() == from_unix_seconds(std::int64_t{1'700'000'000}));
  CHECK(root["real"]->as_real() == -1500.0);
  CHECK(root["array"]->count() == 2);
  CHECK(root["array"]->at(1)->as_integer() == 3);
  CHECK(root["uid"]->as_uid() == 7);
  CHECK(root["last"]->kind() == Kind::dict);
}

TEST_CASE("integers from -2^63 to 2^64 - 1 are read, in both bases") {
  const auto integer = [](const std::string& text) -> std::optional<std::int64_t> {
    const auto list = read("<integer>" + text + "</integer>");
    if (!list) return std::nullopt;
    return list->root()->as_integer();
  };
  CHECK(integer("0") == 0);
  CHECK(integer(" 42\n") == 42);
  CHECK(integer("+7") == 7);
  CHECK(integer("-0") == 0);
  CHECK(integer("-9223372036854775808") == INT64_MIN);
  CHECK(integer("9223372036854775807") == INT64_MAX);
  CHECK(integer("18446744073709551615") == -1);  // 16 bytes, of which the low 8
  CHECK(integer("0xFF") == 255);
  CHECK(integer("-0x10") == -16);
  for (const char* bad : {"", " ", "-", "1.5", "0x", "1 2", "abc", "--1", "-9223372036854775809",
                          "18446744073709551616"}) {
    CAPTURE(bad);
    CHECK_FALSE(integer(bad));
  }
}

TEST_CASE("reals, dates and data are read strictly") {
  CHECK(std::isinf(*read("<real>+infinity</real>")->root()->as_real()));
  CHECK(std::isnan(*read("<real>nan</real>")->root()->as_real()));
  for (const char* bad :
       {"<real>1,5</real>", "<real/>", "<date>yesterday</date>",
        "<date>2023-02-30T00:00:00Z</date>", "<data>AB*C</data>", "<data>A</data>",
        "<data>AA=</data>", "<data>AA==AA==</data>", "<true>x</true>"}) {
    CAPTURE(bad);
    CHECK(refusal_inside(bad).code() == Errc::malformed);
  }
  CHECK(text_of(*read("<data>AAE</data>")->root()->as_data()) == "\x00\x01"s);
  CHECK(read("<data/>")->root()->as_data()->empty());
}

TEST_CASE("only a dict whose one member is an integer CF$UID is a UID") {
  for (const char* inside :
       {"<dict><key>CF$UID</key><string>7</string></dict>",
        "<dict><key>CF$UID</key><integer>-7</integer></dict>",
        "<dict><key>CF$UID</key><integer>7</integer><key>x</key><true/></dict>",
        "<dict><key>x</key><true/><key>CF$UID</key><integer>7</integer></dict>"}) {
    CAPTURE(inside);
    CHECK(read(inside)->root()->kind() == Kind::dict);
  }
  const auto list = read(
      "<array><true/><dict><key>CF$UID</key><integer>1</integer></dict><string>a</string>"
      "<dict><key>CF$UID</key><true/></dict><dict><key>CF$UID</key><integer>2</integer></dict>"
      "</array>");
  REQUIRE(list);
  CHECK(list->root()->at(1)->as_uid() == 1);
  CHECK(list->root()->at(2)->as_text() == "a");
  CHECK(list->root()->at(3)->find("CF$UID")->as_boolean() == true);
  CHECK(list->root()->at(4)->as_uid() == 2);
}

TEST_CASE("other encodings, a byte order mark and leading blanks are read") {
  CHECK(Document::open(bytes_of("\xEF\xBB\xBF<plist><true/></plist>")));
  CHECK(Document::open(bytes_of("\n <?xml version=\"1.0\"?><plist><true/></plist>")));
  CHECK(Document::open(bytes_of("<true/>")));  // the element <plist> may be missing
  const auto latin = Document::open(bytes_of(
      "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><plist><string>\xE9</string></plist>"));
  CHECK(latin->root()->as_text() == "\u00E9");
  std::string utf16 = "\xFF\xFE";
  for (const char c : "<plist><string>wide</string></plist>"s) utf16 += {c, '\0'};
  CHECK(Document::open(bytes_of(utf16))->root()->as_text() == "wide");
  CHECK(refusal("<?xml version=\"1.0\" encoding=\"EBCDIC-X\"?><plist/>").code() ==
        Errc::unsupported);
}

TEST_CASE("structure that no property list has is refused, with its line") {
  for (const char* bad :
       {"", "<true/><true/>", "<key>a</key>", "<array><key>a</key></array>", "<dict><true/></dict>",
        "<dict><key>a</key></dict>", "<dict><key>a</key><key>b</key><true/></dict>",
        "<array>text</array>", "<string><true/></string>", "<plist><true/></plist>", "<html/>",
        "<string>&unknown;</string>", "<string>\x01</string>", "<string>\xFF</string>"}) {
    CAPTURE(bad);
    const auto error = refusal_inside(bad);
    CHECK(error.code() == Errc::malformed);
    CHECK(error.what().find("XML property list") == 0);
  }
  CHECK(refusal("<plist>\n<array>\n<wrong/>").what() ==
        "XML property list, line 3: unknown element <wrong>");
}

TEST_CASE("a list cut short says so") {
  const std::string whole = "<plist><array><string>text</string><true/></array></plist>";
  for (std::size_t size = 1; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(refusal(whole.substr(0, size)).code() == Errc::truncated);
  }
}

TEST_CASE("entities are neither expanded nor loaded") {
  std::string laughs = "<?xml version=\"1.0\"?>\n<!DOCTYPE plist [\n<!ENTITY a0 \"ha\">\n";
  for (int i = 1; i < 30; ++i) {
    const auto name = std::to_string(i), before = "&a" + std::to_string(i - 1) + ";";
    laughs += "<!ENTITY a" + name + " \"" + before + before + "\">\n";
  }
  laughs += "]>\n<plist><string>&a29;</string></plist>";
  CHECK(refusal(laughs).what().find("declares an entity") != std::string::npos);
  CHECK(refusal("<!DOCTYPE plist [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                "<plist><string>&x;</string></plist>")
            .code() == Errc::malformed);
  CHECK(refusal("<!DOCTYPE plist [<!ENTITY % x SYSTEM \"file:///etc/passwd\"> %x;]><plist/>")
            .code() == Errc::malformed);
  CHECK(refusal("<!DOCTYPE plist SYSTEM \"x.dtd\"><plist><string>&x;</string></plist>")
            .what()
            .find("unknown entity") != std::string::npos);
  CHECK(refusal("<!DOCTYPE plist [<!ATTLIST true a CDATA \"x\">]><plist><true/></plist>").code() ==
        Errc::malformed);
}

TEST_CASE("deep XML lists are refused where they become too deep, the rest is not read") {
  CHECK(read(nested(plist::kMaxXmlDepth)));
  CHECK(refusal_inside(nested(plist::kMaxXmlDepth + 1)).code() == Errc::limit);
  CHECK(refusal_inside(nested(200'000)).code() == Errc::limit);
  CHECK(refusal_inside(repeated("<array>", plist::kMaxXmlDepth + 1) + "<not XML").code() ==
        Errc::limit);
}

TEST_CASE("any text, and any data, survives the XML form") {
  CHECK(rc::check([](const std::string& bytes, const std::vector<std::uint16_t>& points) {
    std::string text;
    for (const auto point : points) {  // what XML may hold, escaped
      if (point >= 0x20 && (point < 0xD800 || point > 0xDFFF) && point < 0xFFFE) {
        text += "&#" + std::to_string(point) + ";&#" + std::to_string(0x10000 + point) + ";";
      }
    }
    const auto list = read("<array><data>" + base64(bytes_of(bytes)) + "</data><string>" + text +
                           "</string></array>");
    RC_ASSERT(list.has_value());
    RC_ASSERT(text_of(*list->root()->at(0)->as_data()) == bytes);
    std::string expected;
    for (const auto point : points) {
      if (point >= 0x20 && (point < 0xD800 || point > 0xDFFF) && point < 0xFFFE) {
        append_utf8(expected, point);
        append_utf8(expected, 0x10000u + point);
      }
    }
    RC_ASSERT(list->root()->at(1)->as_text() == expected);
  }));
}
