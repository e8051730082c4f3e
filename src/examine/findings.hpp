// From what the steps said to findings: hits grouped by indicator, given an id, kind and words.

#pragma once

#include <vector>

#include "artefacts/table.hpp"
#include "examine/report.hpp"
#include "examine/step_log.hpp"
#include "indicators/indicators.hpp"
#include "rules/detections.hpp"

namespace interdict::examine {

/// One finding for each indicator that matched in this table. A step that did not come to its end
/// said no totals: its findings count the rows that it reported.
std::vector<Finding> findings_of(const artefacts::Table& table, const StepLog& log,
                                 const indicators::Set& set);
/// One finding for each row of the detection's answer.
std::vector<Finding> findings_of(const rules::Detection& detection, const StepLog& log);

/// By falling kind, then id. Findings whose ids are equal get different ones.
void put_in_order(std::vector<Finding>& findings);

}  // namespace interdict::examine
