// What a run will do, known before any phone byte is read: its steps, in the order of the report.

#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "artefacts/table.hpp"
#include "base/file.hpp"
#include "base/result.hpp"
#include "rules/detections.hpp"

namespace interdict::examine {

/// Exactly one of table and detection is set; neither: the merge of the timeline.
struct Step {
  const artefacts::Table* table = nullptr;
  const rules::Detection* detection = nullptr;
  Fd file;  // with an output folder: of a table its timeline runs, of the merge timeline.csv

  [[nodiscard]] std::string_view name() const;
};

/// The tables asked for (all when none is), sorted by id. Errc::usage for an unknown name, with the
/// nearest one that exists.
Result<std::vector<const artefacts::Table*>> select_tables(std::span<const std::string> names);

/// Tables, then the detections that need no other table.
std::vector<Step> plan(std::span<const artefacts::Table* const> tables);

/// Gives every table an unnamed file in `out` for its timeline runs, and adds the step that merges
/// them into `csv`. All are opened here, because the worker may open nothing for writing.
Status add_timeline(std::vector<Step>& steps, const std::filesystem::path& out, Fd csv);

/// Whether all tables of a detection are among `tables`, which are sorted by id.
bool needs_only(const rules::Detection& detection, std::span<const artefacts::Table* const> tables);

}  // namespace interdict::examine
