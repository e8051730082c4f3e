// The sentences in which a report answers a person: one place, so that the terminal and the page
// never say different things.

#pragma once

#include <string>
#include <vector>

#include "examine/report.hpp"

namespace interdict::examine {

/// "No trace found." and what that is worth; two or three sentences.
std::string verdict_sentence(const Report& report);
/// What to do now, most urgent first.
std::vector<std::string> next_steps(const Report& report);
/// "code ran on this phone or was planted" …
std::string_view meaning_of(FindingKind kind);
/// "iPhone12,3, iOS 17.5.1 (21F90), encrypted backup".
std::string device_line(const Report& report);
/// "5 of 10 artefacts read, 3 absent as expected, 2 absent unexpectedly".
std::string coverage_line(const Report& report);
/// "5713 given; 12 could not be looked for, since …; 4 patterns were not evaluated …".
std::string indicator_line(const Report& report);
std::size_t count_of(const Report& report, FindingKind kind);

}  // namespace interdict::examine
