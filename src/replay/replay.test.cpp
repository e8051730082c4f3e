#include "replay/replay.hpp"

#include <map>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "replay/outputs.hpp"
#include "support/mail_logs.hpp"

using namespace interdict;
using namespace interdict::replay;
using policy::Action;

namespace {

constexpr std::string_view kBan = R"(
schema = 1
id = "no-apple"
title = "No Apple phones or tablets"
[[organisation]]
id = "ministry"
zone = "Europe/Berlin"
domains = ["work.example"]
[[person]]
id = "alice"
organisation = "ministry"
accounts = ["alice@work.example", "a.other@work.example"]
[[device_class]]
id = "apple-mobile"
vendor = "apple"
family = "mobile"
[[rule]]
id = "no-apple-mobile"
organisation = "ministry"
devices = "apple-mobile"
stages = [
  { from = 2023-12-20, action = "advise" },
  { from = 2023-12-27, action = "warn" },
  { from = 2024-01-01, action = "refuse" },
]
[[break_glass]]
account = "duty@work.example"
owner = "head of security"
reason = "floods"
)";
// 2023-12-20, 2023-12-27 and 2024-01-01, midnights in Berlin.
const std::vector<std::int64_t> kStages{1'703'026'800, 1'703'631'600, 1'704'063'600};

policy::Policy ban() {
  policy::Problems problems;
  auto read = policy::read_ban_text(kBan, {}, problems);
  for (const auto& problem : problems.sorted()) MESSAGE(to_string(problem));
  REQUIRE(read);
  auto compiled = policy::Policy::compile(std::move(*read));
  REQUIRE(compiled);
  return std::move(*compiled);
}

Options options(int year) {
  Options o;
  o.logs.year = year;
  auto berlin = Zone::find("Europe/Berlin");
  REQUIRE(berlin);
  o.logs.zone = *berlin;
  return o;
}

Report replayed(const policy::Policy& policy, const std::vector<std::string>& files,
                Options o = options(2023)) {
  auto replay = Replay::begin(policy, std::move(o));
  REQUIRE(replay);
  for (const auto& file : files) CHECK(replay->read(logs::Input::of(file), "log"));
  return replay->finish();
}

std::string sent(std::string_view stamp, std::string_view id, std::string_view account,
                 std::string_view mailer) {
  return fmt::format(
      "{0} mx postfix/smtpd[1]: {1}: client=unknown[192.0.2.7], sasl_method=PLAIN, "
      "sasl_username={2}\n"
      "{0} mx postfix/cleanup[1]: {1}: info: header X-Mailer: {3} from unknown[192.0.2.7]; "
      "from=<a> to=<b> proto=ESMTP helo=<smtpclient.apple>\n"
      "{0} mx postfix/qmgr[1]: {1}: removed\n",
      stamp, id, account, mailer);
}
constexpr std::string_view kIphone = "iPhone Mail (20F66)";

}  // namespace

TEST_CASE("a replayed month is exact: every action, every row, every user of every stage") {
  const auto policy = ban();
  const auto logs = test::write_mail_logs({.marks = kStages});
  const auto report = replayed(policy, {logs.mail, test::gzip(logs.iis), logs.nginx});

  const std::set<std::string> banned{"iphone", "ipad", "outlook-ios"};
  using Key = std::tuple<std::string, std::string, Action>;
  std::map<Key, std::uint64_t> expected, seen;
  std::array<std::set<std::string>, 4> users;
  std::uint64_t uses = 0;
  for (const auto& use : logs.truth) {
    const auto action = banned.contains(use.device)
                            ? std::array{Action::allow, Action::advise, Action::warn,
                                         Action::refuse}[static_cast<std::size_t>(use.period)]
                            : Action::allow;
    expected[{use.account, use.channel, action}] += use.count;
    uses += use.count;
    if (banned.contains(use.device))
      users[static_cast<std::size_t>(use.period)].insert(use.account);
  }
  for (const auto& row : report.rows) {
    for (std::size_t a = 0; a < policy::kActions; ++a) {
      if (row.actions[a] == 0) continue;
      seen[{report.subjects[row.subject].name, std::string(name_of(row.channel)),
            static_cast<Action>(a)}] += row.actions[a];
    }
  }
  CHECK(seen == expected);
  CHECK(report.coverage.sightings == uses);
  CHECK(report.given_up == 0);
  CHECK(report.identified < 40);  // out of thousands of sightings
  REQUIRE(report.stages.size() == 3);
  for (std::size_t stage = 0; stage < 3; ++stage) {
    std::set<std::string> names;
    for (const auto user : report.stages[stage].users) names.insert(report.subjects[user].name);
    CHECK(names == users[stage + 1]);
  }
}

TEST_CASE("rows of a replayed month carry the first and last time of each device") {
  const auto policy = ban();
  const auto logs = test::write_mail_logs({.people = 9, .seed = 7});
  const auto report = replayed(policy, {logs.mail, logs.iis, logs.nginx});
  // By DAV and Outlook an iPhone is seen as "iOS", so phones and tablets are one group here.
  struct Seen {
    std::int64_t first = 1LL << 40, last = 0;
    std::uint64_t count = 0;
    void add(std::int64_t a, std::int64_t b, std::uint64_t n) {
      first = std::min(first, a);
      last = std::max(last, b);
      count += n;
    }
    bool operator==(const Seen&) const = default;
  };
  std::map<std::tuple<std::string, std::string, bool>, Seen> expected, seen;
  const std::set<std::string> mobile{"iphone", "ipad", "outlook-ios"};
  for (const auto& use : logs.truth) {
    if (!mobile.contains(use.device) && use.device != "mac") continue;
    expected[{use.account, use.channel, use.device != "mac"}].add(use.first, use.last, use.count);
  }
  for (const auto& row : report.rows) {
    const auto& p = report.devices[row.device].position;
    if (p.vendor != devices::Vendor::apple) continue;
    seen[{report.subjects[row.subject].name, std::string(name_of(row.channel)),
          p.family == devices::Family::mobile}]
        .add(row.first.micros / 1'000'000, row.last.micros / 1'000'000, row.count);
  }
  CHECK(expected.size() > 20);
  CHECK(seen == expected);
}

