#include "indicators/compile.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <re2/re2.h>

using namespace interdict::indicators;

namespace {

/// "type:key & type:/regex/ | …", then the reasons.
std::string shown(std::string_view pattern) {
  const auto compiled = compile(pattern);
  std::vector<std::string> terms;
  for (const auto& term : compiled.terms) {
    std::vector<std::string> literals;
    for (const auto& literal : term) {
      literals.push_back(
          fmt::format("{}{}:{}", literal.negated ? "!" : "", name_of(literal.key.type),
                      literal.regex ? "/" + literal.regex->pattern() + "/" : literal.key.text));
    }
    terms.push_back(fmt::format("{}", fmt::join(literals, " & ")));
  }
  auto out = fmt::format("{}", fmt::join(terms, " | "));
  for (const auto& why : compiled.why_not) out += " (" + why + ")";
  return out;
}

}  // namespace

TEST_CASE("comparison expressions become ORs of ANDs") {
  CHECK(shown("[domain-name:value = 'a.example' OR domain-name:value = 'b.example']") ==
        "domain:a.example | domain:b.example");
  CHECK(shown("[file:name = 'x' AND (process:name = 'y' OR app:id = 'Z')]") ==
        "file_name:x & process:y | file_name:x & app_id:z");
  CHECK(shown("[process:name IN ('a', 'b')]") == "process:a | process:b");
  CHECK(shown("[file:name = 'x' AND process:name NOT IN ('a', 'b')]") ==
        "file_name:x & !process:a & !process:b");
  CHECK(shown("[file:name = 'x' AND NOT (process:name = 'a' OR process:name != 'b')]") ==
        "file_name:x & !process:a & process:b");
  CHECK(shown("[file:name = 'a'] OR [file:name = 'b']") == "file_name:a | file_name:b");
  CHECK(shown("[url:value = 'http://a.example/?b=c&d=\\'e']") == "url:http://a.example/?b=c&d='e");
}

TEST_CASE("LIKE and MATCHES become regular expressions") {
  CHECK(shown("[domain-name:value LIKE '%.a_b.example']") == "domain:/^.*\\.a.b\\.example$/");
  CHECK(shown("[file:path MATCHES '^/private/var/.+x$']") == "file_path:/^/private/var/.+x$/");
  CHECK(shown("[file:path MATCHES '(']") == " (MATCHES: missing ): ()");
  CHECK(shown("[file:path MATCHES '((((((a{1,500}){1,500}){1,500}'] OR [app:id = 'b']")
            .starts_with("app_id:b (MATCHES: "));
}

TEST_CASE("hash keys are understood in every spelling of the field") {
  const std::string sha256(64, 'a');
  for (const char* path : {"file:hashes.sha256", "file:hashes.SHA256", "file:hashes.'SHA-256'",
                           "file:hashes.\"SHA256\"", "file:hashes.'sha256'", "file:hashes.SHA-256",
                           "file:hashes.'SHA_256'"}) {
    CAPTURE(path);
    CHECK(shown(fmt::format("[{} = '{}']", path, sha256)) == "sha256:" + sha256);
    CHECK(property(path).type == Type::sha256);
  }
  CHECK(property("file:hashes.MD5").type == Type::md5);
  CHECK(property("file:hashes.'SHA-1'").type == Type::sha1);
  CHECK(property("app:cert.'SHA-256'").type == Type::cert_sha256);
  CHECK(property("x509-certificate:hashes.'SHA-1'").type == Type::cert_sha256);
}

TEST_CASE("what a row cannot answer is named, and what it can answer stays") {
  CHECK(shown("[mac-addr:value = 'x' OR process:name = 'y']") ==
        "process:y (mac-addr: phones keep no hardware addresses of what they talked to)");
  CHECK(shown("[mac-addr:value = 'x' AND process:name = 'y']") ==
        " (mac-addr: phones keep no hardware addresses of what they talked to)");
  CHECK(shown("[x-thing:y = 'x']") == " (x-thing:y: no table of a phone holds it)");
  CHECK(shown("[file:name = 'a'] AND [file:name = 'b']") ==
        " (AND needs two observations, a row is one)");
  CHECK(shown("[file:name = 'a'] FOLLOWEDBY [file:name = 'b']") ==
        " (FOLLOWEDBY needs an order of observations)");
  CHECK(shown("[file:name = 'a'] REPEATS 2 TIMES") ==
        " (REPEATS 2 TIMES: times and numbers of observations are not compared)");
  CHECK(shown("[file:name = 'c'] OR ([file:name = 'a'] FOLLOWEDBY [file:name = 'b'])") ==
        "file_name:c (FOLLOWEDBY needs an order of observations)");
  CHECK(shown("[file:name != 'a']") == " (it says only what must not be seen)");
  CHECK(shown("[EXISTS file:name]") == " (EXISTS names no value)");
  CHECK(shown("[file:name > 'a']") == " (file:name: > is not evaluated for it)");
  CHECK(shown("[process:name = 5]") == " (process:name: only texts are compared)");
  CHECK(shown("[ipv4-addr:value = 'x']") == " (ipv4-addr:value: 'x' is not an IP address)");
  CHECK(shown("[file:name = ") == " (character 14: expected a constant)");
}

TEST_CASE("combinations are bounded, plain lists of values are not") {
  std::string values = "'a0'";
  for (int i = 1; i < 300; ++i) values += fmt::format(",'a{}'", i);
  CHECK(compile("[process:name IN (" + values + ")]").terms.size() == 300);
  const auto product = compile("[process:name IN (" + values + ") AND file:name IN ('x','y')]");
  CHECK(product.terms.empty());
  CHECK(product.why_not == std::vector<std::string>{"AND and OR give more than 256 combinations"});
}
