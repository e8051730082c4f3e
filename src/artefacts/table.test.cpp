#include "artefacts/table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace interdict;
using artefacts::Column;
using artefacts::ColumnKind;
using artefacts::find_table;
using artefacts::Table;
using artefacts::tables;

namespace {

bool matched(ColumnKind kind) { return kind != ColumnKind::plain && kind != ColumnKind::time; }

}  // namespace

TEST_CASE("the artefacts are registered, sorted, once each") {
  CHECK(tables().size() >= 10);
  CHECK(std::adjacent_find(tables().begin(), tables().end(), [](const Table* a, const Table* b) {
          return a->id >= b->id;
        }) == tables().end());
}

TEST_CASE("a table is found by its id, its SQL name and its bare name") {
  const Table* sms = find_table("ios/sms");
  REQUIRE(sms != nullptr);
  CHECK(find_table("ios_sms") == sms);
  CHECK(find_table("sms") == sms);
  CHECK(sms->sql_name() == "ios_sms");
  CHECK(find_table("smss") == nullptr);
  CHECK(find_table("") == nullptr);
}

TEST_CASE("every table declares what a reader of it needs") {
  for (const Table* table : tables()) {
    CAPTURE(table->id);
    CHECK_FALSE(table->summary.empty());
    CHECK_FALSE(table->places.empty());
    CHECK_FALSE(table->mvt_module.empty());
    CHECK((table->open != nullptr));
    std::set<std::string_view> names;
    for (const Column& column : table->columns) {
      CAPTURE(column.name);
      CHECK(names.insert(column.name).second);
      CHECK_FALSE(column.meaning.empty());
      // A match must mean something; what is never matched must not claim to.
      CHECK(matched(column.kind) == (column.on_match != FindingKind::note));
    }
  }
}

TEST_CASE("the core stores are those without which silence means nothing") {
  std::set<std::string_view> core;
  for (const Table* table : tables()) {
    if (table->core) core.insert(table->id);
  }
  CHECK(core == std::set<std::string_view>{"ios/data_usage", "ios/manifest",
                                           "ios/os_analytics_ad_daily", "ios/safari_history",
                                           "ios/sms"});
}
