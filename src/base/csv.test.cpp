#include "base/csv.hpp"

#include <doctest/doctest.h>

using namespace interdict;

TEST_CASE("a stranger's text opens in a spreadsheet as text") {
  CHECK(csv_cell("plain") == "plain");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("say \"x\"") == "\"say \"\"x\"\"\"");
  CHECK(csv_cell("=cmd|' /C calc'!A0") == "'=cmd|' /C calc'!A0");
  CHECK(csv_cell("@sum(a,b)") == "\"'@sum(a,b)\"");
  CHECK(csv_cell("a\nb") == "\"a b\"");
}

TEST_CASE("what a program reads again is exact") {
  CHECK(exact_csv_cell("-5") == "-5");
  CHECK(exact_csv_cell("a\nb,\"c\"") == "\"a\nb,\"\"c\"\"\"");
}
