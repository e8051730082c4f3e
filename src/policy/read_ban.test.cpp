#include "policy/ban.hpp"

#include <fstream>

#include "policy/cases.hpp"
#include "policy/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::policy;
using namespace interdict::policy::testing;

TEST_CASE("the example tells its whole story, and its own cases pass") {
  Problems problems;
  auto ban =
      read_ban(std::string(INTERDICT_SOURCE) + "/examples/bans/apple-at-work.toml", problems);
  for (const auto& p : problems.sorted()) MESSAGE(to_string(p));
  REQUIRE(ban.has_value());
  const auto policy = Policy::compile(std::move(*ban));
  REQUIRE(policy.has_value());
  const auto report = run_cases(*policy, policy->ban().cases);
  for (std::size_t i = 0; i < report.results.size(); ++i) {
    CAPTURE(policy->ban().cases[i].name);
    CAPTURE(report.results[i].got);
    CHECK(report.results[i].passed);
  }
  CHECK(report.passed == 19);
  CHECK(report.failed == 0);
  // The second ministry's dates are midnights in its own zone, two hours behind.
  CHECK(said(*policy, decision(*policy, "c.duarte@fisheries.example", "iphone",
                               "2023-07-31T23:59:59Z")) == "advise fisheries-no-apple-mobile");
  CHECK(said(*policy, decision(*policy, "c.duarte@fisheries.example", "iphone",
                               "2023-08-01T00:00:00Z")) == "refuse fisheries-no-apple-mobile");
}

