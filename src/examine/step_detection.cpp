// A detection's step: its SELECT over the tables it names.

#include <fmt/format.h>

#include "examine/frames.hpp"
#include "examine/step.hpp"
#include "rules/engine.hpp"

namespace interdict::examine {
namespace {

constexpr std::size_t kMaxSummary = 2000;
constexpr std::size_t kMaxBlind = 1000;
constexpr std::size_t kMaxHitBytes = kMaxFrame / 2;

std::size_t bytes_of_cite(const Locator& l) {
  return sizeof l + l.artefact.size() + l.file.size() + l.table.size() + l.key_path.size();
}

/// The files that the citations name, looked up where their tables lie.
void add_cited(CitedFiles& cited, evidence::Tree& tree, const Locator& locator) {
  const auto* table = artefacts::find_table(locator.artefact);
  if (table == nullptr || cited.contains(locator.file)) return;
  for (const auto& place : table->places) {
    auto files = tree.find(place);
    if (!files) continue;
    for (auto& file : *files) cited.try_emplace(file.device_path, std::move(file));
  }
}

RuleHit rule_hit(const rules::RuleFinding& finding) {
  RuleHit hit{.kind = finding.kind,
              .at = finding.at,
              .until = finding.until,
              .title = bounded(finding.title, kMaxSummary),
              .summary = bounded(finding.summary, kMaxSummary),
              .cited = finding.cited,
              .cites = {}};
  std::size_t bytes = 0;
  for (const auto& cite : finding.cites) {
    hit.cites.push_back(bounded(cite));
    bytes += bytes_of_cite(hit.cites.back());
    if (bytes > kMaxHitBytes) break;
  }
  return hit;
}

}  // namespace

void run_detection(const rules::Detection& detection, evidence::Tree& tree, Voice& voice) {
  const auto fail = [&](const Error& error) {
    voice.say(StepSays::failed, Failure{error.code(), bounded(error.what())});
  };
  auto engine = rules::Engine::open(tree, {.tables = detection.tables});
  if (!engine) return fail(engine.error());
  auto findings = (*engine)->run(detection, kMaxFindings);
  if (!findings) return fail(findings.error());

  CitedFiles files, cited;
  std::size_t bytes = 0;
  for (const auto& finding : *findings) {
    auto hit = rule_hit(finding);
    for (const auto& cite : hit.cites) {
      bytes += bytes_of_cite(cite);
      add_cited(files, tree, cite);
      if (const auto file = files.find(cite.file); file != files.end()) cited.insert(*file);
    }
    if (bytes > kMaxCitedBytes && hit.cites.size() > 1) hit.cites.resize(1);
    voice.say(StepSays::rule_finding, hit);
  }
  if (findings->size() == kMaxFindings) {
    voice.say(StepSays::overflow, Sentence{fmt::format("ended after {} findings", kMaxFindings)});
  }
  const auto& failures = (*engine)->failures();
  for (std::size_t i = 0; i < std::min(failures.size(), kMaxBlind); ++i) {
    voice.say(StepSays::blind, Sentence{bounded(failures[i])});
  }
  say_digests(voice, tree, cited);
  voice.say(StepSays::done);
}

}  // namespace interdict::examine
