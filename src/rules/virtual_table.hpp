// An artefact's table as an SQLite virtual table.
//
// Each table is an eponymous module: it is there under its SQL name without CREATE VIRTUAL TABLE,
// with the columns the artefact declares and two hidden ones, _cite (the row's citation, which
// Locator::parse reads back) and _file (device path of its source).
//
// Push-down  `column = value` on a column declared as a key becomes artefacts::Equals. When several
//            key columns are compared, the first declared one wins; `+column = value` takes one
//            out of the choice. Everything else is a scan, and every statement that scans a table
//            says so in its plan: "SCAN t VIRTUAL TABLE INDEX 0:scan" against "INDEX 1:visit_id="
//            (the number only tells this statement's ways to read the table apart).
// Columns    the reader learns which ones the statement names: the others may cost it dear.
// Costs      a look-up opens its source anew, so it is worth it for tens of rows, not for
//            thousands; the estimates say that to SQLite's planner.
// Sources    one that is absent or cannot be read gives no rows and a sentence in Failures.

#pragma once

#include "artefacts/table.hpp"
#include "base/result.hpp"
#include "evidence/tree.hpp"
#include "rules/connection.hpp"
#include "rules/failures.hpp"

namespace interdict::rules {

/// A longer text or blob of a phone is cut, with a sentence in Failures.
inline constexpr std::size_t kMaxCell = 16 << 20;

/// Before Connection::guard(). All three must outlive the connection.
Status add_virtual_table(Connection& connection, const artefacts::Table& table,
                         evidence::Tree& tree, Failures& failures);

}  // namespace interdict::rules
