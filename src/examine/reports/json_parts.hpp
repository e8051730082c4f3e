// The pieces that several JSON outputs share: one spelling of a finding, a locator, a coverage
// entry.

#pragma once

#include "base/json_writer.hpp"
#include "examine/report.hpp"

namespace interdict::examine {

/// null when there is no time.
void write_time(JsonWriter& json, std::string_view name, const std::optional<UtcTime>& time);
void write_strings(JsonWriter& json, std::string_view name, const std::vector<std::string>& values);

void write_locator(JsonWriter& json, const Locator& locator, std::string_view sha256);
/// One object. `report` gives the digests of the files cited.
void write_finding(JsonWriter& json, const Finding& finding, const Report& report);
void write_coverage(JsonWriter& json, const ArtefactEntry& entry);

/// SHA-256 of a file that a finding cites, as the coverage holds it; empty when unknown.
std::string_view digest_of(const Report& report, const Locator& locator);

}  // namespace interdict::examine
