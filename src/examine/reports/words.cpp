#include "examine/reports/words.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace interdict::examine {

std::size_t count_of(const Report& report, FindingKind kind) {
  return static_cast<std::size_t>(std::ranges::count(report.findings, kind, &Finding::kind));
}

namespace {

std::string unread_sentence(const Report& report) {
  if (report.unread_core.empty()) return "Every core store was read.";
  return fmt::format(
      "Core stores not read: {}. Traces that only they hold would not have been seen.",
      fmt::join(report.unread_core, ", "));
}

}  // namespace

std::string verdict_sentence(const Report& report) {
  switch (report.verdict) {
    case Verdict::compromised:
      return "Code of known monitoring software ran on this phone, or was planted on it. Read the "
             "findings below: each cites the rows that show it.";
    case Verdict::suspicious:
      return "Traces of an attack, or of contact with listed addresses, were found. That is not "
             "yet "
             "proof that code ran on the phone. " +
             unread_sentence(report);
    case Verdict::inconclusive:
      return "This evidence does not allow an answer: it is damaged, or none of the core stores "
             "could "
             "be read. " +
             unread_sentence(report);
    case Verdict::no_trace_found:
      break;
  }
  return "None of the traces we look for is in what was read. This is not a clean bill of health: "
         "software that leaves other traces, or none in a backup, is not seen. " +
         unread_sentence(report);
}

std::vector<std::string> next_steps(const Report& report) {
  std::vector<std::string> steps;
  if (report.verdict == Verdict::compromised || report.verdict == Verdict::suspicious) {
    steps.emplace_back(
        "Do not restart, update or reset the phone yet, and do not discuss this on it: traces in "
        "memory and logs are lost by a restart.");
    steps.emplace_back(
        "Keep this backup as it is, take a sysdiagnose, and show this report to your security "
        "officer or a laboratory you trust.");
  }
  if (!report.unread_core.empty() && !report.device.encrypted) {
    steps.emplace_back(
        "Make an encrypted backup and examine that: it holds stores that a plain one leaves out "
        "(Safari history, calls, health).");
  } else if (!report.unread_core.empty()) {
    steps.emplace_back("Make a new backup and examine that: core stores are missing in this one.");
  }
  if (count_of(report, FindingKind::weakness) > 0) {
    steps.emplace_back("Once the evidence is safe, install the newest system version.");
  }
  if (report.indicator_count == 0) {
    steps.emplace_back("Give indicator files with -i: without them only behaviour was examined.");
  }
  if (steps.empty()) {
    steps.emplace_back("Keep the system up to date; examine again when there is a new reason to.");
  }
  return steps;
}

std::string_view meaning_of(FindingKind kind) {
  constexpr std::array<std::string_view, 5> kMeanings{
      "worth knowing, means nothing alone", "makes the phone easier to attack",
      "contact with a listed address or thing", "an attack reached the phone",
      "code ran on the phone or was planted"};
  return kMeanings[static_cast<std::size_t>(kind)];
}

std::string device_line(const Report& report) {
  const auto& d = report.device;
  std::string line = d.product_type.empty() ? "unknown device" : d.product_type;
  if (!d.product_version.empty()) line += fmt::format(", iOS {}", d.product_version);
  if (!d.build.empty()) line += fmt::format(" ({})", d.build);
  return line + (d.encrypted ? ", encrypted backup" : ", unencrypted backup");
}

std::string coverage_line(const Report& report) {
  std::array<std::size_t, 5> counts{};
  for (const auto& entry : report.coverage) ++counts[static_cast<std::size_t>(entry.state)];
  std::vector<std::string> parts;
  const auto add = [&](CoverageState state) {
    const auto n = counts[static_cast<std::size_t>(state)];
    if (n > 0) parts.push_back(fmt::format("{} {}", n, name_of(state)));
  };
  for (const auto state : {CoverageState::parsed, CoverageState::partial, CoverageState::unreadable,
                           CoverageState::absent_unexpectedly, CoverageState::absent_as_expected}) {
    add(state);
  }
  return fmt::format("{} artefacts: {}", report.coverage.size(), fmt::join(parts, ", "));
}

std::string indicator_line(const Report& report) {
  std::string line = fmt::format("{} given", report.indicator_count);
  std::vector<std::string> kinds;
  std::uint64_t count = 0;
  for (const auto& entry : report.out_of_reach) {
    kinds.push_back(fmt::format("{} {}", entry.count, entry.what));
    count += entry.count;
  }
  if (count > 0) {
    line += fmt::format(
        "; {} could not be looked for, since no store that was asked for holds such "
        "values: {}",
        count, fmt::join(kinds, ", "));
  }
  if (const auto n = report.not_evaluated.size(); n > 0) {
    line += fmt::format("; {} {} not evaluated (interdict indicators tells why)", n,
                        n == 1 ? "pattern was" : "patterns were");
  }
  if (count == 0 && report.not_evaluated.empty()) line += "; all were looked for";
  return line;
}

}  // namespace interdict::examine
