// The SQL functions that fixtures are written with: mbfile, attributed_body, bplist (phone.hpp).

#pragma once

struct sqlite3;

namespace interdict::test {

void register_fixture_functions(sqlite3* connection);

}  // namespace interdict::test
