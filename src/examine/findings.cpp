#include "examine/findings.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "examine/step.hpp"
#include "examine/wording.hpp"

namespace interdict::examine {
namespace {

constexpr std::size_t kIdDigits = 16;

/// What makes a finding this finding, whichever run or twin of the backup it is found in.
std::string id_of(std::initializer_list<std::string_view> parts) {
  crypto::Sha256Stream digest;
  for (const auto part : parts) {
    digest.update(bytes_of(std::to_string(part.size())));
    digest.update(bytes_of(":"));
    digest.update(bytes_of(part));
  }
  return hex(digest.finish()).substr(0, kIdDigits);
}

CitedRow cited_row(const artefacts::Table& table, const Hit& hit) {
  CitedRow row{.locator = hit.locator,
               .at = hit.at,
               .column = std::string(table.columns[hit.column].name),
               .value = repair_utf8(hit.value),
               .truncated = hit.truncated};
  row.locator.artefact = table.id;
  return row;
}

void add_row(Finding& finding, const artefacts::Table& table, const Hit& hit) {
  ++finding.count;
  finding.kind = std::max(finding.kind, hit.kind);
  if (hit.at) {
    finding.first_seen = std::min(finding.first_seen.value_or(*hit.at), *hit.at);
    finding.last_seen = std::max(finding.last_seen.value_or(*hit.at), *hit.at);
  }
  if (finding.rows.size() < kMaxCitedRows) finding.rows.push_back(cited_row(table, hit));
}

void put_into_words(Finding& finding, const artefacts::Table& table) {
  const auto& indicator = *finding.indicator;
  finding.artefact = table.id;
  finding.families = fmt::format("{}", fmt::join(indicator.collections, ", "));
  finding.title = title_of(indicator, table);
  finding.summary = summary_of(finding, table);
  finding.benign = benign_causes(indicator.type);
  finding.next = what_next(finding.kind, indicator.type);
  finding.id = id_of({table.id, name_of(indicator.type), indicator.value, indicator.pattern});
}

Finding finding_of(const rules::Detection& detection, const RuleHit& hit) {
  Finding finding;
  finding.kind = hit.kind;
  finding.title = repair_utf8(hit.title.empty() ? detection.title : hit.title);
  finding.summary = repair_utf8(hit.summary);
  finding.rule_id = detection.id;
  finding.rule_version = detection.version;
  finding.rule_sha256 = detection.sha256;
  finding.families = detection.families;
  finding.sources = detection.sources;
  finding.baseline = detection.baseline;
  finding.benign = detection.benign;
  finding.next = detection.next;
  finding.first_seen = hit.at;
  finding.last_seen = hit.until;
  const auto cited = std::min(hit.cites.size(), kMaxCitedRows);
  for (std::size_t i = 0; i < cited; ++i) finding.rows.emplace_back().locator = hit.cites[i];
  finding.count = std::max<std::uint64_t>(hit.cited, cited);
  std::string first;
  if (cited > 0) {
    finding.artefact = hit.cites.front().artefact;
    first = hit.cites.front().to_text();
  } else if (!detection.tables.empty()) {
    finding.artefact = detection.tables.front()->id;
  }
  finding.id = id_of({detection.id, finding.title, finding.summary, first});
  return finding;
}

}  // namespace

std::vector<Finding> findings_of(const artefacts::Table& table, const StepLog& log,
                                 const indicators::Set& set) {
  std::map<std::uint32_t, Finding> by_indicator;
  for (const Hit& hit : log.hits) {
    if (hit.indicator >= set.size() || hit.column >= table.columns.size()) continue;
    if (by_indicator.size() == kMaxFindings && !by_indicator.contains(hit.indicator)) continue;
    add_row(by_indicator[hit.indicator], table, hit);
  }
  for (const Total& total : log.totals) {
    const auto found = by_indicator.find(total.indicator);
    if (found == by_indicator.end()) continue;
    Finding& finding = found->second;
    finding.count = std::max(finding.count, total.count);
    finding.kind = total.kind;
    finding.first_seen = total.first;
    finding.last_seen = total.last;
  }
  std::vector<Finding> findings;
  for (auto& [indicator, finding] : by_indicator) {
    finding.indicator = set.describe(indicator);
    put_into_words(finding, table);
    findings.push_back(std::move(finding));
  }
  return findings;
}

std::vector<Finding> findings_of(const rules::Detection& detection, const StepLog& log) {
  std::vector<Finding> findings;
  for (const RuleHit& hit : log.rule_hits) {
    if (findings.size() == kMaxFindings) break;
    findings.push_back(finding_of(detection, hit));
  }
  return findings;
}

void put_in_order(std::vector<Finding>& findings) {
  std::map<std::string, std::size_t, std::less<>> seen;
  for (Finding& finding : findings) {
    const auto before = seen[finding.id]++;
    if (before > 0) finding.id = id_of({finding.id, std::to_string(before)});
  }
  std::ranges::sort(findings, [](const Finding& a, const Finding& b) {
    if (a.kind != b.kind) return a.kind > b.kind;
    // What has no time stands behind what has one.
    const auto first = [](const Finding& f) {
      return f.first_seen ? f.first_seen->micros : std::numeric_limits<std::int64_t>::max();
    };
    return std::tuple(first(a), std::string_view(a.title), std::string_view(a.id)) <
           std::tuple(first(b), std::string_view(b.title), std::string_view(b.id));
  });
}

}  // namespace interdict::examine
