#include "formats/stix_pattern.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict;
using namespace interdict::stix;

namespace {

/// The tree as text with every parenthesis written out.
std::string shown(const Pattern& p, const Test& t) {
  std::string out = t.path + (t.negated ? " NOT " : " ") + std::string(name_of(t.op));
  for (const auto& c : t.constants) out += " '" + c.text + "'";
  (void)p;
  return out;
}
std::string shown_comparison(const Pattern& p, std::uint32_t index) {
  const auto& node = p.comparisons[index];
  if (node.kind == Comparison::Kind::test) return shown(p, p.tests[node.test]);
  std::string out = node.negated ? "!(" : "(";
  for (const auto part : node.parts) {
    if (out.back() != '(') out += node.kind == Comparison::Kind::conjunction ? " & " : " | ";
    out += shown_comparison(p, part);
  }
  return out + ")";
}
std::string shown(const Pattern& p, std::uint32_t index) {
  const auto& node = p.observations[index];
  std::string out;
  if (node.kind == Observation::Kind::comparison) {
    out = "[" + shown_comparison(p, node.comparison) + "]";
  } else {
    out = "(";
    for (const auto part : node.parts) {
      if (out.back() != '(') {
        out += node.kind == Observation::Kind::conjunction   ? " & "
               : node.kind == Observation::Kind::disjunction ? " | "
                                                             : " > ";
      }
      out += shown(p, part);
    }
    out += ")";
  }
  for (const auto& q : node.qualifiers) out += " {" + q + "}";
  return out;
}
std::string shown(std::string_view text) {
  const auto pattern = parse_pattern(text);
  return pattern ? shown(*pattern, pattern->root) : "error: " + pattern.error().what();
}

}  // namespace

TEST_CASE("every form of the comparison grammar is read") {
  for (const auto& [text, tree] : std::initializer_list<std::pair<const char*, const char*>>{
           {"[domain-name:value = 'a.example']", "[domain-name:value = 'a.example']"},
           {" [url:value='http://x/?a=b&c=d'] ", "[url:value = 'http://x/?a=b&c=d']"},
           {"[a:b = 1 AND a:c = 2 OR a:d = 3]", "[((a:b = '1' & a:c = '2') | a:d = '3')]"},
           {"[a:b = 1 AND (a:c = 2 OR a:d = 3)]", "[(a:b = '1' & (a:c = '2' | a:d = '3'))]"},
           {"[a:b != -1.5]", "[a:b != '-1.5']"},
           {"[a:b <> .5]", "[a:b != '.5']"},
           {"[a:b < 1 or a:b >= 2]", "[(a:b < '1' | a:b >= '2')]"},
           {"[a:b <= true]", "[a:b <= 'true']"},
           {"[a:b > t'2024-01-01T00:00:00Z']", "[a:b > '2024-01-01T00:00:00Z']"},
           {"[a:b = h'00ff' OR a:b = b'AP8=']", "[(a:b = '00ff' | a:b = 'AP8=')]"},
           {"[a:b IN ('x', 'y','z')]", "[a:b IN 'x' 'y' 'z']"},
           {"[a:b NOT IN ('x')]", "[a:b NOT IN 'x']"},
           {"[a:b LIKE '%x_']", "[a:b LIKE '%x_']"},
           {"[a:b NOT MATCHES '^x\\\\.y$']", "[a:b NOT MATCHES '^x\\.y$']"},
           {"[a:b MATCHES '\\d+']", "[a:b MATCHES '\\d+']"},
           {"[a:b ISSUBSET '10.0.0.0/8' AND a:b NOT ISSUPERSET '10.1.0.0/16']",
            "[(a:b ISSUBSET '10.0.0.0/8' & a:b NOT ISSUPERSET '10.1.0.0/16')]"},
           {"[EXISTS a:b AND NOT EXISTS a:c]", "[(a:b EXISTS & a:c NOT EXISTS)]"},
           {"[NOT (a:b = 1 OR a:c = 2)]", "[!((a:b = '1' | a:c = '2'))]"},
           {"[a:b = 'it\\'s \\\\ here']", "[a:b = 'it's \\ here']"},
           {"[file:hashes.'SHA-256' = 'x']", "[file:hashes.SHA-256 = 'x']"},
           {"[file:hashes.\"SHA256\" = \"x\"]", "[file:hashes.SHA256 = 'x']"},
           {"[file:hashes.SHA-256='x']", "[file:hashes.SHA-256 = 'x']"},
           {"[a:b[*].c[0].'d e' = 'x']", "[a:b[*].c[0].d e = 'x']"},
           {"[x-my-thing:and = 'x' AND in:or = 'y']", "[(x-my-thing:and = 'x' & in:or = 'y')]"},
           {"[a:b = 1 /* one */ ] // end", "[a:b = '1']"},
       }) {
    CAPTURE(text);
    CHECK(shown(text) == tree);
  }
}

