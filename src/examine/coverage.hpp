// What was read and what was not: a state and a sentence for every table.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "artefacts/table.hpp"
#include "evidence/tree.hpp"
#include "examine/report.hpp"
#include "examine/step_log.hpp"

namespace interdict::examine {

struct Coverage {
  ArtefactEntry entry;
  bool unread = false;   // of a core store: a trace in it could have been missed
  bool damaged = false;  // of a core store: it is there, but could not be read as it should
};

/// `why_unfinished`: of the step; empty when it came to its end.
/// A core store counts as read when every source that is there was read to its end, even if some
/// rows were damaged, or when this phone cannot have it. One that the phone has but this kind of
/// backup leaves out is unread.
Coverage coverage_of(const artefacts::Table& table, const evidence::Facts& facts,
                     const StepLog& log, std::string_view why_unfinished);

}  // namespace interdict::examine
