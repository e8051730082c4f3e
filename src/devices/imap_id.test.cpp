#include "devices/imap_id.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>
#include <vector>

using namespace interdict;
using namespace interdict::devices;

namespace {

std::string read(std::string_view text) {
  const auto id = ImapId::parse(text);
  if (!id) return id.error().what();
  std::string out;
  for (const auto& pair : id->pairs()) {
    out.append("[").append(pair.key).append("|");
    out.append(pair.nil ? std::string_view("NIL") : pair.value).append("]");
  }
  return out;
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

TEST_CASE("an ID list is read with and without its parentheses") {
  CHECK(read(R"(("name" "iPhone Mail" "version" "22C161"))") ==
        "[name|iPhone Mail][version|22C161]");
  CHECK(read(R"("name" "iPhone Mail" "version" NIL)") == "[name|iPhone Mail][version|NIL]");
  CHECK(read("(\"name\" {11}\r\niPhone Mail \"os\" {3+}\r\niOS)") == "[name|iPhone Mail][os|iOS]");
  CHECK(read(R"(("na\"me" "a\\b" "x" "y"))") == R"([na"me|a\b][x|y])");
  CHECK(read("(name iPhone)") == "[name|iPhone]");
  CHECK(read("NIL").empty());
  CHECK(read("()").empty());
}

TEST_CASE("Dovecot's log form is read, commas inside values included") {
  CHECK(read("name=iPhone Mail, version=20F66, os=iOS, os-version=16.5 (20F66)") ==
        "[name|iPhone Mail][version|20F66][os|iOS][os-version|16.5 (20F66)]");
  CHECK(read("name=Mac OS X Mail, vendor=Apple, Inc.") ==
        "[name|Mac OS X Mail][vendor|Apple, Inc.]");
  CHECK(read("name=") == "[name|]");
  CHECK(read("a=1, b=2, ") == "[a|1][b|2,]");
}

TEST_CASE("a list that is none says why") {
  CHECK(read("") == "an empty list");
  CHECK(read("(") == "the list does not end");
  CHECK(read(R"(("name" "iPhone)") == "a quoted string does not end");
  CHECK(read(R"(("name" "iPhone\)") == "a quoted string does not end");
  CHECK(read(R"(("name"))") == "a key without its value");
  CHECK(read(R"((NIL "x"))") == "NIL is no key");
  CHECK(read(R"(("a" ("b" "c")))") == "neither a string nor NIL");
  CHECK(read(R"(("a" "b") x)") == "something follows the list");
  CHECK(read("(\"a\" {99}\r\nshort)") == "a literal is cut short");
  CHECK(read("(\"a\" {x}\r\nb)") == "a literal without a length");
  CHECK(read("(\"a\" {3}abc)") == "a literal without a line end");
  CHECK(read("(\"a\" {99999999999999999999999}\r\nb)") == "a literal without a length");
}

TEST_CASE("thirty pairs are allowed, thirty-one are not; nor are long keys and values") {
  std::string list = "(";
  for (int i = 0; i < 30; ++i) list += "\"k\" \"v\" ";
  CHECK(ImapId::parse(list + ")")->pairs().size() == 30);
  CHECK(read(list + "\"k\" \"v\")") == "more than 30 pairs");
  CHECK(read("(\"" + std::string(31, 'k') + "\" \"v\")") == "a key longer than 30 bytes");
  CHECK(read("(\"k\" \"" + std::string(1025, 'v') + "\")") == "a value longer than 1024 bytes");
  CHECK(read("(\"k\" \"" + std::string(70'000, 'v') + "\")") == "a list longer than 64 KiB");
}

TEST_CASE("keys are found in any letter case") {
  const auto id = ImapId::parse(R"(("NAME" "iPhone Mail" "name" "other"))");
  CHECK(id->value("name") == "iPhone Mail");
  CHECK(id->value("os").empty());
}

TEST_CASE("whatever values are written are read back, also after the list was moved") {
  CHECK(rc::check([](const std::vector<std::string>& values) {
    std::string list = "(";
    std::size_t n = 0;
    for (const auto& value : values) {
      if (n == ImapId::kMaxPairs) break;
      list += quoted("key") + " " + quoted(value) + " ";
      ++n;
    }
    list += ')';
    auto first = ImapId::parse(list);
    RC_ASSERT(first.has_value());
    const ImapId id = std::move(*first);
    RC_ASSERT(id.pairs().size() == n);
    for (std::size_t i = 0; i < n; ++i) RC_ASSERT(id.pairs()[i].value == values[i]);
  }));
}
