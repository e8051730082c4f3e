#include "examine/reports/json_parts.hpp"

namespace interdict::examine {

void write_time(JsonWriter& json, std::string_view name, const std::optional<UtcTime>& time) {
  json.key(name);
  time ? json.string(iso8601(*time)) : json.null();
}

void write_strings(JsonWriter& json, std::string_view name,
                   const std::vector<std::string>& values) {
  json.key(name).begin_array();
  for (const auto& value : values) json.string(value);
  json.end_array();
}

std::string_view digest_of(const Report& report, const Locator& locator) {
  for (const auto& entry : report.coverage) {
    if (entry.table->id != locator.artefact) continue;
    for (const auto& source : entry.sources) {
      if (source.file == locator.file) return source.sha256;
    }
  }
  return {};
}

void write_locator(JsonWriter& json, const Locator& locator, std::string_view sha256) {
  json.begin_object().member("artefact", locator.artefact).member("file", locator.file);
  if (!sha256.empty()) json.member("sha256", sha256);
  if (!locator.table.empty()) json.member("table", locator.table).member("rowid", locator.rowid);
  if (!locator.key_path.empty()) json.member("key_path", locator.key_path);
  json.end_object();
}

namespace {

void write_indicator(JsonWriter& json, const indicators::Indicator& indicator) {
  json.begin_object().member("type", indicators::name_of(indicator.type));
  json.member("value", indicator.value);
  if (!indicator.pattern.empty()) json.member("pattern", indicator.pattern);
  write_strings(json, "collections", indicator.collections);
  write_strings(json, "files", indicator.files);
  write_strings(json, "stix_ids", indicator.ids);
  json.end_object();
}

void write_row(JsonWriter& json, const CitedRow& row, const Report& report) {
  json.begin_object();
  write_time(json, "at", row.at);
  if (!row.column.empty()) json.member("column", row.column).member("value", row.value);
  if (row.truncated) json.member("name_cut_by_kernel", true);
  json.key("locator");
  write_locator(json, row.locator, digest_of(report, row.locator));
  json.end_object();
}

void write_source(JsonWriter& json, const SourceEntry& source) {
  json.begin_object().member("file", source.file);
  if (!source.sha256.empty()) json.member("sha256", source.sha256);
  json.member("rows", source.rows).member("damaged_rows", source.damaged_rows);
  json.key("damage").begin_object();
  for (const auto& [reason, count] : source.reasons) json.member(reason, count);
  json.end_object();
  write_strings(json, "notes", source.notes);
  if (!source.error.empty()) json.member("error", source.error);
  json.end_object();
}

}  // namespace

void write_finding(JsonWriter& json, const Finding& finding, const Report& report) {
  json.begin_object().member("id", finding.id).member("kind", name_of(finding.kind));
  json.member("title", finding.title).member("summary", finding.summary);
  json.member("artefact", finding.artefact);
  json.key("indicator");
  finding.indicator ? write_indicator(json, *finding.indicator) : void(json.null());
  json.key("rule");
  if (finding.rule_id.empty()) {
    json.null();
  } else {
    json.begin_object().member("id", finding.rule_id).member("version", finding.rule_version);
    json.member("sha256", finding.rule_sha256).member("sources", finding.sources);
    json.member("baseline", finding.baseline).end_object();
  }
  json.member("families", finding.families).member("benign", finding.benign);
  json.member("next", finding.next).member("count", finding.count);
  write_time(json, "first_seen", finding.first_seen);
  write_time(json, "last_seen", finding.last_seen);
  json.key("rows").begin_array();
  for (const auto& row : finding.rows) write_row(json, row, report);
  json.end_array().end_object();
}

void write_coverage(JsonWriter& json, const ArtefactEntry& entry) {
  json.begin_object().member("artefact", entry.table->id).member("summary", entry.table->summary);
  json.member("core", entry.table->core).member("state", name_of(entry.state));
  json.member("why", entry.why);
  json.member("rows", entry.rows).member("damaged_rows", entry.damaged_rows);
  json.key("sources").begin_array();
  for (const auto& source : entry.sources) write_source(json, source);
  json.end_array().end_object();
}

}  // namespace interdict::examine
