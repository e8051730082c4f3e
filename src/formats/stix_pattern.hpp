// The STIX 2.1 patterning language: text in, tree out.
//
// Source  OASIS STIX 2.1, section 9, and its published grammar (precedence: comparison AND before
//         OR; observation AND before OR before FOLLOWEDBY).
// Lenient where the field is: key words in any letter case, keys and texts in double quotes,
//         hyphens in bare keys (hashes.SHA-256), NOT before a test or a parenthesis, blanks
//         anywhere.
// Bounds  64 KiB of text, 64 levels, 8,192 nodes; beyond: Errc::limit.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace interdict::stix {

inline constexpr std::size_t kMaxPattern = std::size_t{64} << 10;
inline constexpr std::size_t kMaxPatternDepth = 64;
inline constexpr std::size_t kMaxPatternNodes = 8192;

struct Constant {
  enum class Kind : std::uint8_t { text, integer, real, boolean, binary, hex, timestamp };
  Kind kind = Kind::text;
  std::string text;  // of a text: unescaped; of the others: what stands between the quotes
};

enum class Operator : std::uint8_t {
  equal,
  not_equal,
  less,
  greater,
  less_or_equal,
  greater_or_equal,
  in,
  like,
  matches,
  is_subset,
  is_superset,
  exists,
};
std::string_view name_of(Operator op);  // "=", "LIKE" …

/// One comparison: path NOT? operator constants.
struct Test {
  std::string path;  // "file:hashes.SHA-256", "process:arguments[*]": keys without their quotes
  Operator op = Operator::equal;
  bool negated = false;
  std::vector<Constant> constants;  // none for EXISTS, any number for IN, else one
};

/// A node of what stands between [ and ].
struct Comparison {
  enum class Kind : std::uint8_t { test, conjunction, disjunction };
  Kind kind = Kind::test;
  bool negated = false;                // a NOT before a parenthesis
  std::uint32_t test = 0;              // into Pattern::tests
  std::vector<std::uint32_t> parts{};  // into Pattern::comparisons, of AND and OR
};

/// A node of what stands between the brackets' groups.
struct Observation {
  enum class Kind : std::uint8_t { comparison, conjunction, disjunction, followed_by };
  Kind kind = Kind::comparison;
  std::uint32_t comparison = 0;        // into Pattern::comparisons
  std::vector<std::uint32_t> parts{};  // into Pattern::observations
  std::vector<std::string>
      qualifiers{};  // "WITHIN 300 SECONDS", "REPEATS 5 TIMES", "START … STOP …"
};

/// At most kMaxPatternDepth deep.
struct Pattern {
  std::vector<Test> tests;
  std::vector<Comparison> comparisons;
  std::vector<Observation> observations;
  std::uint32_t root = 0;  // into observations
};

/// Errc::malformed with the character where it went wrong, or Errc::limit.
Result<Pattern> parse_pattern(std::string_view text);

/// The commonest pattern of all, [path = 'value'], without building a tree: views into `text`.
struct SimplePattern {
  std::string_view path;   // as written, maybe with quoted keys
  std::string_view value;  // without escapes
};
/// Nothing when the pattern is any other, or wrong; parse_pattern() then tells.
std::optional<SimplePattern> simple_pattern(std::string_view text);

}  // namespace interdict::stix
