// A table's step: one pass over its rows that feeds the matcher, the timeline and the coverage.

#include <algorithm>
#include <functional>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "artefacts/scan.hpp"
#include "examine/report.hpp"
#include "examine/step.hpp"
#include "examine/timeline.hpp"

namespace interdict::examine {
namespace {

using artefacts::ColumnKind;
using artefacts::Scan;
using artefacts::Table;
using artefacts::Value;

constexpr std::size_t kMaxSources = 20'000;
constexpr std::size_t kMaxSentence = 400;  // with the limits of Notes a source stays within a frame

bool is_in_link(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("\"<>`").find(c) == std::string_view::npos;
}

/// What a report shows of a match: the whole cell, but of a person's text the link alone, and in
/// any case no more than fits.
std::string_view context_of(ColumnKind kind, std::string_view cell, std::string_view matched) {
  const std::less_equal<const char*> not_after;
  const bool inside = not_after(cell.data(), matched.data()) &&
                      not_after(matched.data() + matched.size(), cell.data() + cell.size());
  if (!inside) return matched;  // of a value that the cell spells otherwise
  auto begin = static_cast<std::size_t>(matched.data() - cell.data());
  auto end = begin + matched.size();
  const auto widen = [&](bool (*belongs)(char)) {
    while (begin > 0 && end - begin < kMaxCitedValue && belongs(cell[begin - 1])) --begin;
    while (end < cell.size() && end - begin < kMaxCitedValue && belongs(cell[end])) ++end;
  };
  widen(kind == ColumnKind::free_text ? is_in_link : [](char) { return true; });
  return cell.substr(begin, end - begin);
}

/// What the indicators hit in this table.
class Tallies {
 public:
  Tallies(const Table& table, const Scan& scan, Voice& voice)
      : table_(table), scan_(scan), voice_(voice) {}

  void add(const indicators::Hit& hit) {
    const auto row = scan_.row();
    const auto kind = table_.grade != nullptr ? table_.grade(hit.column, row)
                                              : table_.columns[hit.column].on_match;
    auto known = by_indicator_.find(hit.indicator);
    if (known == by_indicator_.end()) {
      if (by_indicator_.size() == kMaxFindings) {
        left_out_ = true;
        return;
      }
      known = by_indicator_.emplace(hit.indicator, Tally{}).first;
      order_.push_back(hit.indicator);
    }
    Tally& tally = known->second;
    const auto at = moment_of(table_, row);
    if (at) {
      tally.first = std::min(tally.first.value_or(*at), *at);
      tally.last = std::max(tally.last.value_or(*at), *at);
    }
    tally.kind = std::max(tally.kind, kind);
    if (tally.count++ < kMaxCitedRows) cite(hit, tally, kind, at);
  }

  void say_totals() {
    for (const auto indicator : order_) {
      const Tally& t = by_indicator_.at(indicator);
      voice_.say(StepSays::total, Total{indicator, t.kind, t.count, t.first, t.last});
    }
    if (left_out_) {
      voice_.say(StepSays::overflow,
                 Sentence{fmt::format("more than {} indicators matched; the others are left out",
                                      kMaxFindings)});
    }
  }

  [[nodiscard]] const CitedFiles& cited() const { return cited_; }

 private:
  struct Tally {
    std::uint64_t count = 0;
    FindingKind kind = FindingKind::note;
    std::optional<UtcTime> first, last;
  };

  void cite(const indicators::Hit& hit, const Tally& tally, FindingKind kind,
            std::optional<UtcTime> at) {
    if (tally.count > 1 && cited_bytes_ > kMaxCitedBytes) return;
    Hit said{.indicator = hit.indicator,
             .column = static_cast<std::uint16_t>(hit.column),
             .kind = kind,
             .truncated = hit.truncated,
             .at = at,
             .value = bounded(context_of(table_.columns[hit.column].kind,
                                         scan_.row()[hit.column].as_text(), hit.matched),
                              kMaxCitedValue),
             .locator = bounded(scan_.locator())};
    cited_bytes_ +=
        sizeof(Hit) + said.value.size() + said.locator.file.size() + said.locator.key_path.size();
    voice_.say(StepSays::hit, said);
    cited_.try_emplace(scan_.file().device_path, scan_.file());
  }

