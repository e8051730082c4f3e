#include "base/reference.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace interdict;

namespace {

std::string why(std::string_view text, std::string_view name = "a.tsv") {
  const auto table = parse_reference({name, text});
  return table ? "" : table.error().what();
}

}  // namespace

TEST_CASE("a reference table is facts, columns and rows") {
  const auto table =
      parse_reference({"a.tsv", "# as_of: 2026-01-02\n# source: b: c\nx\ty\n1\t\n2\t3"});
  REQUIRE(table);
  CHECK(table->name == "a");
  REQUIRE(table->facts.size() == 2);
  CHECK(table->facts[1].second == "b: c");
  CHECK(table->rows.size() == 2);
  CHECK(table->find("x", "2", "y") == "3");
  CHECK(table->find("x", "1", "y").empty());
  CHECK(table->find("x", "9", "y").empty());
  CHECK(table->find("z", "1", "y").empty());
}

TEST_CASE("a malformed reference table names its line") {
  CHECK(why("x\ty\n1\n") == "a.tsv: line 2: 1 cells, 2 columns");
  CHECK(why("x y\n") == "a.tsv: line 1: a column's name is not an identifier");
  CHECK(why("# no colon\nx\n") == "a.tsv: line 1: not a line \"# name: value\" at the top");
  CHECK(why("x\n# late: 1\n") == "a.tsv: line 2: not a line \"# name: value\" at the top");
  CHECK(why("") == "a.tsv: no columns");
  CHECK(why("x\n", "A.tsv") == "A.tsv: not a table's file name");
  CHECK(why("x\n", "tsv") == "tsv: not a table's file name");
}
