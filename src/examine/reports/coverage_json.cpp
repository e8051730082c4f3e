// coverage.json: what was read, what was not and why, down to every file that is not as listed.

#include "examine/reports/json_parts.hpp"

namespace interdict::examine {
namespace coverage_json {

Status write(const Report& report, const std::function<Status(std::string_view)>& sink) {
  JsonWriter json(2);
  json.begin_object().member("schema", "interdict-coverage-1");
  write_strings(json, "core_stores_not_read", report.unread_core);
  json.key("artefacts").begin_array();
  for (const auto& entry : report.coverage) write_coverage(json, entry);
  json.end_array().key("files").begin_object().member("listed", report.files_listed);
  json.member("missing", report.files_missing).member("empty", report.files_empty);
  json.member("truncated", report.files_truncated);
  write_strings(json, "odd", report.odd_files);
  const auto odd = report.files_missing + report.files_empty + report.files_truncated;
  json.member("odd_not_named", odd - std::min<std::uint64_t>(odd, report.odd_files.size()));
  json.end_object();
  write_strings(json, "evidence_notes", report.evidence_notes);
  write_strings(json, "errors", report.errors);
  json.end_object();
  TRY(sink(json.text()));
  return sink("\n");
}

constexpr Output kOutput{.file_name = "coverage.json", .write = write};
const RegisterOutput kRegistered{kOutput};

}  // namespace coverage_json
}  // namespace interdict::examine
