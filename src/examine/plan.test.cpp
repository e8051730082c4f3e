#include "examine/plan.hpp"

#include <doctest/doctest.h>

using namespace interdict;
using namespace interdict::examine;

TEST_CASE("tables are chosen by any of their names, once, in the order of their ids") {
  const std::array<std::string, 4> names{"tcc", "ios_sms", "ios/tcc", "sms"};
  const auto tables = select_tables(names);
  REQUIRE(tables);
  REQUIRE(tables->size() == 2);
  CHECK((*tables)[0]->id == "ios/sms");
  CHECK((*tables)[1]->id == "ios/tcc");
  const auto all = select_tables({});
  REQUIRE(all);
  CHECK(all->size() == artefacts::tables().size());
}

TEST_CASE("an unknown table is refused with the nearest name") {
  const std::array<std::string, 1> names{"safari_histroy"};
  const auto tables = select_tables(names);
  REQUIRE_FALSE(tables);
  CHECK(tables.error().code() == Errc::usage);
  CHECK(tables.error().what() ==
        "there is no table \"safari_histroy\": did you mean ios/safari_history?");
}

TEST_CASE("a detection runs when all its tables were asked for") {
  const auto all = *select_tables({});
  const auto everything = plan(all);
  std::size_t detections = 0;
  for (const auto& step : everything) detections += step.detection != nullptr ? 1 : 0;
  CHECK(detections == rules::detections().size());

  const std::array<std::string, 1> names{"ios/tcc"};
  const auto tcc = *select_tables(names);
  for (const auto& step : plan(tcc)) {
    if (step.table != nullptr) CHECK(step.table->id == "ios/tcc");
    if (step.detection != nullptr) CHECK(needs_only(*step.detection, tcc));
  }
}