  const Table& table_;
  const Scan& scan_;
  Voice& voice_;
  std::unordered_map<std::uint32_t, Tally> by_indicator_;
  std::vector<std::uint32_t> order_;
  CitedFiles cited_;
  std::size_t cited_bytes_ = 0;
  bool left_out_ = false;
};

/// A table that lists the files of the evidence says in a column `stored` what became of each.
class InventoryCount {
 public:
  InventoryCount(const Table& table, Voice& voice)
      : voice_(voice), stored_(table.column("stored").value_or(kNone)) {
    for (std::size_t i = 0; i < table.columns.size() && path_ == kNone; ++i) {
      if (table.columns[i].kind == ColumnKind::file_path) path_ = i;
    }
  }

  void add(std::span<const Value> row) {
    if (stored_ == kNone || row[stored_].is_null()) return;
    const auto how = row[stored_].as_text();
    ++counts_.listed;
    if (how == name_of(evidence::Stored::whole)) return;
    if (how == name_of(evidence::Stored::missing)) ++counts_.missing;
    if (how == name_of(evidence::Stored::empty)) ++counts_.empty;
    if (how == name_of(evidence::Stored::truncated)) ++counts_.truncated;
    if (path_ == kNone || said_ == kMaxOddFiles) return;
    ++said_;
    voice_.say(StepSays::odd_file,
               Sentence{fmt::format("{}: {}", bounded(row[path_].as_text()), bounded(how, 64))});
  }

  void say() {
    if (stored_ != kNone) voice_.say(StepSays::inventory, counts_);
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  Voice& voice_;
  std::size_t stored_, path_ = kNone;  // columns
  Inventory counts_;
  std::size_t said_ = 0;
};

/// Whether a source of this table is listed, but its content is nowhere in the evidence.
bool not_stored(const Table& table, evidence::Tree& tree, std::string_view device_path) {
  for (const auto& place : table.places) {
    const auto files = tree.find(place);
    if (!files) continue;
    for (const auto& file : *files) {
      if (file.device_path != device_path) continue;
      const auto content = tree.open(file);
      return !content && content.error().code() == Errc::not_found;
    }
  }
  return false;
}

SourceSeen source_seen(const artefacts::SourceCoverage& coverage) {
  SourceSeen seen;
  seen.file = bounded(coverage.file);
  seen.rows = coverage.rows;
  seen.damaged_rows = coverage.notes.damaged_rows;
  for (const auto& [reason, count] : coverage.notes.reasons) {
    seen.reasons[bounded(reason, kMaxSentence)] += count;
  }
  for (const auto& sentence : coverage.notes.sentences) {
    seen.notes.push_back(bounded(sentence, kMaxSentence));
  }
  if (coverage.error_code) {
    seen.ended_early = true;
    seen.code = *coverage.error_code;
    seen.error = bounded(coverage.error, kMaxSentence);
  }
  return seen;
}

void say_sources(const Table& table, evidence::Tree& tree, const Scan& scan, Voice& voice) {
  const auto& all = scan.coverage();
  const auto said = std::min(all.size(), kMaxSources);
  for (std::size_t i = 0; i < said; ++i) {
    auto seen = source_seen(*all[i]);
    if (seen.ended_early && seen.code == Errc::not_found) {
      seen.not_stored = not_stored(table, tree, all[i]->file);
    }
    voice.say(StepSays::source, seen);
  }
  if (said < all.size()) {
    voice.say(StepSays::overflow,
              Sentence{fmt::format("{} sources; the first {} are listed", all.size(), said)});
  }
}

}  // namespace

void run_table(const Table& table, evidence::Tree& tree, const indicators::Set& set, int timeline,
               Voice& voice) {
  Scan scan(table, tree);
  indicators::Matcher matcher(set, table);
  Tallies tallies(table, scan, voice);
  InventoryCount inventory(table, voice);
  std::optional<TimelineRuns> runs;
  if (timeline >= 0) runs.emplace(table, timeline);
  const std::function<void(const indicators::Hit&)> found = [&](const auto& h) { tallies.add(h); };
  const std::function<Locator()> locator = [&] { return scan.locator(); };

  Status written = ok();
  while (written && scan.next()) {
    matcher.match(scan.row(), found);
    inventory.add(scan.row());
    if (runs) written = runs->add(scan.row(), locator);
    voice.count_row();
  }
  if (written && runs) written = runs->finish();
  if (!written) {
    return voice.say(StepSays::output_failed,
                     Failure{written.error().code(), written.error().what()});
  }
  tallies.say_totals();
  inventory.say();
  say_sources(table, tree, scan, voice);
  say_digests(voice, tree, tallies.cited());
  voice.say(StepSays::done);
}

}  // namespace interdict::examine
