// Our reader of property lists against libplist and Python's plistlib: every value of random lists.
//
// libplist 2.2 needs gigabytes for a bomb of 358 bytes and crashes on nested ones, so it sees only
// what a generator made.

#include "formats/plist.hpp"

#include <bit>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <plist/plist.h>
#include <rapidcheck.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "oracle/python.hpp"
#include "support/plist_writer.hpp"
#include "support/temporary_folder.hpp"

namespace interdict::test {
namespace {

using plist::Kind;
using plist::Node;

constexpr const char* kScript = INTERDICT_SOURCE "/tests/oracle/plist_oracle.py";

// --- One line that spells every value; plist_oracle.py has the grammar.

std::string line(const Node& node);

std::string line_of_members(const Node& node) {
  const bool dict = node.kind() == Kind::dict;
  std::string out = dict ? "{" : "[";
  for (std::uint64_t i = 0; i < node.count(); ++i) {
    if (i > 0) out += ',';
    if (dict) out += line(*node.key_at(i)) + "=";
    out += line(*node.at(i));
  }
  return out + (dict ? "}" : "]");
}

std::string real_bits(double value) {
  return fmt::format("r{:016x}", std::bit_cast<std::uint64_t>(value));
}

std::string line(const Node& node) {
  switch (node.kind()) {
    case Kind::null:
      return "n";
    case Kind::boolean:
      return *node.as_boolean() ? "b1" : "b0";
    case Kind::integer:
      return fmt::format("i{}", static_cast<std::uint64_t>(*node.as_integer()));
    case Kind::real:
      return real_bits(*node.as_real());
    case Kind::date:
      return fmt::format("t{}", node.as_date()->micros / 1'000'000);
    case Kind::data:
      return "d" + hex(*node.as_data());
    case Kind::text:
      return "s" + hex(bytes_of(*node.as_text()));
    case Kind::uid:
      return fmt::format("u{}", *node.as_uid());
    case Kind::array:
    case Kind::dict:
      return line_of_members(node);
  }
  return {};
}

std::string our_line(const std::string& file) {
  const auto document = plist::Document::open(bytes_of(file));
  if (!document) return document.error().what();
  return line(*document->root());
}

// --- The same line by libplist.

std::string line(plist_t node);

std::string line_of_dict(plist_t node) {
  std::string out = "{";
  plist_dict_iter position = nullptr;
  plist_dict_new_iter(node, &position);
  for (;;) {
    char* key = nullptr;
    plist_t value = nullptr;
    plist_dict_next_item(node, position, &key, &value);
    if (value == nullptr) break;
    if (out.size() > 1) out += ',';
    out += "s" + hex(bytes_of(std::string_view(key))) + "=" + line(value);
    std::free(key);
  }
  std::free(position);
  return out + "}";
}

std::string line_of_array(plist_t node) {
  std::string out = "[";
  for (std::uint32_t i = 0; i < plist_array_get_size(node); ++i) {
    if (i > 0) out += ',';
    out += line(plist_array_get_item(node, i));
  }
  return out + "]";
}

std::string line(plist_t node) {
  std::uint64_t number = 0;
  switch (plist_get_node_type(node)) {
    case PLIST_BOOLEAN: {
      std::uint8_t value = 0;
      plist_get_bool_val(node, &value);
      return value != 0 ? "b1" : "b0";
    }
    case PLIST_UINT:
      plist_get_uint_val(node, &number);
      return fmt::format("i{}", number);
    case PLIST_REAL: {
      double value = 0;
      plist_get_real_val(node, &value);
      return real_bits(value);
    }
    case PLIST_DATE: {
      std::int32_t seconds = 0, micros = 0;
      plist_get_date_val(node, &seconds, &micros);
      return fmt::format("t{}", seconds + kCocoaEpoch);
    }
    case PLIST_DATA: {
      const char* bytes = plist_get_data_ptr(node, &number);
      return "d" + hex(bytes_of(std::string_view(bytes, number)));
    }
    case PLIST_STRING: {
      const char* text = plist_get_string_ptr(node, &number);
      return "s" + hex(bytes_of(std::string_view(text, number)));
    }
    case PLIST_UID:
      plist_get_uid_val(node, &number);
      return fmt::format("u{}", number);
    case PLIST_ARRAY:
      return line_of_array(node);
    case PLIST_DICT:
      return line_of_dict(node);
    default:
      return "?";
  }
}

using Parse = void (*)(const char*, std::uint32_t, plist_t*);

std::string libplist_line(const std::string& file, Parse parse) {
  plist_t root = nullptr;
  parse(file.data(), static_cast<std::uint32_t>(file.size()), &root);
  if (root == nullptr) return "libplist refuses it";
  const std::unique_ptr<void, decltype(&plist_free)> owned(root, &plist_free);
  return line(root);
}

// --- Random lists.

std::string random_text() {
  static const std::vector<std::string> kPieces{"a",      "Zz",     " ",      "0",         "&",
                                                "<",      ">",      "\"",     "'",         "/",
                                                "\u00E9", "\u20AC", "\u4E2D", "\U0001F600"};
  std::string out;
  const auto pieces = *rc::gen::elementOf(std::vector<int>{0, 1, 3, 14, 15, 16, 40});
  for (int i = 0; i < pieces; ++i) out += *rc::gen::elementOf(kPieces);
  // Some readers of XML trim texts of nothing but blanks, ours does not: not what is compared here.
  return out.find_first_not_of(' ') == out.npos ? "" : out;
}

Plist random_scalar(bool uids) {
  switch (*rc::gen::inRange(0, uids ? 7 : 6)) {
    case 0:
      return Plist::boolean(*rc::gen::arbitrary<bool>());
    case 1: {
      const auto shift = *rc::gen::inRange(0, 64);
      return Plist::integer(*rc::gen::arbitrary<std::int64_t>() >> shift);
    }
    case 2:
      return Plist::real(*rc::gen::inRange(-4'000'000, 4'000'000) / 8.0);
    case 3:
      return Plist::date(*rc::gen::inRange(0, 2'000'000'000));
    case 4:
      return Plist::data(*rc::gen::arbitrary<std::string>());
    case 5:
      return Plist::text(random_text());
    default:
      return Plist::uid(*rc::gen::arbitrary<std::uint32_t>());
  }
}

Plist random_list(int depth, bool uids) {
  const int kind = depth == 0 ? 2 : *rc::gen::inRange(0, 3);
  if (kind == 2) return random_scalar(uids);
  const int size = *rc::gen::elementOf(std::vector<int>{0, 1, 2, 5, 14, 15, 17});
  std::vector<Plist> elements;
  for (int i = 0; i < size; ++i) elements.push_back(random_list(depth - 1, uids));
  if (kind == 0) return Plist::array(std::move(elements));
  std::vector<std::pair<std::string, Plist>> members;
  for (const Plist& element : elements) {
    members.emplace_back(random_text() + std::to_string(members.size()), element);
  }
  return Plist::dict(std::move(members));
}

}  // namespace

TEST_CASE("libplist reads the same values from random binary lists") {
  CHECK(rc::check([] {
    const std::string file = binary_plist(Plist::array({random_list(2, true)}));
    RC_ASSERT(our_line(file) == libplist_line(file, ::plist_from_bin));
  }));
}

TEST_CASE("libplist reads the same values from random XML lists") {
  CHECK(rc::check([] {
    const std::string file = xml_plist(Plist::array({random_list(2, false)}));
    RC_ASSERT(our_line(file) == libplist_line(file, ::plist_from_xml));
  }));
}

TEST_CASE("both forms of a random list are the same list to us") {
  CHECK(rc::check([] {
    const Plist list = Plist::array({random_list(2, true)});
    RC_ASSERT(our_line(binary_plist(list)) == our_line(xml_plist(list)));
  }));
}

TEST_CASE("Python's plistlib reads the same values from random lists") {
  const TemporaryFolder folder;
  std::string expected;
  int written = 0;
  const auto write = [&](const std::string& file) {
    std::ofstream(folder.path() / fmt::format("{:04}.plist", written++), std::ios::binary) << file;
    expected += our_line(file) + "\n";
  };
  CHECK(rc::check([&] {
    write(binary_plist(Plist::array({random_list(2, true)})));
    write(xml_plist(Plist::array({random_list(2, false)})));
  }));
  const Answer answer = python({kScript, "describe", folder.path().string()});
  REQUIRE(answer.status == 0);
  CHECK(written == 200);
  CHECK((answer.text == expected));
}

TEST_CASE("we read the same values as Python wrote, in both forms") {
  constexpr int kLists = 100;
  const TemporaryFolder folder;
  REQUIRE(python({kScript, "make", folder.path().string(), std::to_string(kLists)}).status == 0);
  const auto content = [&](int number, const char* suffix) {
    const auto bytes =
        read_file(folder.path() / fmt::format("{}.{}", number, suffix), plist::kMaxBytes);
    REQUIRE(bytes);
    return std::string(text_of(*bytes));
  };
  for (int i = 0; i < kLists; ++i) {
    CAPTURE(i);
    const std::string expected = content(i, "line");
    CHECK((our_line(content(i, "binary")) == expected));
    CHECK((our_line(content(i, "xml")) == expected));
  }
}

}  // namespace interdict::test
