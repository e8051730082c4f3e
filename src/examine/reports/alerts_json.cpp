// alerts.json: our findings in the shape that scripts around MVT parse (one alert a cited row).
//
// Shape   array of {level, module, message, event_time, event, matched_indicator}; times as
//         "YYYY-MM-DD HH:MM:SS.ffffff" in UTC; indicator {value, type, name, stix2_file_name}
//         (mvt-project/mvt, docs and src/mvt/common/alerts.py, 2026).
// Levels  ours say what a finding means; MVT's say how loud it is. The mapping is below.

#include "examine/reports/json_parts.hpp"

namespace interdict::examine {
namespace alerts_json {

std::string_view level(FindingKind kind) {
  switch (kind) {
    case FindingKind::compromise:
      return "CRITICAL";
    case FindingKind::attempt:
      return "HIGH";
    case FindingKind::exposure:
      return "MEDIUM";
    case FindingKind::weakness:
      return "LOW";
    case FindingKind::note:
      break;
  }
  return "INFORMATIONAL";
}

/// The name MVT's loader gives the list that a value is put on.
std::string_view mvt_type(indicators::Type type) {
  using indicators::Type;
  switch (type) {
    case Type::domain:
    case Type::ip:
      return "domains";
    case Type::url:
      return "urls";
    case Type::email:
      return "emails";
    case Type::process:
      return "processes";
    case Type::file_name:
      return "file_names";
    case Type::file_path:
      return "file_paths";
    case Type::app_id:
      return "app_ids";
    case Type::md5:
      return "files_md5";
    case Type::sha1:
      return "files_sha1";
    case Type::sha256:
      return "files_sha256";
    case Type::cert_sha256:
      return "app_cert_hashes_sha256";
    case Type::profile_id:
      return "ios_profile_ids";
    case Type::property:
      return "android_property_names";
  }
  return "";
}

std::string_view module_of(const Report& report, const CitedRow& row) {
  for (const auto& entry : report.coverage) {
    if (entry.table->id == row.locator.artefact && !entry.table->mvt_module.empty()) {
      return entry.table->mvt_module;
    }
  }
  return row.locator.artefact;
}

void write_alert(JsonWriter& json, const Finding& finding, const CitedRow& row,
                 const Report& report) {
  json.begin_object().member("level", level(finding.kind)).member("module", module_of(report, row));
  json.member("message", finding.title);
  json.member("event_time", row.at ? iso8601_spaced(*row.at) : std::string());
  json.key("event").begin_object();
  if (!row.column.empty()) json.member(row.column, row.value);
  json.member("finding_id", finding.id).member("kind", name_of(finding.kind)).key("locator");
  write_locator(json, row.locator, digest_of(report, row.locator));
  json.end_object().key("matched_indicator");
  if (finding.indicator) {
    const auto& indicator = *finding.indicator;
    json.begin_object().member("value", indicator.value).member("type", mvt_type(indicator.type));
    json.member("name", finding.families);
    json.member("stix2_file_name",
                indicator.files.empty() ? std::string() : indicator.files.front());
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
}

Status write(const Report& report, const std::function<Status(std::string_view)>& sink) {
  JsonWriter json(4);  // as MVT indents
  json.begin_array();
  for (const auto& finding : report.findings) {
    for (const auto& row : finding.rows) write_alert(json, finding, row, report);
    if (finding.rows.empty()) write_alert(json, finding, CitedRow{}, report);
  }
  json.end_array();
  TRY(sink(json.text()));
  return sink("\n");
}

constexpr Output kOutput{.file_name = "alerts.json", .write = write};
const RegisterOutput kRegistered{kOutput};

}  // namespace alerts_json
}  // namespace interdict::examine
