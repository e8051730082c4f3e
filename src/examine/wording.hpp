// What a finding of an indicator says to a person who has never heard of indicators.

#pragma once

#include <string>

#include "artefacts/table.hpp"
#include "examine/report.hpp"
#include "indicators/indicators.hpp"

namespace interdict::examine {

/// "Process BackupAgent, listed as Operation Triangulation, was seen in: data usage of processes".
std::string title_of(const indicators::Indicator& indicator, const artefacts::Table& table);
/// How often, when, in what, and where the list comes from. `finding` has its counts and indicator.
std::string summary_of(const Finding& finding, const artefacts::Table& table);
/// What else could cause it.
std::string benign_causes(indicators::Type type);
/// What to check next.
std::string what_next(FindingKind kind, indicators::Type type);

}  // namespace interdict::examine