TEST_CASE("every problem of a file is named with its place and what was probably meant") {
  CHECK(problems_of("schema = 2\nid = \"x\"") ==
        "ban.toml:1:10: schema 2: this program reads schema 1\n");
  CHECK(problems_of("id = \"x\"\nschema = 1") == "ban.toml: no [[organisation]]\n");
  CHECK(problems_of("id = \n") ==
        "ban.toml:1:6: not TOML: Error while parsing key-value pair: expected value, saw '\\n'\n");
  const auto all = problems_of(world(R"(
[[rule]]
id = "one"
organisation = "topp"
devices = "iphon"
stges = []
stages = [{ from = "2023-06-01", action = "warm" }]
[[rule]]
id = "two"
organisation = "top"
devices = "ipad"
chanels = ["mail.send"]
overridable = "yes"
roles = ["oficial"]
stages = [{ from = 2023-06-01, action = "warn" }, { from = 2023-06-01T00:00:00, action = "refuse" }]
[[exemption]]
id = "e"
owner = "o"
reason = "r"
organisation = "top"
rules = ["twoo"]
from = 2023-07-01
until = 2023-06-30
)"));
  for (const std::string_view expected :
       {"ban.toml:43:16: no organisation 'topp'; did you mean 'top'?",
        "ban.toml:44:11: no device class 'iphon'; did you mean 'iphone'?",
        "ban.toml:45:1: unknown key 'stges' in rule; did you mean 'stages'?",
        "ban.toml:46:20: must be a date such as 2023-07-17, without quotes; this is text",
        "no action 'warm'; did you mean 'warn'?",
        "unknown key 'chanels' in rule; did you mean 'channels'?",
        "'overridable' must be true or false, this is text",
        "no role 'oficial'; did you mean 'official'?",
        "two stages at one instant, 2023-05-31T22:00:00.000000Z: 'warn' and 'refuse'",
        "no rule 'twoo'; did you mean 'two'?",
        "exemption 'e' ends before it begins: from 2023-06-30T22:00:00.000000Z until "
        "2023-06-29T22:00:00.000000Z"}) {
    CAPTURE(all);
    CHECK_MESSAGE(all.find(expected) != all.npos, expected);
  }
}

TEST_CASE("dates that do not exist, unknown zones and circles are refused") {
  CHECK(problems_of("schema = 1\nd = 2023-02-30\n").starts_with("ban.toml:2:"));
  CHECK(problems_of(
            "schema = 1\nid = \"x\"\n[[organisation]]\nid = \"a\"\nzone = \"Europe/Berlinn\"\n")
            .find("Europe/Berlin") != std::string::npos);
  const auto circle = problems_of(
      "schema = 1\nid = \"x\"\n[[organisation]]\nid = \"a\"\nparent = \"b\"\n"
      "[[organisation]]\nid = \"b\"\nparent = \"a\"\n");
  CHECK(circle == "ban.toml:5:10: organisation 'a' is above itself\n");
  CHECK(problems_of(world("[[device_class]]\nid = \"x\"\nany_of = [\"y\"]\n"
                          "[[device_class]]\nid = \"y\"\nany_of = [\"x\"]\n"))
            .find("device class 'x' is a member of itself") != std::string::npos);
  CHECK(
      problems_of("schema = 1\nid = \"x\"\n[[organisation]]\nid = \"a\"\n").find("needs a zone") !=
      std::string::npos);
}

TEST_CASE("a laxer stage must be written as such, and an effect may not soften with the stage") {
  const auto stages = [](std::string_view list) {
    return problems_of(world(fmt::format(
        "[[rule]]\nid = \"r\"\norganisation = \"top\"\ndevices = \"any\"\nstages = [{}]\n", list)));
  };
  CHECK(stages("{ from = 2023-01-01, action = \"refuse\" }, { from = 2023-02-01, action = "
               "\"warn\" }")
            .find("'warn' after 'refuse' is laxer: write relaxes = true") != std::string::npos);
  CHECK(stages("{ from = 2023-01-01, action = \"refuse\" }, { from = 2023-02-01, action = "
               "\"warn\", relaxes = true }")
            .empty());
  CHECK(problems_of(world("[unknown]\nwarn = \"warn\"\nrefuse = \"allow\"\n"))
            .find("[unknown]: allow in the stage 'hold' is laxer") != std::string::npos);
}

TEST_CASE("a local time that was skipped or came twice is resolved and said") {
  Problems problems("ban.toml");
  const auto ban = read_ban_text(world(R"(
[[rule]]
id = "r"
organisation = "top"
devices = "any"
stages = [{ from = 2023-03-26T02:30:00, action = "warn" }, { from = 2023-10-29T02:30:00, action = "refuse" }]
)"),
                                 {}, problems);
  REQUIRE(ban.has_value());
  CHECK(iso8601(ban->rules[0].stages[0].from) == "2023-03-26T01:00:00.000000Z");
  CHECK(iso8601(ban->rules[0].stages[1].from) == "2023-10-29T00:30:00.000000Z");
  REQUIRE(ban->notes.size() == 2);
  CHECK(ban->notes[0].text.find("does not exist in Europe/Berlin") != std::string::npos);
  CHECK(ban->notes[1].text.find("comes twice in Europe/Berlin") != std::string::npos);
}

TEST_CASE("people and organisations are read from CSV files beside the ban, with their problems") {
  const test::TemporaryFolder folder;
  const auto write = [&](const char* name, std::string_view text) {
    std::ofstream(folder.path() / name) << text;
  };
  write("orgs.csv",
        "organisation,parent,zone,domains,groups\r\n"
        "a,,Europe/Berlin,a.example;*.a.example,board\r\n\r\nb,a,,,\r\n");
  write("people.csv",
        "person,organisation,accounts,roles,groups\n"
        "x,b,\"X@a.example; x2@a.example\",official,board\n");
  const std::string head =
      "schema = 1\nid = \"x\"\nroles = [\"official\"]\norganisations_file = \"orgs.csv\"\n"
      "people_file = \"people.csv\"\n";
  CHECK(problems_of(head, folder.path()).empty());
  const auto policy = policy_of(head, folder.path());
  CHECK(policy.intern(" x@A.example") == policy.person(0));
  CHECK(policy.intern("x2@a.example") == policy.person(0));
  CHECK_FALSE(policy.intern("anybody@deep.sub.a.example").outside());
  CHECK(policy.intern("anybody@aa.example").outside());
  CHECK(policy.intern("@a.example").outside());

  write("people.csv", "person,organisation,acounts\nx,b,y\n");
  CHECK(problems_of(head, folder.path()) ==
        "people.csv:1:1: column 'accounts' is missing\n"
        "people.csv:1:21: unknown column 'acounts'; did you mean 'accounts'?\n");
  write("people.csv",
        "person,organisation,accounts,roles,groups\nx,b,x@a.example,oficial,\ny,c,y@a.example,,\n"
        "x y,b,,,\nz,b,q@a.example\nw,b,\"open,,\n");
  CHECK(problems_of(head, folder.path()) ==
        "people.csv:2:17: no role 'oficial'; did you mean 'official'?\n"
        "people.csv:3:3: no organisation 'c'; did you mean 'a'?\n"
        "people.csv:4:1: 'x y' is no name\n"
        "people.csv:5:1: 3 fields where the first line names 5\n"
        "people.csv:6:1: a quote is opened and never closed\n");
  write("people.csv", "person,organisation,accounts\nx,b,x@a.example\nx,b,\ny,b,X@a.example\n");
  CHECK(problems_of(head, folder.path()) ==
        "people.csv:3:1: person 'x' stands twice\n"
        "people.csv:4:5: account 'X@a.example' already belongs to 'x'\n");
  CHECK(problems_of("schema = 1\nid = \"x\"\npeople_file = \"../people.csv\"\n", folder.path())
            .find("must name a file beside the ban") != std::string::npos);
}

TEST_CASE("hostile files are refused quickly") {
  CHECK(problems_of("[a" + std::string(200'000, '.') + "a]").find("dots") != std::string::npos);
  std::string dots = "[a";
  for (int i = 0; i < 100'000; ++i) dots += ".a";
  CHECK(problems_of(dots + "]\n").find("dots outside of texts") != std::string::npos);
  CHECK(problems_of("x = " + std::string(100'000, '[')).starts_with("ban.toml:1:"));
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "{a=";
  CHECK(problems_of("x = " + deep + "1" + std::string(100, '}')).find("deep") != std::string::npos);
  CHECK(problems_of("x = \"\\ud800\"").starts_with("ban.toml:1:"));
  CHECK(problems_of("x = 2023-03-26T_\n").find("not TOML") != std::string::npos);
  // Letters that toml++ takes for neither blank nor not.
  CHECK(problems_of("x = 1 \u03BF\n").find("not TOML") != std::string::npos);
  CHECK(problems_of("\u03BF = 1\n").find("not TOML") != std::string::npos);
  // toml++ asserts a digit behind the T.
  CHECK(problems_of("x = 2023-03-26T" + std::string(111, '_') + "02:30:00\n")
            .find("date with T and no time") != std::string::npos);
  std::string many = "schema = 1\nid = \"x\"\n";
  for (int i = 0; i < 5000; ++i) many += fmt::format("k{} = 1\n", i);
  Problems problems("ban.toml");
  CHECK_FALSE(read_ban_text(many, {}, problems));
  CHECK(problems.count() > 5000);
  CHECK(problems.sorted().size() == Problems::kMost);
}
