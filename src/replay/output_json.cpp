#include "base/json_writer.hpp"
#include "replay/outputs.hpp"

namespace interdict::replay {
namespace {

void actions_member(JsonWriter& w, const std::array<std::uint64_t, policy::kActions>& counts) {
  w.key("actions").begin_object();
  for (std::size_t i = 0; i < counts.size(); ++i) {
    w.member(name_of(static_cast<policy::Action>(i)), counts[i]);
  }
  w.end_object();
}

void stage_members(JsonWriter& w, const policy::Ban& ban, policy::RuleIndex rule,
                   std::uint32_t stage) {
  const auto& s = ban.rules[rule].stages[stage];
  w.member("rule", ban.rules[rule].id).member("stage", name_of(s.action));
  w.member("from", iso8601(s.from));
}

void write_file(JsonWriter& w, const logs::FileCoverage& file) {
  w.begin_object().member("name", file.name).member("kind", file.kind);
  w.member("bytes", file.bytes).member("lines", file.lines).member("recognised", file.recognised);
  w.key("skipped").begin_object();
  for (std::size_t i = 0; i < logs::kSkips; ++i) {
    if (file.skipped[i] > 0) w.member(name_of(static_cast<logs::Skip>(i)), file.skipped[i]);
  }
  w.end_object();
  w.member("skipped_hours", file.clock.gaps).member("doubled_hours", file.clock.folds);
  w.member("new_years", file.clock.years).member("out_of_order", file.clock.out_of_order);
  w.member("damage", file.damage).end_object();
}

void write_coverage(JsonWriter& w, const Report& report) {
  const auto& c = report.coverage;
  w.key("coverage").begin_object().key("files").begin_array();
  for (const auto& file : c.files) write_file(w, file);
  w.end_array().member("sightings", c.sightings).member("not_work", c.not_work);
  w.member("no_account", c.no_account).member("evicted", c.evicted);
  w.member("open_at_end", c.open_at_end).member("forged_frames", c.forged_frames);
  w.member("given_up", report.given_up).member("identified", report.identified);
  w.key("cannot_show").begin_array();
  for (const auto& blind : c.cannot_show) {
    w.begin_object().member("id", blind.id).member("count", blind.count).member("of", blind.of);
    w.member("text", blind.text).end_object();
  }
  w.end_array().end_object();
}

void write_row(JsonWriter& w, const policy::Ban& ban, const Report& report, const Row& row) {
  const auto& subject = report.subjects[row.subject];
  const auto& device = report.devices[row.device];
  const auto& p = device.position;
  w.begin_object().member("person", subject.name);
  w.member("organisation", ban.organisation_id(subject.organisation));
  w.key("device").begin_object().member("text", device.text).member("known", device.known());
  w.member("vendor", name_of(p.vendor)).member("family", name_of(p.family));
  w.member("line", name_of(p.line)).member("os", name_of(p.os)).member("model", p.model);
  w.member("how_sure", name_of(device.grade)).member("forged", device.forged).end_object();
  w.member("channel", name_of(row.channel)).member("first", iso8601(row.first));
  w.member("last", iso8601(row.last)).member("count", row.count);
  actions_member(w, row.actions);
  w.member("exempt", row.exempt).member("break_glass", row.break_glass).member("new", row.is_new);
  w.key("stages").begin_array();
  for (const auto& use : row.uses) {
    constexpr std::array<std::string_view, 3> kBelongs{"yes", "conflict", "unknown"};
    w.begin_object();
    stage_members(w, ban, use.rule, use.stage);
    w.member("belongs", kBelongs[static_cast<std::size_t>(use.belongs)]);
    w.member("action", name_of(use.action)).member("count", use.count);
    w.member("first", iso8601(use.first)).member("last", iso8601(use.last)).end_object();
  }
  w.end_array().end_object();
}

}  // namespace

std::string json(const policy::Policy& policy, const Report& report) {
  const auto& ban = policy.ban();
  JsonWriter w(2);
  w.begin_object().key("policy").begin_object().member("id", ban.id).member("title", ban.title);
  w.member("digest", policy.digest_text()).end_object();
  w.member("first", iso8601(report.first)).member("last", iso8601(report.last));
  actions_member(w, report.actions);
  w.member("exempt", report.exempt).member("break_glass", report.break_glass);
  w.member("unknown_device", report.unknown_device).member("settled", report.settled);
  w.key("stages").begin_array();
  for (const auto& total : report.stages) {
    w.begin_object();
    stage_members(w, ban, total.rule, total.stage);
    actions_member(w, total.actions);
    w.member("not_known", total.not_known).key("users").begin_array();
    for (const auto user : total.users) w.string(report.subjects[user].name);
    w.end_array().end_object();
  }
  w.end_array().key("rows").begin_array();
  for (const auto& row : report.rows) write_row(w, ban, report, row);
  w.end_array();
  write_coverage(w, report);
  w.end_object();
  return w.take() + '\n';
}

}  // namespace interdict::replay
