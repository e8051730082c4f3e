// findings.jsonl: one finding a line, for log pipelines.

#include "examine/reports/json_parts.hpp"

namespace interdict::examine {
namespace findings_jsonl {

Status write(const Report& report, const std::function<Status(std::string_view)>& sink) {
  for (const auto& finding : report.findings) {
    JsonWriter json;
    write_finding(json, finding, report);
    TRY(sink(json.text()));
    TRY(sink("\n"));
  }
  return ok();
}

constexpr Output kOutput{.file_name = "findings.jsonl", .write = write};
const RegisterOutput kRegistered{kOutput};

}  // namespace findings_jsonl
}  // namespace interdict::examine
