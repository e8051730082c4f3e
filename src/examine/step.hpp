// A step: one table or one detection, run in a runner.
//
// Bounds  kMaxFindings a step; kMaxCitedBytes of cited rows, beyond which a finding keeps its first
//         row and its count. What is left out is said (StepSays::overflow).

#pragma once

#include <cstdint>

#include "artefacts/table.hpp"
#include "evidence/tree.hpp"
#include "examine/voice.hpp"
#include "indicators/indicators.hpp"
#include "rules/detections.hpp"

namespace interdict::examine {

inline constexpr std::size_t kMaxFindings = 10'000;
inline constexpr std::size_t kMaxCitedBytes = 8u << 20;
inline constexpr std::size_t kMaxCitedValue = 1024;

/// Reads a table once: matches its rows, collects its moments, counts what was odd.
/// timeline: descriptor of its run file, or -1.
void run_table(const artefacts::Table& table, evidence::Tree& tree, const indicators::Set& set,
               int timeline, Voice& voice);

void run_detection(const rules::Detection& detection, evidence::Tree& tree, Voice& voice);

}  // namespace interdict::examine
