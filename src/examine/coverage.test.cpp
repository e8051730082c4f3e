#include "examine/coverage.hpp"

#include <doctest/doctest.h>

#include "examine/archive.hpp"

using namespace interdict;
using namespace interdict::examine;

namespace {

artefacts::Table table_with(artefacts::Expected expected, bool core = true) {
  artefacts::Table table{};
  table.id = "ios/x";
  table.core = core;
  table.expected = expected;
  return table;
}

evidence::Facts phone(std::string version, bool encrypted) {
  evidence::Facts facts;
  facts.product_version = std::move(version);
  facts.encrypted = encrypted;
  return facts;
}

SourceSeen source(std::uint64_t rows, std::uint64_t damaged = 0) {
  SourceSeen seen;
  seen.file = "/x.db";
  seen.rows = rows;
  seen.damaged_rows = damaged;
  return seen;
}

SourceSeen failed_source(std::uint64_t rows, Errc code, bool not_stored = false) {
  auto seen = source(rows);
  seen.ended_early = true;
  seen.code = code;
  seen.error = "why";
  seen.not_stored = not_stored;
  return seen;
}

Coverage judged(const std::vector<SourceSeen>& sources, artefacts::Expected expected = {},
                std::string_view unfinished = {}, bool core = true,
                const evidence::Facts& facts = phone("14.3", false)) {
  static artefacts::Table table;
  table = table_with(expected, core);
  StepLog log;
  log.sources = sources;
  return coverage_of(table, facts, log, unfinished);
}

}  // namespace

TEST_CASE("a table read to its end is parsed") {
  const auto c = judged({source(5), source(0)});
  CHECK(c.entry.state == CoverageState::parsed);
  CHECK(c.entry.rows == 5);
  CHECK(c.entry.why.empty());
  CHECK_FALSE(c.unread);
}

TEST_CASE("damaged rows make a table partial, not unread; nothing but damaged rows unreadable") {
  auto c = judged({source(5, 2)});
  CHECK(c.entry.state == CoverageState::partial);
  CHECK(c.entry.why.find("2 rows were damaged") != std::string::npos);
  CHECK_FALSE(c.unread);
  c = judged({source(0, 2)});
  CHECK(c.entry.state == CoverageState::unreadable);
  CHECK(c.unread);
  CHECK(c.damaged);
  c = judged({source(3, 3)});  // each repaired in part
  CHECK(c.entry.state == CoverageState::partial);
  CHECK(c.unread);
  CHECK(c.damaged);
}

TEST_CASE("a source that ends early leaves a core store unread") {
  auto c = judged({source(3), failed_source(2, Errc::malformed)});
  CHECK(c.entry.state == CoverageState::partial);
  CHECK(c.entry.why == "/x.db: why");
  CHECK(c.unread);
  CHECK(c.damaged);
  c = judged({failed_source(0, Errc::malformed)});
  CHECK(c.entry.state == CoverageState::unreadable);
  c = judged({failed_source(0, Errc::locked)});
  CHECK(c.unread);
  CHECK_FALSE(c.damaged);  // a missing key is not damage
  c = judged({failed_source(0, Errc::malformed)}, {}, {}, false);
  CHECK_FALSE(c.unread);  // not a core store
  CHECK_FALSE(c.damaged);
}

TEST_CASE("what is listed but not stored is absent unexpectedly, and that is no damage") {
  auto c = judged({failed_source(0, Errc::not_found, true)});
  CHECK(c.entry.state == CoverageState::absent_unexpectedly);
  CHECK(c.unread);
  CHECK_FALSE(c.damaged);
  c = judged({source(4), failed_source(0, Errc::not_found, true)});
  CHECK(c.entry.state == CoverageState::partial);
  CHECK(c.entry.why.find("1 of 2 sources") != std::string::npos);
  CHECK(c.unread);  // the one that is missing may be the one that matters
}

TEST_CASE("absence is judged by the phone and the kind of backup") {
  struct Case {
    artefacts::Expected expected;
    std::string_view version;
    bool encrypted;
    CoverageState state;
    bool unread;
  };
  using enum CoverageState;
  for (const auto& [expected, version, encrypted, state, unread] : std::initializer_list<Case>{
           {{}, "14.3", false, absent_unexpectedly, true},
           {{.from_ios = 16}, "14.3", false, absent_as_expected, false},
           {{.from_ios = 14}, "14.3", false, absent_unexpectedly, true},
           {{.until_ios = 13}, "14.3", false, absent_as_expected, false},
           {{.encrypted_only_from = 13}, "14.3", false, absent_as_expected, true},
           {{.encrypted_only_from = 13}, "14.3", true, absent_unexpectedly, true},
           {{.encrypted_only_from = 15}, "14.3", false, absent_unexpectedly, true},
           {{.optional = true}, "14.3", false, absent_as_expected, false},
           {{.from_ios = 16, .encrypted_only_from = 13}, "", false, absent_unexpectedly, true}}) {
    const auto c = judged({}, expected, {}, true, phone(std::string(version), encrypted));
    CHECK(c.entry.state == state);
    CHECK(c.unread == unread);
    CHECK_FALSE(c.entry.why.empty());
  }
}

TEST_CASE(
    "a step that did not come to its end leaves its table unreadable, or partial after rows") {
  auto c = judged({}, {}, "gave up after 600 s");
  CHECK(c.entry.state == CoverageState::unreadable);
  CHECK(c.entry.why == "gave up after 600 s");
  CHECK(c.unread);

  static const artefacts::Table table = table_with({});
  StepLog log;
  log.rows = 1000;
  c = coverage_of(table, phone("14.3", false), log, "decoder crashed (aborted)");
  CHECK(c.entry.state == CoverageState::partial);
  CHECK(c.entry.why == "decoder crashed (aborted), after at least 1000 rows");
  CHECK(c.unread);
}
