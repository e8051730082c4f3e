// The reference tables that SQL can ask: every *.tsv of data/ (base/reference.hpp has their form).
//
// A file NAME.tsv is the SQL table NAME; its lines "# name: value" are the one row of NAME_info.

#pragma once

#include <string_view>
#include <vector>

#include "base/reference.hpp"

namespace interdict::rules {

/// Every one in the program, sorted by name. A malformed one is a programming error: terminates.
const std::vector<ReferenceTable>& reference_tables();
/// The table of that name, or null.
const ReferenceTable* find_reference(std::string_view name);

}  // namespace interdict::rules
