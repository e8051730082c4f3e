#include "policy/check.hpp"

#include <algorithm>

#include "policy/diff.hpp"
#include "policy/instant.hpp"
#include "policy/plan.hpp"
#include "policy/testing.hpp"

using namespace interdict;
using namespace interdict::policy;
using namespace interdict::policy::testing;

namespace {

std::string rule(std::string_view id, std::string_view org, std::string_view stages,
                 std::string_view more = "devices = \"apple-mobile\"") {
  return fmt::format("[[rule]]\nid = \"{}\"\norganisation = \"{}\"\n{}\nstages = [{}]\n", id, org,
                     more, stages);
}
constexpr std::string_view kRefuse = "{ from = 2023-06-01, action = \"refuse\" }";
constexpr std::string_view kLadder =
    "{ from = 2023-05-01, action = \"warn\" }, { from = 2023-06-01, action = \"refuse\" }";

/// Kinds of the findings (not the notes) of a ban, in the order of their names.
std::vector<std::string> findings(std::string_view text) {
  std::vector<std::string> kinds;
  for (const auto& f : check(policy_of(text))) {
    CHECK_FALSE(f.text.empty());
    if (!f.note) kinds.emplace_back(f.kind);
  }
  std::ranges::sort(kinds);
  return kinds;
}
bool noted(std::string_view text, std::string_view kind) {
  return std::ranges::any_of(check(policy_of(text)),
                             [&](const Finding& f) { return f.note && f.kind == kind; });
}
std::string exemption(std::string_view more) {
  return fmt::format(
      "[[exemption]]\nid = \"e\"\nowner = \"o\"\nreason = \"r\"\norganisation = \"top\"\n{}\n",
      more);
}
using Kinds = std::vector<std::string>;

}  // namespace

TEST_CASE("a sound ban has no finding") {
  CHECK(findings(world(rule("r", "top", kLadder))).empty());
}

TEST_CASE("classes that match nothing, and those that nobody asks for") {
  CHECK(findings(world("[[device_class]]\nid = \"x\"\nvendor = \"samsung\"\nline = \"iphone\"\n" +
                       rule("r", "top", kLadder, "devices = \"x\""))) == Kinds{"empty-class"});
  CHECK(noted(world(rule("r", "top", kLadder, "devices = \"ipad\"")), "unused-class"));
}

TEST_CASE("gaps, stages that change nothing, and rules that begin before they are announced") {
  CHECK(findings(world(rule("r", "top",
                            "{ from = 2023-05-01, action = \"refuse\" }, { from = 2023-06-01, "
                            "action = \"allow\", relaxes = true }, { from = 2023-07-01, action = "
                            "\"refuse\" }"))) == Kinds{"gap"});
  CHECK(findings(world(rule("r", "top",
                            "{ from = 2023-05-01, action = \"warn\" }, { from = 2023-06-01, "
                            "action = \"warn\" }"))) == Kinds{"same-stage"});
  CHECK(findings(world(rule("r", "top", kLadder, "devices = \"ipad\"\nannounced = 2023-05-02"))) ==
        Kinds{"announced-late"});
  CHECK(noted(world(rule("r", "top", kRefuse)), "no-warning"));
  CHECK(noted(world(rule("r", "top", kLadder)), "no-break-glass"));
}

TEST_CASE("a rule that another always covers is shadowed; two alike, the second") {
  CHECK(
      findings(world(rule("a", "top", kLadder) +
                     rule("b", "low", kRefuse, "devices = \"iphone\"\nroles = [\"official\"]"))) ==
      Kinds{"shadowed-rule"});
  CHECK(findings(world(rule("a", "top", kLadder) + rule("b", "top", kLadder))) ==
        Kinds{"shadowed-rule"});
  // Not when it begins earlier, speaks of more, or comes to light by an exemption from the other.
  CHECK(findings(world(rule("a", "top", kRefuse) + rule("b", "low", kLadder))).empty());
  CHECK(
      findings(world(rule("a", "top", kLadder, "devices = \"iphone\"") + rule("b", "low", kRefuse)))
          .empty());
  CHECK(findings(world(rule("a", "top", kLadder) + rule("b", "low", kRefuse) +
                       exemption("rules = [\"a\"]\npeople = [\"anna\"]\nuntil = 2024-01-01")))
            .empty());
}

TEST_CASE("an override that the rule above does not allow is a contradiction") {
  const auto adoption = std::string(
      "[[adoption]]\nrule = \"a\"\norganisation = \"middle\"\nstages = [{ from = 2023-08-01, "
      "action "
      "= \"refuse\" }]\n");
  const auto closed = findings(world(rule("a", "top", kLadder) + adoption));
  CHECK(std::ranges::find(closed, "contradiction") != closed.end());
  CHECK(findings(world(rule("a", "top", kLadder, "devices = \"apple-mobile\"\noverridable = true") +
                       adoption))
            .empty());
}

TEST_CASE("dead and immortal exemptions, and those that swallow a rule") {
  const auto with = [](std::string_view more) {
    return findings(world(rule("r", "top", kLadder) + exemption(more)));
  };
  CHECK(with("people = [\"anna\"]\nuntil = 2024-01-01").empty());
  CHECK(with("people = [\"anna\"]") == Kinds{"immortal-exemption"});
  CHECK(with("people = [\"anna\"]\nuntil = 2023-05-01") == Kinds{"dead-exemption"});
  CHECK(with("roles = [\"guest\"]\nuntil = 2024-01-01") == Kinds{"dead-exemption"});
  CHECK(with("") == Kinds{"contradiction", "immortal-exemption"});
}

