#include "policy/plan.hpp"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "policy/explain.hpp"

namespace interdict::policy {
namespace {

using Kind = PlannedChange::Kind;

std::string_view name_of(Kind kind) {
  switch (kind) {
    case Kind::announced:
      return "announced";
    case Kind::stage:
      return "stage";
    case Kind::exemption_begins:
      return "exemption-begins";
    case Kind::exemption_ends:
      return "exemption-ends";
  }
  return "stage";
}

bool of_rule(const PlannedChange& c) { return c.kind == Kind::announced || c.kind == Kind::stage; }
OrgIndex organisation_of(const Ban& ban, const PlannedChange& c) {
  return of_rule(c) ? ban.rules[c.index].organisation : ban.exemptions[c.index].organisation;
}
const std::string& id_of(const Ban& ban, const PlannedChange& c) {
  return of_rule(c) ? ban.rules[c.index].id : ban.exemptions[c.index].id;
}

/// A TEXT value: backslash, semicolon, comma and line ends are escaped (RFC 5545, 3.3.11).
std::string ics_text(std::string_view text) {
  std::string out;
  for (const char c : repair_utf8(text)) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) continue;
    if (c == '\\' || c == ';' || c == ',') out += '\\';
    out += c;
  }
  return out;
}

/// A content line: at most 75 octets, continued behind CRLF and a blank, never inside a letter.
void ics_line(std::string& out, std::string_view line) {
  constexpr std::size_t kMost = 75;
  std::size_t room = kMost;
  while (line.size() > room) {
    auto cut = room;
    while (cut > 0 && (static_cast<unsigned char>(line[cut]) & 0xC0) == 0x80) --cut;
    out += line.substr(0, cut);
    out += "\r\n ";
    line.remove_prefix(cut);
    room = kMost - 1;
  }
  out += line;
  out += "\r\n";
}

/// 20230716T220000Z
std::string ics_time(UtcTime t) {
  std::string out;
  for (const char c : iso8601(t).substr(0, 19)) {
    if (c != '-' && c != ':') out += c;
  }
  return out + 'Z';
}

}  // namespace

std::vector<PlannedChange> plan(const Ban& ban) {
  std::vector<PlannedChange> all;
  for (RuleIndex r = 0; r < ban.rules.size(); ++r) {
    const Rule& rule = ban.rules[r];
    if (rule.announced) all.push_back({*rule.announced, Kind::announced, r, {}, {}});
    Action before = Action::allow;
    for (const Stage& stage : rule.stages) {
      all.push_back({stage.from, Kind::stage, r, before, stage.action});
      before = stage.action;
    }
  }
  for (ExemptionIndex e = 0; e < ban.exemptions.size(); ++e) {
    const Exemption& one = ban.exemptions[e];
    if (one.from != kBeginning) all.push_back({one.from, Kind::exemption_begins, e, {}, {}});
    if (one.until != kEnd) all.push_back({one.until, Kind::exemption_ends, e, {}, {}});
  }
  std::ranges::sort(all, [](const PlannedChange& a, const PlannedChange& b) {
    return std::tie(a.at, a.kind, a.index) < std::tie(b.at, b.kind, b.index);
  });
  return all;
}

std::string sentence(const Ban& ban, const PlannedChange& c) {
  const auto& id = id_of(ban, c);
  const auto org = ban.organisation_name(organisation_of(ban, c));
  switch (c.kind) {
    case Kind::announced:
      return fmt::format("{} ({}): announced", id, org);
    case Kind::stage:
      return fmt::format("{} ({}): {} -> {}", id, org, name_of(c.before), name_of(c.after));
    case Kind::exemption_begins:
      return fmt::format("exemption {} ({}) begins: {}", id, org, ban.exemptions[c.index].reason);
    case Kind::exemption_ends:
      return fmt::format("exemption {} ({}) ends; answers for it: {}", id, org,
                         ban.exemptions[c.index].owner);
  }
  return id;
}

std::string plan_text(const Policy& policy, const std::vector<PlannedChange>& changes) {
  const Ban& ban = policy.ban();
  std::string out;
  for (const PlannedChange& c : changes) {
    out += fmt::format("{}  {}  {}\n", iso8601(c.at).substr(0, 16) + "Z",
                       local_text(ban, organisation_of(ban, c), c.at), printable(sentence(ban, c)));
  }
  if (changes.empty()) out = "nothing ever changes\n";
  return out;
}

std::string plan_json(const Policy& policy, const std::vector<PlannedChange>& changes) {
  const Ban& ban = policy.ban();
  JsonWriter w(2);
  w.begin_object().member("policy", ban.id).member("digest", policy.digest_text());
  w.key("changes").begin_array();
  for (const PlannedChange& c : changes) {
    const OrgIndex o = organisation_of(ban, c);
    w.begin_object().member("at", iso8601(c.at)).member("local", local_text(ban, o, c.at));
    w.member("organisation", ban.organisation_id(o)).member("kind", name_of(c.kind));
    w.member(of_rule(c) ? "rule" : "exemption", id_of(ban, c));
    if (c.kind == Kind::stage) {
      w.member("before", name_of(c.before)).member("after", name_of(c.after));
    }
    w.end_object();
  }
  w.end_array().end_object();
  return w.take() + "\n";
}

std::string plan_ics(const Policy& policy, const std::vector<PlannedChange>& changes) {
  const Ban& ban = policy.ban();
  std::string out;
  const auto line = [&](std::string_view name, std::string_view value) {
    ics_line(out, fmt::format("{}:{}", name, value));
  };
  line("BEGIN", "VCALENDAR");
  line("VERSION", "2.0");
  line("PRODID", "-//Interdict//ban plan//EN");
  for (const PlannedChange& c : changes) {
    const auto& id = id_of(ban, c);
    line("BEGIN", "VEVENT");
    line("UID", ics_text(fmt::format("{}/{}/{}/{}@interdict", ban.id, id, name_of(c.kind),
                                     ics_time(c.at))));
    line("DTSTAMP", ics_time(c.at));
    line("DTSTART", ics_time(c.at));
    line("SUMMARY", ics_text(sentence(ban, c)));
    const auto title = of_rule(c) ? ban.rules[c.index].title : ban.exemptions[c.index].reason;
    line("DESCRIPTION",
         ics_text(fmt::format("{}\n{}\n{}", title, local_text(ban, organisation_of(ban, c), c.at),
                              policy.digest_text())));
    line("TRANSP", "TRANSPARENT");
    line("END", "VEVENT");
  }
  line("END", "VCALENDAR");
  return out;
}

}  // namespace interdict::policy
