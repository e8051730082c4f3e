// Numbered migrations bring a database to the schema this program knows.
//
// A migration is one .sql file of migrations/, embedded by the build: "0002_decisions.sql" is
// number 2. Each is applied in a transaction of its own and recorded with a digest of its text, so that a
// half-applied or later edited one is noticed. To change the schema, add a file; never edit one.
//
// Errors  unsupported: the database was made by a newer program; malformed: a recorded migration
//         is not the one this program carries, one is missing, or its SQL fails; io as of Database.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/embedded.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/database.hpp"

namespace interdict::ledger {

/// Applies those of `migrations` (sorted by name, numbered 1, 2, 3 …) that are not recorded yet.
Status migrate(Database& db, std::span<const Embedded> migrations, UtcTime now);

/// XXH3-128 of the text, 32 hexadecimal digits: told apart by accident, not against an attacker.
std::string migration_digest(std::string_view text);

}  // namespace interdict::ledger
