#include "base/text.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict;

TEST_CASE("UTF-8 is judged as RFC 3629 does") {
  for (const char* good :
       {"", "abc", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "12345678\xC3\xA9x"}) {
    CHECK(valid_utf8(good));
    CHECK(repair_utf8(good) == good);
  }
  for (const char* bad : {"\x80", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xC3", "abc\xFF", "\xE2\x82"}) {
    CHECK_FALSE(valid_utf8(bad));
    CHECK(valid_utf8(repair_utf8(bad)));
  }
  CHECK(repair_utf8("a\xE2\x82z") == "a\xEF\xBF\xBDz");
}

TEST_CASE("repaired text is always valid and repairing is idempotent") {
  CHECK(rc::check([](const std::string& any) {
    const auto once = repair_utf8(any);
    RC_ASSERT(valid_utf8(once));
    RC_ASSERT(repair_utf8(once) == once);
    RC_ASSERT(valid_utf8(any) == (once == any));
  }));
}

TEST_CASE("UTF-16 surrogates are joined, lone ones replaced") {
  CHECK(utf8_from_utf16_be(bytes_of(std::string_view("\x00\x41\xD8\x3D\xDE\x00", 6))) ==
        "A\xF0\x9F\x98\x80");
  CHECK(utf8_from_utf16_le(bytes_of(std::string_view("\x41\x00\x3D\xD8\x00\xDE", 6))) ==
        "A\xF0\x9F\x98\x80");
  CHECK(utf8_from_utf16_be(bytes_of(std::string_view("\xD8\x3D\x00\x41\x00", 5))) ==
        "\xEF\xBF\xBD"
        "A");
}

TEST_CASE("hex and base64 round-trip and refuse what is not theirs") {
  CHECK(rc::check([](const std::string& any) {
    RC_ASSERT(text_of(*from_hex(hex(bytes_of(any)))) == any);
    RC_ASSERT(text_of(*from_base64(base64(bytes_of(any)))) == any);
  }));
  CHECK(base64(bytes_of("ab")) == "YWI=");
  for (const char* bad : {"YWI", "YW I=", "YWJ=", "====", "Y===", "YWI=YWI="}) {
    CHECK_FALSE(from_base64(bad));
  }
  CHECK_FALSE(from_hex("abc"));
  CHECK_FALSE(from_hex("zz"));
}

TEST_CASE("text from a phone cannot drive a terminal") {
  CHECK(printable("a\x1b[31mb\n") == "a\\x1b[31mb\\n");
  CHECK(printable("\xE2\x80\xAE"
                  "gpj.exe") == "\\u202egpj.exe");
  CHECK(printable("\xC2\x9B"
                  "x\xFF") == "\\u009bx\\xff");
  CHECK(printable("gr\xC3\xBC\xC3\x9F"
                  " \xF0\x9F\x98\x80") ==
        "gr\xC3\xBC\xC3\x9F"
        " \xF0\x9F\x98\x80");
}

TEST_CASE("small text helpers") {
  CHECK(trimmed(" \t a b \n") == "a b");
  CHECK(trimmed(" ").empty());
  CHECK(equal_ignoring_case("AbC-1", "aBc-1"));
  CHECK_FALSE(equal_ignoring_case("ab", "abc"));
}

TEST_CASE("letters between two words, up to a bound") {
  CHECK(edit_distance("", "", 3) == 0);
  CHECK(edit_distance("stages", "stges", 3) == 1);
  CHECK(edit_distance("Stages", "stages", 3) == 0);
  CHECK(edit_distance("form", "from", 3) == 1);  // swapped
  CHECK(edit_distance("abc", "xyz", 3) == 3);
  CHECK(edit_distance("a", "abcdef", 3) == 4);  // beyond the bound
  CHECK(edit_distance(std::string(49, 'a'), std::string(49, 'a'), 3) == 4);
}
