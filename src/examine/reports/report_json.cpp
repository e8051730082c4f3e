// report.json: the whole answer for machines. docs/report.md documents every member.
//
// Everything that differs between two runs on the same input stands in "run", the last member.

#include "examine/reports/json_parts.hpp"

namespace interdict::examine {
namespace report_json {

void write_device(JsonWriter& json, const evidence::Facts& device) {
  json.key("device").begin_object();
  json.member("product_type", device.product_type)
      .member("product_version", device.product_version);
  json.member("build", device.build).member("name", device.device_name);
  json.member("serial_number", device.serial_number);
  json.member("unique_identifier", device.unique_identifier).end_object();
}

void write_evidence(JsonWriter& json, const Report& report) {
  json.key("evidence").begin_object().member("container", "iOS backup");
  json.member("encrypted", report.device.encrypted).member("damaged", report.evidence_damaged);
  json.member("path_convention", report.device.path_convention);
  write_strings(json, "notes", report.evidence_notes);
  json.key("files").begin_object().member("listed", report.files_listed);
  json.member("missing", report.files_missing).member("empty", report.files_empty);
  json.member("truncated", report.files_truncated).end_object().end_object();
}

void write_indicators(JsonWriter& json, const Report& report) {
  json.key("indicators").begin_object();
  json.member("count", static_cast<std::uint64_t>(report.indicator_count));
  json.member("digest", report.indicator_digest);
  json.key("files").begin_array();
  for (const auto& file : report.indicator_files) {
    json.begin_object().member("name", file.name).member("sha256", file.sha256);
    json.member("indicators", file.indicators).member("revoked", file.revoked).end_object();
  }
  json.end_array().key("not_evaluated").begin_array();
  for (const auto& entry : report.not_evaluated) {
    json.begin_object().member("file", entry.file).member("id", entry.id);
    json.member("pattern", entry.pattern).member("why", entry.why).end_object();
  }
  json.end_array().key("out_of_reach").begin_object();
  for (const auto& entry : report.out_of_reach) json.member(entry.what, entry.count);
  json.end_object().end_object();
}

void write_rules(JsonWriter& json, const Report& report) {
  json.key("rules").begin_array();
  for (const auto& rule : report.rules) {
    json.begin_object().member("id", rule.id).member("version", rule.version);
    json.member("sha256", rule.sha256).member("findings", rule.findings);
    json.member("error", rule.error);
    write_strings(json, "blind", rule.blind);
    json.end_object();
  }
  json.end_array();
}

void write_run(JsonWriter& json, const RunHeader& run) {
  json.key("run").begin_object().member("program", run.program);
  write_time(json, "started", run.started);
  json.member("seconds", run.seconds).member("evidence_path", run.evidence_path).end_object();
}

Status write(const Report& report, const std::function<Status(std::string_view)>& sink) {
  JsonWriter json(2);
  json.begin_object().member("schema", "interdict-report-1");
  json.member("verdict", name_of(report.verdict));
  write_strings(json, "core_stores_not_read", report.unread_core);
  write_device(json, report.device);
  write_evidence(json, report);
  json.key("findings").begin_array();
  for (const auto& finding : report.findings) write_finding(json, finding, report);
  json.end_array().key("coverage").begin_array();
  for (const auto& entry : report.coverage) write_coverage(json, entry);
  json.end_array();
  write_rules(json, report);
  write_indicators(json, report);
  write_strings(json, "errors", report.errors);
  write_strings(json, "sandbox", report.sandbox);
  write_run(json, report.run);
  json.end_object();
  TRY(sink(json.text()));
  return sink("\n");
}

constexpr Output kOutput{.file_name = "report.json", .write = write};
const RegisterOutput kRegistered{kOutput};

}  // namespace report_json
}  // namespace interdict::examine