TEST_CASE("a person's accounts are one person, with and without a domain; outsiders are nobody") {
  const auto policy = ban();
  auto o = options(2024);
  o.domain = "work.example";
  const auto report = replayed(policy,
                               {sent("Jan  2 10:00:00", "4AAAAAA", "alice@work.example", kIphone) +
                                sent("Jan  2 10:00:00", "4AAAAAB", "WORK\\Alice", kIphone) +
                                sent("Jan  2 10:00:00", "4AAAAAC", "a.other", kIphone) +
                                sent("Jan  2 10:00:00", "4AAAAAD", "New.One", kIphone) +
                                sent("Jan  2 10:00:00", "4AAAAAE", "bob@private.example", kIphone)},
                               o);
  REQUIRE(report.rows.size() == 2);
  CHECK(report.subjects[report.rows[0].subject].name == "alice");
  CHECK(report.rows[0].count == 3);
  CHECK(report.subjects[report.rows[1].subject].name == "new.one@work.example");
  CHECK(report.actions[static_cast<std::size_t>(Action::refuse)] == 4);
  CHECK(report.coverage.not_work == 1);
}

TEST_CASE("the minute decides: warned before midnight in Berlin, refused from it on") {
  const auto policy = ban();
  const auto report =
      replayed(policy, {sent("Dec 31 23:59:59", "4AAAAAA", "alice@work.example", kIphone) +
                        sent("Jan  1 00:00:00", "4AAAAAB", "alice@work.example", kIphone) +
                        sent("Jan  1 00:00:00", "4AAAAAC", "duty@work.example", kIphone)});
  CHECK(report.actions[static_cast<std::size_t>(Action::warn)] == 1);
  CHECK(report.actions[static_cast<std::size_t>(Action::refuse)] == 1);
  CHECK(report.break_glass == 1);
  REQUIRE(report.rows.size() == 2);
  REQUIRE(report.rows[0].uses.size() == 2);
  CHECK(iso8601(report.rows[0].uses[1].first) == "2023-12-31T23:00:00.000000Z");
  const auto table = csv(policy, report);
  CHECK(table.find("alice,ministry,") != table.npos);
  CHECK(table.find(",mail.send,2023-12-31T22:59:59.000000Z,2023-12-31T23:00:00.000000Z,2,0,0,1,0,1,"
                   "0,0,,no-apple-mobile warn warn 1; no-apple-mobile refuse refuse 1\r\n") !=
        table.npos);
  const auto people = text(policy, report);
  CHECK(people.find("no-apple-mobile: refuse from 2024-01-01 00:00") != people.npos);
  CHECK(people.find("  refuse           1\n") != people.npos);
}

TEST_CASE("a device first seen late is new, another build of a known one is not") {
  const auto policy = ban();
  const auto report = replayed(
      policy, {sent("Dec  1 10:00:00", "4AAAAAA", "alice@work.example", "Mozilla Thunderbird") +
               sent("Dec  1 10:00:00", "4AAAAAB", "c@work.example", kIphone) +
               sent("Dec 20 10:00:00", "4AAAAAC", "alice@work.example", kIphone) +
               sent("Dec 20 10:00:00", "4AAAAAD", "c@work.example", "iPhone Mail (20G75)")});
  std::vector<std::string> found;
  for (const auto& row : report.rows) {
    if (row.is_new) found.push_back(report.subjects[row.subject].name);
  }
  CHECK(report.settled);
  CHECK(found == std::vector<std::string>{"alice"});
}

TEST_CASE("memory is bounded: what does not fit is counted, not kept") {
  const auto policy = ban();
  auto o = options(2024);
  o.max_rows = 3;
  o.max_known = 2;
  std::string log;
  for (int i = 0; i < 20; ++i) {
    log += sent("Jan  2 10:00:00", fmt::format("4AAAAA{:02}", i),
                fmt::format("u{}@work.example", i), fmt::format("iPhone Mail (20F{})", i + 1));
  }
  const auto report = replayed(policy, {log}, o);
  CHECK(report.rows.size() == 3);
  CHECK(report.given_up == 17);
  CHECK(report.coverage.sightings == 20);
}

TEST_CASE("hostile text in a device's name reaches no screen and no cell raw") {
  const auto policy = ban();
  const std::string line =
      "192.0.2.7 - alice@work.example [02/Jan/2024:10:00:00 +0100] \"POST "
      "/Microsoft-Server-ActiveSync?DeviceId=A&DeviceType=SAMSUNG%1b[31m,\xff HTTP/1.1\" 200 5 "
      "\"-\" "
      "\"Android-SAMSUNG-SM-\\x1b[31m,\xff/101.10\"\n";
  const auto report = replayed(policy, {line});
  for (const auto& out : {text(policy, report), csv(policy, report)}) {
    CHECK(out.find('\x1b') == out.npos);
    CHECK(out.find('\xff') == out.npos);
  }
  CHECK(json(policy, report).find("\"person\": \"alice\"") != std::string::npos);
}
