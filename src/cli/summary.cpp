#include "cli/summary.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "examine/reports/words.hpp"

namespace interdict::cli {
namespace {

using examine::CoverageState;
using examine::Finding;
using examine::Report;
using examine::Verdict;

Tone tone(Verdict verdict) {
  switch (verdict) {
    case Verdict::compromised:
      return Tone::red;
    case Verdict::suspicious:
      return Tone::amber;
    case Verdict::inconclusive:
      return Tone::bold;
    case Verdict::no_trace_found:
      break;
  }
  return Tone::green;
}

Tone tone(FindingKind kind) {
  switch (kind) {
    case FindingKind::compromise:
      return Tone::red;
    case FindingKind::attempt:
    case FindingKind::exposure:
      return Tone::amber;
    case FindingKind::weakness:
      return Tone::blue;
    case FindingKind::note:
      break;
  }
  return Tone::soft;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

std::string row_line(const Terminal& t, const examine::CitedRow& row) {
  std::string line = row.at ? iso8601_spaced(*row.at).substr(0, 19) : std::string(19, ' ');
  line += "  " + row.locator.artefact;
  if (!row.locator.table.empty())
    line += fmt::format(" {}:{}", row.locator.table, row.locator.rowid);
  if (!row.locator.key_path.empty()) line += " " + row.locator.key_path;
  if (!row.value.empty()) line += fmt::format("  {}", row.value);
  if (row.truncated) line += " (name cut at 16 bytes)";
  return "      " + t.paint(Tone::soft, printable(line)) + '\n';
}

std::string finding_text(const Terminal& t, const Finding& f, std::size_t rows) {
  std::string out =
      fmt::format("\n  {} {}\n", t.paint(tone(f.kind), fmt::format("[{}]", name_of(f.kind))),
                  t.paint(Tone::bold, printable(f.title)));
  out += t.wrapped(printable(f.summary), 4);
  if (!f.benign.empty()) out += t.wrapped("Could also be: " + printable(f.benign), 4);
  if (!f.next.empty()) out += t.wrapped("Check next: " + printable(f.next), 4);
  for (std::size_t i = 0; i < f.rows.size() && i < rows; ++i) out += row_line(t, f.rows[i]);
  const auto shown = std::min<std::uint64_t>(f.rows.size(), rows);
  if (f.count > shown) {
    out += "      " + t.paint(Tone::soft, fmt::format("… {} rows in all", f.count)) + '\n';
  }
  return out;
}

std::string coverage_text(const Terminal& t, const Report& report) {
  std::string out =
      fmt::format("\n{}  {}\n", t.paint(Tone::bold, "Coverage"), coverage_line(report));
  for (const auto& entry : report.coverage) {
    const bool good = entry.state == CoverageState::parsed;
    const auto state = fmt::format("{:<19}", name_of(entry.state));
    const bool bad = entry.state == CoverageState::unreadable ||
                     entry.state == CoverageState::absent_unexpectedly ||
                     entry.state == CoverageState::partial;
    out +=
        fmt::format("  {:<39}{} {}{:>9} rows", entry.table->id, entry.table->core ? "core" : "    ",
                    t.paint(good  ? Tone::green
                            : bad ? Tone::amber
                                  : Tone::soft,
                            state),
                    entry.rows);
    if (entry.damaged_rows > 0) out += fmt::format(", {} damaged", entry.damaged_rows);
    out += '\n';
    if (!entry.why.empty() && bad) out += t.wrapped(printable(entry.why), 6);
  }
  const auto odd = report.files_missing + report.files_empty + report.files_truncated;
  if (odd > 0) {
    out += fmt::format("  of {} files listed, {} are not in the folder, {} empty, {} cut short\n",
                       report.files_listed, report.files_missing, report.files_empty,
                       report.files_truncated);
  }
  for (const auto& note : report.evidence_notes) out += t.wrapped(printable(note), 2);
  for (const auto& error : report.errors) {
    out += "  " + t.paint(Tone::red, "error") + " " + printable(error) + '\n';
  }
  return out;
}

}  // namespace

std::string summary(const Terminal& t, const Report& report, std::size_t rows) {
  std::string out = t.paint(Tone::soft, printable(device_line(report))) + "\n\n";
  out += t.paint(tone(report.verdict), upper(name_of(report.verdict))) + '\n';
  out += t.wrapped(verdict_sentence(report), 2);
  if (!report.findings.empty()) {
    out += fmt::format("\n{}  {}\n", t.paint(Tone::bold, "Findings"), report.findings.size());
  }
  for (const auto& finding : report.findings) out += finding_text(t, finding, rows);
  out += coverage_text(t, report);
  if (!report.indicator_files.empty()) {
    out += '\n' + t.paint(Tone::bold, "Indicators") + '\n' + t.wrapped(indicator_line(report), 2);
  }
  out += '\n' + t.paint(Tone::bold, "What to do now") + '\n';
  for (const auto& step : next_steps(report)) out += t.wrapped(step, 4, "  - ");
  return out;
}

}  // namespace interdict::cli
