// A STIX pattern as something the rows of a phone can answer.
//
// The comparison expression of each observation becomes a disjunction of terms; all literals of a
// term must hold in one row. What needs more than a row (two observations, their order, their
// number), or a property that no table holds, is not evaluated, and said so.
//
// Bounds  256 terms out of combinations; regular expressions are RE2 of at most 256 KiB each.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "indicators/key.hpp"

namespace re2 {
class RE2;
}

namespace interdict::indicators {

/// One comparison with the cells of a type.
struct Literal {
  Key key;                                // to be equal to, unless there is a regular expression
  std::shared_ptr<const re2::RE2> regex;  // LIKE and MATCHES
  std::string value;                      // as its author wrote it
  bool negated = false;  // holds if the row has a cell of this type and none of them fits
};

struct Compiled {
  std::vector<std::vector<Literal>> terms;  // each has a literal that is not negated
  std::vector<std::string> why_not;         // for each part that is not evaluated, once
};
Compiled compile(std::string_view pattern);

/// The type behind an object path ("file:hashes.'SHA-256'"), or why there is none.
struct Property {
  std::optional<Type> type;
  std::string why_not;
};
Property property(std::string_view path);

}  // namespace interdict::indicators