TEST_CASE("rules for nobody, people no rule can reach, and dead break-glass accounts") {
  CHECK(findings(world(rule("r", "top", kLadder, "devices = \"ipad\"\nroles = [\"guest\"]"))) ==
        Kinds{"no-audience"});
  CHECK(findings(world("[[person]]\nid = \"mute\"\norganisation = \"top\"\n" +
                       rule("r", "top", kLadder))) == Kinds{"no-account"});
  CHECK(noted(world("[[person]]\nid = \"free\"\norganisation = \"other\"\naccounts = "
                    "[\"f@other.example\"]\n" +
                    rule("r", "top", kLadder)),
              "under-no-rule"));
  CHECK(findings(world(rule("r", "top", kLadder) +
                       "[[break_glass]]\naccount = \"x@home.example\"\nowner = \"o\"\nreason = "
                       "\"r\"\n")) == Kinds{"dead-break-glass"});
}

TEST_CASE("a lock-out of every administrator is found, unless somebody has a way in") {
  const std::string head = "administrator_roles = [\"official\"]\n";
  const auto with = [&](std::string_view devices, std::string_view more = "") {
    auto text = world(rule("r", "top", kLadder, fmt::format("devices = \"{}\"", devices)));
    text.insert(text.find("[[organisation]]"), head);
    return findings(text.append(more));
  };
  CHECK(with("apple-mobile").empty());
  // "any" is every device, seen or not.
  CHECK(with("any") == Kinds{"lock-out"});
  CHECK(with("any", "[[break_glass]]\naccount = \"x@top.example\"\nowner = \"o\"\nreason = \"r\"\n")
            .empty());
}

TEST_CASE("the plan is every change in order, and the calendar is RFC 5545") {
  const auto policy =
      policy_of(world(rule("r", "top", kLadder,
                           "title = \"No, \\\"Apple\\\"; mobile\"\ndevices = \"ipad\"\nannounced = "
                           "2023-04-01") +
                      exemption("people = [\"anna\"]\nfrom = 2023-05-10\nuntil = 2023-06-10")));
  const auto changes = plan(policy.ban());
  REQUIRE(changes.size() == 5);
  CHECK(std::ranges::is_sorted(changes, {}, &PlannedChange::at));
  CHECK(sentence(policy.ban(), changes[1]) == "r (top): allow -> warn");
  CHECK(plan_text(policy, changes)
            .find("2023-05-31T22:00Z  2023-06-01 00:00 Europe/Berlin  r (top): "
                  "warn -> refuse") != std::string::npos);
  const auto ics = plan_ics(policy, changes);
  CHECK(ics == plan_ics(policy, changes));
  CHECK(ics.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
  CHECK(ics.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"));
  CHECK(ics.find("No\\, \"Apple\"\\; mobile") != ics.npos);
  std::size_t begin = 0, events = 0;
  while (begin < ics.size()) {
    const auto end = ics.find("\r\n", begin);
    REQUIRE(end != ics.npos);
    CHECK(end - begin <= 75);
    const auto line = ics.substr(begin, end - begin);
    CHECK(line.find('\n') == line.npos);
    if (line == "BEGIN:VEVENT") ++events;
    begin = end + 2;
  }
  CHECK(events == 5);
}

TEST_CASE("a diff says who is treated differently, with what, and when") {
  const auto before = policy_of(world(rule("r", "top", kLadder)));
  CHECK(diff(before, policy_of(world("# the same\n" + rule("r", "top", kLadder))))
            .differences.empty());
  const auto after = policy_of(world(
      rule("r", "top", kLadder) +
      exemption("people = [\"anna\"]\ndevices = \"ipad\"\nfrom = 2023-06-05\nuntil = 2023-06-10")));
  const auto report = diff(before, after);
  REQUIRE(report.differences.size() == 1);
  const auto& d = report.differences.front();
  CHECK(d.sample == "anna@low.example");
  CHECK(d.people == 1);
  CHECK(d.device == "ipad");
  CHECK(d.channels == kAllChannels);
  CHECK(iso8601(d.from) == "2023-06-04T22:00:00.000000Z");
  CHECK(iso8601(d.until) == "2023-06-09T22:00:00.000000Z");
  CHECK(d.before == "refuse");
  CHECK(d.after == "allow");
  CHECK(report.people_differing == 1);
  CHECK(report.people_compared == 2);
}

TEST_CASE("instants are read by the organisation's clock, or with an offset of their own") {
  const auto berlin = *Zone::find("Europe/Berlin");
  const auto read = [&](std::string_view text) {
    const auto at = parse_instant(text, berlin);
    return at ? iso8601(at->utc).substr(0, 19) : std::string("-");
  };
  CHECK(read("2023-07-17") == "2023-07-16T22:00:00");
  CHECK(read("2023-07-16T23:59") == "2023-07-16T21:59:00");
  CHECK(read(" 2023-07-16 23:59:30 ") == "2023-07-16T21:59:30");
  CHECK(read("2023-07-16T23:59Z") == "2023-07-16T23:59:00");
  CHECK(read("2023-07-16T23:59+02:00") == "2023-07-16T21:59:00");
  CHECK(read("2023-07-16T23:59-0330") == "2023-07-17T03:29:00");
  CHECK(parse_instant("2023-03-26T02:30", berlin)->kind == Resolved::Kind::gap);
  for (const char* bad : {"", "2023-02-30", "2023-07-17T", "2023-07-17Z", "2023-07-17T25:00",
                          "2023-07-17T10:00+99:00", "17.7.2023", "2023-07-17T10:00:00.5", "now"}) {
    CAPTURE(bad);
    CHECK(read(bad) == "-");
  }
}
