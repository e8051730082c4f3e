#include "examine/coverage.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace interdict::examine {
namespace {

struct Absence {
  CoverageState state;
  std::string why;
  bool on_the_phone = true;  // only not in this evidence
};

Absence absence_of(const artefacts::Expected& expected, const evidence::Facts& facts) {
  using enum CoverageState;
  const int ios = facts.ios_major();
  if (ios > 0 && ios < expected.from_ios) {
    return {absent_as_expected,
            fmt::format("iOS {} does not have it (it came with iOS {})", ios, expected.from_ios),
            false};
  }
  if (ios > 0 && expected.until_ios > 0 && ios > expected.until_ios) {
    return {absent_as_expected,
            fmt::format("iOS {} does not have it any more (the last was iOS {})", ios,
                        expected.until_ios),
            false};
  }
  const int encrypted_from = expected.encrypted_only_from;
  if (encrypted_from > 0 && !facts.encrypted && ios >= encrypted_from) {
    return {absent_as_expected,
            fmt::format("only an encrypted backup holds it (since iOS {})", encrypted_from), true};
  }
  if (expected.optional) {
    return {absent_as_expected, "not in this evidence; many phones do not have it", false};
  }
  return {absent_unexpectedly, "not in this evidence, though such a phone should have it", true};
}

/// Not: a key that is not there, a table that this version does not have, a variant we cannot read.
bool means_damage(Errc code) {
  return code == Errc::malformed || code == Errc::truncated || code == Errc::limit ||
         code == Errc::io;
}

SourceEntry source_entry(const SourceSeen& seen) {
  return {.file = seen.file,
          .sha256 = {},  // known when all steps have ended
          .rows = seen.rows,
          .damaged_rows = seen.damaged_rows,
          .reasons = seen.reasons,
          .notes = seen.notes,
          .error = seen.error};
}

std::string damaged_rows_sentence(const ArtefactEntry& entry) {
  return fmt::format("{} rows were damaged: repaired in part, or left out; {} rows were read",
                     entry.damaged_rows, entry.rows);
}

/// Of a table with sources, at least one of which is there, read to the end of the step.
void judge_sources(Coverage& out, const StepLog& log) {
  ArtefactEntry& entry = out.entry;
  const auto failed = [](const SourceSeen& s) { return s.ended_early && !s.not_stored; };
  const auto first = std::ranges::find_if(log.sources, failed);
  const auto missing = std::ranges::count_if(log.sources, &SourceSeen::not_stored);
  const bool all_damaged = entry.damaged_rows > 0 && entry.damaged_rows >= entry.rows;
  if (first != log.sources.end()) {
    entry.state = entry.rows == 0 ? CoverageState::unreadable : CoverageState::partial;
    entry.why = fmt::format("{}: {}", first->file, first->error);
    out.unread = true;
    out.damaged = std::ranges::any_of(
        log.sources, [&](const SourceSeen& s) { return failed(s) && means_damage(s.code); });
  } else if (all_damaged) {
    entry.state = entry.rows == 0 ? CoverageState::unreadable : CoverageState::partial;
    entry.why = entry.rows == 0 ? "every row was damaged"
                                : "every row was damaged: repaired in part, or left out";
    out.unread = out.damaged = true;
  } else if (missing > 0) {
    entry.state = CoverageState::partial;
    entry.why = fmt::format("{} of {} sources are listed but not stored in the evidence", missing,
                            log.sources.size());
    out.unread = true;
  } else if (entry.damaged_rows > 0) {
    entry.state = CoverageState::partial;
    entry.why = damaged_rows_sentence(entry);
  } else {
    entry.state = CoverageState::parsed;
  }
}

}  // namespace

Coverage coverage_of(const artefacts::Table& table, const evidence::Facts& facts,
                     const StepLog& log, std::string_view why_unfinished) {
  Coverage out;
  ArtefactEntry& entry = out.entry;
  entry.table = &table;
  for (const SourceSeen& seen : log.sources) {
    entry.rows += seen.rows;
    entry.damaged_rows += seen.damaged_rows;
    entry.sources.push_back(source_entry(seen));
  }
  if (!why_unfinished.empty()) {
    entry.rows = std::max(entry.rows, log.rows);
    entry.state = entry.rows == 0 ? CoverageState::unreadable : CoverageState::partial;
    entry.why = entry.rows == 0
                    ? std::string(why_unfinished)
                    : fmt::format("{}, after at least {} rows", why_unfinished, entry.rows);
    out.unread = out.damaged = true;
  } else if (!log.sources.empty() && std::ranges::all_of(log.sources, &SourceSeen::not_stored)) {
    entry.state = CoverageState::absent_unexpectedly;
    entry.why = "listed in the evidence, but its content is not stored there";
    out.unread = true;
  } else if (log.sources.empty()) {
    auto absence = absence_of(table.expected, facts);
    entry.state = absence.state;
    entry.why = std::move(absence.why);
    out.unread = absence.on_the_phone;
  } else {
    judge_sources(out, log);
  }
  out.unread = out.unread && table.core;
  out.damaged = out.damaged && table.core;
  return out;
}

}  // namespace interdict::examine
