// The names and the two answers of a report: the verdict for people, the exit status for scripts.

#include "examine/report.hpp"

#include <algorithm>
#include <array>

namespace interdict::examine {
namespace {

constexpr std::array<std::string_view, 5> kStates{"parsed", "partial", "absent as expected",
                                                  "absent unexpectedly", "unreadable"};
constexpr std::array<std::string_view, 4> kVerdicts{"no trace found", "inconclusive", "suspicious",
                                                    "compromised"};

bool core_store_read(const Report& report) {
  return std::ranges::any_of(report.coverage, [&](const ArtefactEntry& entry) {
    const bool has_rows_to_match =
        entry.state == CoverageState::parsed || entry.state == CoverageState::partial;
    return has_rows_to_match && entry.table->core &&
           std::ranges::find(report.unread_core, entry.table->id) == report.unread_core.end();
  });
}

bool any_at_least(const Report& report, FindingKind kind) {
  return std::ranges::any_of(report.findings, [&](const Finding& f) { return f.kind >= kind; });
}

}  // namespace

std::string_view name_of(CoverageState state) { return kStates[static_cast<std::size_t>(state)]; }
std::string_view name_of(Verdict verdict) { return kVerdicts[static_cast<std::size_t>(verdict)]; }

Verdict verdict_of(const Report& report) {
  if (any_at_least(report, FindingKind::compromise)) return Verdict::compromised;
  if (any_at_least(report, FindingKind::exposure)) return Verdict::suspicious;
  if (report.evidence_damaged || !core_store_read(report)) return Verdict::inconclusive;
  return Verdict::no_trace_found;
}

int exit_status(const Report& report, FindingKind fail_on) {
  if (any_at_least(report, fail_on)) return 1;
  return report.unread_core.empty() ? 0 : 3;
}

}  // namespace interdict::examine
