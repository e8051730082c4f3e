#include "policy/cases.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "policy/device_text.hpp"
#include "policy/fields.hpp"
#include "policy/interpreter.hpp"

namespace interdict::policy {
namespace {

std::string got_text(const Ban& ban, const Decision& d) {
  if (d.kind == Decision::Kind::outside) return "outside";
  if (d.kind == Decision::Kind::break_glass) return "allow by break-glass";
  std::string text(name_of(d.action));
  if (d.kind == Decision::Kind::exempt) {
    text += fmt::format(" by exemption {}", ban.exemptions[d.exemption].id);
  } else if (d.rule != kNone && d.action != Action::allow) {
    text += fmt::format(" by {}", ban.rules[d.rule].id);
  }
  return text;
}

}  // namespace

void read_case(const Node& table, Ban& ban, Problems& problems) {
  Fields fields(table, "case", problems);
  Case made;
  made.place = table.place;
  made.name = fields.text("name");
  made.account = fields.text("account", Fields::required);
  made.device = fields.text("device", Fields::required);
  const auto channel = fields.text("channel");
  if (!channel.empty()) {
    if (const auto found = devices::channel_from_name(channel)) {
      made.channel = *found;
    } else {
      problems.add(fields.place_of("channel"), fmt::format("no channel '{}'", shown(channel)));
    }
  }
  const Subject who = find_subject(ban, made.account);
  const OrgIndex o = who.organisation == kNone ? 0 : who.organisation;
  const Zone zone = ban.organisations.empty() ? Zone::utc() : ban.zone_of(o);
  const auto at = fields.instant("at", zone, ban.notes, Fields::required);
  made.action = fields.text("expect", Fields::required);
  if (!made.action.empty() && made.action != "outside" && !action_from_name(made.action)) {
    problems.add(fields.place_of("expect"), fmt::format("'expect' must be an action or 'outside'{}",
                                                        suggestion(made.action, action_names())));
  }
  made.rule = fields.id("rule");
  if (!made.rule.empty() && !ban.find_rule(made.rule)) {
    problems.add(fields.place_of("rule"), fmt::format("no rule '{}'", made.rule));
  }
  if (!at) return;
  made.at = *at;
  ban.cases.push_back(std::move(made));
}

Result<std::vector<Case>> read_cases(std::string_view text, const Ban& ban, Problems& problems) {
  const Node root = read_toml(text, problems);
  Ban copy = ban;
  copy.cases.clear();
  if (!problems.any()) {
    Fields fields(root, "the file of cases", problems);
    for (const Node& table : fields.tables("case", 100'000)) read_case(table, copy, problems);
  }
  if (!problems.any()) return std::move(copy.cases);
  return Error{Errc::malformed, to_string(problems.sorted().front())};
}

CasesReport run_cases(const Policy& policy, const std::vector<Case>& cases) {
  const Ban& ban = policy.ban();
  CasesReport report;
  ClaimTable claims(ban);
  std::set<std::pair<RuleIndex, Action>> reached;
  std::set<ExemptionIndex> used;
  for (const Case& one : cases) {
    CaseResult result;
    const auto row = row_of_device(ban, one.device);
    if (!row) {
      result.got = row.error().what();
    } else if (const auto claim = claims.intern(*row); !claim) {
      result.got = claim.error().what();
    } else {
      const auto d = policy.decide(policy.intern(one.account), claims, *claim, one.channel, one.at);
      result.got = got_text(ban, d);
      const auto action = d.kind == Decision::Kind::outside ? "outside" : name_of(d.action);
      const bool same_rule =
          one.rule.empty() || (d.rule != kNone && ban.rules[d.rule].id == one.rule);
      result.passed = action == one.action && same_rule;
      if (d.rule != kNone) reached.emplace(d.rule, d.stage);
      if (d.exemption != kNone) used.insert(d.exemption);
    }
    ++(result.passed ? report.passed : report.failed);
    report.results.push_back(std::move(result));
  }
  for (RuleIndex r = 0; r < ban.rules.size(); ++r) {
    std::set<Action> seen;
    for (const Stage& stage : ban.rules[r].stages) {
      if (stage.action == Action::allow || !seen.insert(stage.action).second) continue;
      ++report.stages;
      if (reached.contains({r, stage.action})) continue;
      report.uncovered.push_back(fmt::format("{}: {}", ban.rules[r].id, name_of(stage.action)));
    }
  }
  for (ExemptionIndex e = 0; e < ban.exemptions.size(); ++e) {
    if (!used.contains(e)) report.unused_exemptions.push_back(ban.exemptions[e].id);
  }
  return report;
}

}  // namespace interdict::policy
