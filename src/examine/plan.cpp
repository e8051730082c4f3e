#include "examine/plan.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "examine/timeline.hpp"

namespace interdict::examine {
namespace {

std::size_t distance_to(std::string_view name, const artefacts::Table& table) {
  const auto bare = table.id.substr(table.id.find('/') + 1);
  constexpr std::size_t kFar = 48;
  return std::min({edit_distance(name, table.id, kFar), edit_distance(name, table.sql_name(), kFar),
                   edit_distance(name, bare, kFar)});
}

Error unknown_table(std::string_view name) {
  constexpr std::size_t kLongestName = 64;
  const auto shown = printable(name.substr(0, kLongestName));
  const auto all = artefacts::tables();
  const auto nearest = std::ranges::min_element(all, {}, [&](const artefacts::Table* table) {
    return distance_to(name.substr(0, kLongestName), *table);
  });
  if (nearest == all.end()) return {Errc::usage, fmt::format("there is no table \"{}\"", shown)};
  return {Errc::usage,
          fmt::format("there is no table \"{}\": did you mean {}?", shown, (*nearest)->id)};
}

}  // namespace

std::string_view Step::name() const {
  if (table != nullptr) return table->id;
  return detection != nullptr ? std::string_view(detection->id) : "timeline";
}

Result<std::vector<const artefacts::Table*>> select_tables(std::span<const std::string> names) {
  const auto all = artefacts::tables();
  if (names.empty()) return std::vector<const artefacts::Table*>(all.begin(), all.end());
  std::vector<const artefacts::Table*> selected;
  for (const auto& name : names) {
    const auto* table = artefacts::find_table(name);
    if (table == nullptr) return unknown_table(name);
    selected.push_back(table);
  }
  std::ranges::sort(selected, {}, &artefacts::Table::id);
  const auto repeated = std::ranges::unique(selected);
  selected.erase(repeated.begin(), repeated.end());
  return selected;
}

bool needs_only(const rules::Detection& detection,
                std::span<const artefacts::Table* const> tables) {
  return std::ranges::all_of(detection.tables, [&](const artefacts::Table* table) {
    return std::ranges::binary_search(tables, table->id, {}, &artefacts::Table::id);
  });
}

std::vector<Step> plan(std::span<const artefacts::Table* const> tables) {
  std::vector<Step> steps;
  for (const auto* table : tables) steps.emplace_back().table = table;
  for (const auto& detection : rules::detections()) {
    if (needs_only(detection, tables)) steps.emplace_back().detection = &detection;
  }
  return steps;
}

Status add_timeline(std::vector<Step>& steps, const std::filesystem::path& out, Fd csv) {
  for (Step& step : steps) {
    if (step.table != nullptr) step.file = TRY_WITHIN("writing", unnamed_file(out));
  }
  steps.emplace_back().file = std::move(csv);
  return ok();
}

}  // namespace interdict::examine
