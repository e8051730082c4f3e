#include <fmt/format.h>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "replay/outputs.hpp"

namespace interdict::replay {
namespace {

/// With nothing that drives a terminal or a spreadsheet.
std::string cell(std::string_view value) { return csv_cell(printable(value)); }

std::string stages_cell(const policy::Ban& ban, const Row& row) {
  std::string out;
  for (const auto& use : row.uses) {
    const auto& rule = ban.rules[use.rule];
    const std::string_view doubt = use.belongs == StageUse::Belongs::yes        ? ""
                                   : use.belongs == StageUse::Belongs::conflict ? " (conflict)"
                                                                                : " (not known)";
    out +=
        fmt::format("{}{} {} {} {}{}", out.empty() ? "" : "; ", rule.id,
                    name_of(rule.stages[use.stage].action), name_of(use.action), use.count, doubt);
  }
  return out;
}

}  // namespace

std::string csv(const policy::Policy& policy, const Report& report) {
  const auto& ban = policy.ban();
  std::string out =
      "person,organisation,device,how_sure,channel,first,last,count,allow,advise,warn,hold,refuse,"
      "exempt,break_glass,new,stages\r\n";
  for (const auto& row : report.rows) {
    const auto& subject = report.subjects[row.subject];
    const auto& device = report.devices[row.device];
    out += fmt::format("{},{},{},{},{},{},{},{}", cell(subject.name),
                       cell(ban.organisation_id(subject.organisation)), cell(device.text),
                       name_of(device.grade), name_of(row.channel), iso8601(row.first),
                       iso8601(row.last), row.count);
    for (const auto count : row.actions) out += fmt::format(",{}", count);
    out += fmt::format(",{},{},{},{}\r\n", row.exempt, row.break_glass, row.is_new ? "new" : "",
                       cell(stages_cell(ban, row)));
  }
  return out;
}

}  // namespace interdict::replay