TEST_CASE("observations bind AND before OR before FOLLOWEDBY and carry their qualifiers") {
  CHECK(shown("[a:b=1] AND [a:b=2] OR [a:b=3]") == "(([a:b = '1'] & [a:b = '2']) | [a:b = '3'])");
  CHECK(shown("[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3]") ==
        "([a:b = '1'] > ([a:b = '2'] | [a:b = '3']))");
  CHECK(shown("([a:b=1] FOLLOWEDBY [a:b=2]) WITHIN 300 SECONDS") ==
        "([a:b = '1'] > [a:b = '2']) {WITHIN 300 SECONDS}");
  CHECK(shown("[a:b=1] REPEATS 5 TIMES START t'x' STOP t'y'") ==
        "[a:b = '1'] {REPEATS 5 TIMES} {START x STOP y}");
}

TEST_CASE("a wrong pattern says where it is wrong") {
  for (const auto& [text, why] : std::initializer_list<std::pair<const char*, const char*>>{
           {"", "character 1: expected '[' or '('"},
           {"domain", "character 1: expected '[' or '('"},
           {"[a:b = 'x'", "character 11: expected AND, OR or ']'"},
           {"[a:b = 'x]", "character 11: expected the closing quote"},
           {"[a:b 'x']", "character 6: expected a comparison operator"},
           {"[a:b = ]", "character 8: expected a constant"},
           {"[a = 'x']", "character 4: expected ':'"},
           {"[a:b IN 'x']", "character 9: expected '('"},
           {"[a:b = 'x'] [", "character 13: expected the end"},
           {"[a:b = 1] WITHIN 5", "character 19: expected SECONDS"},
           {"[a:b[x] = 1]", "character 6: expected an index or '*'"},
       }) {
    CAPTURE(text);
    CHECK(shown(text) == std::string("error: ") + why);
  }
}

TEST_CASE("patterns are bounded in length, depth and nodes") {
  const auto code = [](const std::string& text) { return parse_pattern(text).error().code(); };
  CHECK(code("[a:b = '" + std::string(kMaxPattern, 'x') + "']") == Errc::limit);
  CHECK(code(std::string(100, '(')) == Errc::limit);
  CHECK(code("[" + std::string(100, '(')) == Errc::limit);
  std::string many = "[a:b=1";
  for (int i = 0; i < 5000; ++i) many += " OR a:b=1";
  CHECK(code(many + "]") == Errc::limit);
}

TEST_CASE("the simple form is recognised exactly when the grammar agrees") {
  const auto simple = simple_pattern("[ domain-name:value = 'a.example' ]");
  REQUIRE(simple.has_value());
  CHECK(simple->path == "domain-name:value");
  CHECK(simple->value == "a.example");
  CHECK(simple_pattern("[url:value='http://x/?a=b']")->value == "http://x/?a=b");
  for (const char* other : {"[a:b = 'x' OR a:b = 'y']", "[a:b != 'x']", "[a:b = 'it\\'s']",
                            "[a:b >= 'x']", "[a:b = 1]", "a:b='x'", "[='x']", "[]"}) {
    CAPTURE(other);
    CHECK_FALSE(simple_pattern(other).has_value());
  }
}

TEST_CASE("whatever value is quoted comes back as it was") {
  CHECK(rc::check([](const std::string& value) {
    std::string quoted;
    for (const char c : value) {
      if (c == '\'' || c == '\\' || c == '"') quoted += '\\';
      quoted += c;
    }
    const auto text = "[a:b = '" + quoted + "']";
    const auto pattern = parse_pattern(text);
    RC_ASSERT(pattern.has_value());
    RC_ASSERT(pattern->tests.at(0).constants.at(0).text == value);
    if (const auto simple = simple_pattern(text)) RC_ASSERT(simple->value == value);
  }));
}
