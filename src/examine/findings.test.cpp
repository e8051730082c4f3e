#include "examine/findings.hpp"

#include <doctest/doctest.h>

#include <signal.h>

#include <algorithm>

#include "examine/archive.hpp"
#include "examine/frames.hpp"
#include "examine/outputs.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::examine;

namespace {

constexpr std::array<artefacts::Column, 2> kColumns{
    {{"url", artefacts::ColumnKind::url, "where"}, {"at", artefacts::ColumnKind::time, "when"}}};
const artefacts::Table kTable = [] {
  artefacts::Table table{};
  table.id = "ios/visits";
  table.summary = "pages that were visited";
  table.columns = kColumns;
  return table;
}();

indicators::Set two_domains() {
  const test::TemporaryFolder folder;
  auto part = PartFile::create(folder.path() / "bad.txt");
  REQUIRE(part);
  REQUIRE(part->write("bad.example\nworse.example\n"));
  REQUIRE(part->commit());
  const std::array<std::filesystem::path, 1> paths{folder.path() / "bad.txt"};
  auto set = indicators::Set::load(paths);
  REQUIRE(set);
  REQUIRE(set->size() == 2);
  return *std::move(set);
}

Hit hit(std::uint32_t indicator, FindingKind kind, std::int64_t at) {
  return {.indicator = indicator,
          .column = 0,
          .kind = kind,
          .truncated = false,
          .at = UtcTime{at},
          .value = "value",
          .locator = {"ios/visits", "/x.db", "t", at, ""}};
}

std::string framed(StepSays says, std::string_view body) {
  std::string out;
  append_frame(out, static_cast<std::uint8_t>(says), body);
  return out;
}

}  // namespace

TEST_CASE("hits of one indicator are one finding with its strongest kind and its span of time") {
  const auto set = two_domains();
  StepLog log;
  log.hits = {hit(1, FindingKind::exposure, 30), hit(0, FindingKind::note, 5),
              hit(1, FindingKind::attempt, 10)};
  auto findings = findings_of(kTable, log, set);
  put_in_order(findings);
  REQUIRE(findings.size() == 2);
  const Finding strong = findings[0];  // a copy: findings is filled again below
  CHECK(strong.kind == FindingKind::attempt);
  CHECK(strong.count == 2);
  CHECK(strong.first_seen == UtcTime{10});
  CHECK(strong.last_seen == UtcTime{30});
  REQUIRE(strong.rows.size() == 2);
  CHECK(strong.rows[0].locator.rowid == 30);  // in table order
  CHECK(strong.rows[0].column == "url");
  CHECK(strong.id.size() == 16);
  CHECK(strong.title.find("worse.example") != std::string::npos);
  CHECK(strong.title.find("pages that were visited") != std::string::npos);
  CHECK_FALSE(strong.next.empty());
  CHECK_FALSE(strong.benign.empty());
  CHECK(strong.id != findings[1].id);

  log.totals = {{1, FindingKind::attempt, 5000, UtcTime{1}, UtcTime{99}}};
  findings = findings_of(kTable, log, set);
  const auto counted = std::ranges::find(findings, 5000u, &Finding::count);
  REQUIRE(counted != findings.end());
  CHECK(counted->first_seen == UtcTime{1});
  CHECK(counted->id == strong.id);  // the id does not depend on how often
}

TEST_CASE("what a step says about things that do not exist is not believed") {
  const auto set = two_domains();
  StepLog log;
  auto odd_column = hit(0, FindingKind::note, 1);
  odd_column.column = 2;
  log.hits = {hit(2, FindingKind::compromise, 1), odd_column};
  log.totals = {{1, FindingKind::compromise, 7, {}, {}}};
  CHECK(findings_of(kTable, log, set).empty());
  for (int i = 0; i < 300; ++i) log.hits.push_back(hit(0, FindingKind::note, i));
  const auto findings = findings_of(kTable, log, set);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].rows.size() == kMaxCitedRows);
  CHECK(findings[0].count == 300);
}

TEST_CASE("equal findings of a detection keep apart") {
  rules::Detection detection;
  detection.id = "ios/rule";
  detection.title = "Something";
  StepLog log;
  RuleHit same;
  same.summary = "the same";
  log.rule_hits = {same, same};
  auto findings = findings_of(detection, log);
  put_in_order(findings);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].title == "Something");
  CHECK(findings[0].id != findings[1].id);
}

TEST_CASE("a step is listened to until it says nonsense or too much") {
  StepLog log;
  log.hear(framed(StepSays::hit, encode(hit(0, FindingKind::note, 1))));
  CHECK(log.hits.size() == 1);
  log.hear(framed(StepSays::done, {}));
  CHECK(log.why_unfinished(600).empty());
  log.hear(framed(StepSays::hit, encode(hit(0, FindingKind::note, 1))));
  CHECK(log.hits.size() == 1);  // after done nothing counts

  StepLog nonsense;
  nonsense.hear(framed(StepSays::hit, "no hit"));
  nonsense.hear(framed(StepSays::done, {}));
  CHECK(nonsense.why_unfinished(600) == "the decoder's answer made no sense");

  StepLog endless;
  const auto rows = framed(StepSays::rows, encode(RowsRead{1}));
  std::string megabyte;
  while (megabyte.size() < (1u << 20)) megabyte += rows;
  for (int i = 0; i < 65; ++i) endless.hear(megabyte);
  CHECK_FALSE(endless.why_unfinished(600).empty());
}

TEST_CASE("how a step ended is told in words") {
  StepLog log;
  log.ended({0, Ending::signalled, SIGSEGV});
  CHECK(log.why_unfinished(600) == "decoder crashed (segmentation fault)");
  log.ended({0, Ending::gave_up, 0});
  CHECK(log.why_unfinished(600) == "gave up after 600 s");
  log.ended({0, Ending::exited, 1});
  CHECK(log.why_unfinished(600) == "decoder crashed (exit status 1)");
  CHECK(StepLog{}.why_unfinished(600) == "the worker ended before it was read");
}

TEST_CASE("reports appear all or not at all") {
  const test::TemporaryFolder folder;
  // A folder where a report belongs: its rename fails, so those before it are taken back.
  const auto all = outputs();
  REQUIRE(all.size() > 1);
  const auto blocked = folder.path() / all.back()->file_name;
  std::filesystem::create_directories(blocked / "occupied");
  auto parts = write_parts(Report{}, folder.path());
  REQUIRE(parts);
  const auto committed = commit_all(*std::move(parts));
  REQUIRE_FALSE(committed);
  CHECK(committed.error().code() == Errc::io);
  CHECK(committed.error().what().find(all.back()->file_name) != std::string::npos);
  std::size_t left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    CHECK(entry.path() == blocked);
    ++left;
  }
  CHECK(left == 1);
}
