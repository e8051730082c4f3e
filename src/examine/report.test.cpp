#include "examine/report.hpp"

#include <doctest/doctest.h>

using namespace interdict;
using namespace interdict::examine;

namespace {

artefacts::Table table(std::string_view id, bool core) {
  artefacts::Table t{};
  t.id = id;
  t.core = core;
  return t;
}
const artefacts::Table kCore = table("ios/core", true);
const artefacts::Table kOther = table("ios/other", false);

Report report_with(std::vector<FindingKind> kinds, CoverageState core = CoverageState::parsed) {
  Report report;
  for (const auto kind : kinds) report.findings.emplace_back().kind = kind;
  report.coverage.resize(2);
  report.coverage[0].table = &kCore;
  report.coverage[0].state = core;
  report.coverage[1].table = &kOther;
  report.coverage[1].state = CoverageState::parsed;
  if (core != CoverageState::parsed && core != CoverageState::partial) {
    report.unread_core = {"ios/core"};
  }
  return report;
}

}  // namespace

TEST_CASE("the verdict follows the strongest finding") {
  using enum FindingKind;
  CHECK(verdict_of(report_with({})) == Verdict::no_trace_found);
  CHECK(verdict_of(report_with({note, weakness})) == Verdict::no_trace_found);
  CHECK(verdict_of(report_with({weakness, exposure})) == Verdict::suspicious);
  CHECK(verdict_of(report_with({attempt})) == Verdict::suspicious);
  CHECK(verdict_of(report_with({exposure, compromise, note})) == Verdict::compromised);
}

TEST_CASE("without a core store, or with damaged evidence, there is no all-clear") {
  auto unread = report_with({}, CoverageState::unreadable);
  CHECK(verdict_of(unread) == Verdict::inconclusive);
  unread.findings.emplace_back().kind = FindingKind::exposure;
  CHECK(verdict_of(unread) == Verdict::suspicious);

  auto damaged = report_with({FindingKind::weakness});
  damaged.evidence_damaged = true;
  CHECK(verdict_of(damaged) == Verdict::inconclusive);

  auto ended_early = report_with({}, CoverageState::partial);
  CHECK(verdict_of(ended_early) == Verdict::no_trace_found);
  ended_early.unread_core = {"ios/core"};
  CHECK(verdict_of(ended_early) == Verdict::inconclusive);
}

TEST_CASE("the exit status tells findings at or above a kind, then unread core stores") {
  using enum FindingKind;
  CHECK(exit_status(report_with({}), exposure) == 0);
  CHECK(exit_status(report_with({weakness}), exposure) == 0);
  CHECK(exit_status(report_with({weakness}), weakness) == 1);
  CHECK(exit_status(report_with({exposure}), exposure) == 1);
  CHECK(exit_status(report_with({exposure}), compromise) == 0);
  CHECK(exit_status(report_with({}, CoverageState::absent_unexpectedly), exposure) == 3);
  CHECK(exit_status(report_with({compromise}, CoverageState::unreadable), exposure) == 1);
}

TEST_CASE("states and verdicts have the names that reports print") {
  CHECK(name_of(CoverageState::absent_as_expected) == "absent as expected");
  CHECK(name_of(CoverageState::unreadable) == "unreadable");
  CHECK(name_of(Verdict::no_trace_found) == "no trace found");
  CHECK(name_of(Verdict::compromised) == "compromised");
}
