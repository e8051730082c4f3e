#include "gate/gatekeeper.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::gate;

namespace {

constexpr std::string_view kBan = R"(schema = 1
id = "test"
[[organisation]]
id = "ministry"
zone = "UTC"
domains = ["ministry.example"]
[[person]]
id = "alice"
organisation = "ministry"
accounts = ["alice@ministry.example"]
[[device_class]]
id = "apple-mobile"
vendor = "apple"
family = "mobile"
[[device_class]]
id = "compromised"
state = "compromised"
[[rule]]
id = "no-apple"
title = "No Apple phones for work"
organisation = "ministry"
devices = "apple-mobile"
stages = [{ from = 2023-03-20, action = "advise" }, { from = 2023-06-01, action = "warn" }, { from = 2023-07-17, action = "refuse" }]
[[rule]]
id = "no-compromised"
title = "No compromised phones"
organisation = "ministry"
devices = "compromised"
stages = [{ from = 2023-01-01, action = "refuse" }]
)";

constexpr std::string_view kIphoneId =
    R"id("name" "iPhone Mail" "version" "20F66" "os" "iOS" "os-version" "16.5 (20F66)")id";
constexpr std::string_view kThunderbirdId = R"("name" "Thunderbird" "version" "115.3.1")";

std::unique_ptr<policy::Policy> policy_of(std::string_view text) {
  policy::Problems problems("ban.toml");
  auto ban = policy::read_ban_text(text, {}, problems);
  for (const auto& problem : problems.sorted()) MESSAGE(to_string(problem));
  REQUIRE(ban);
  auto policy = policy::Policy::compile(std::move(*ban));
  REQUIRE(policy);
  return std::make_unique<policy::Policy>(std::move(*policy));
}

/// A gatekeeper with a ledger and a clock of its own.
struct World {
  explicit World(std::string_view now, Mode mode = Mode::act) {
    auto opened = ledger::Ledger::open(folder.path() / "ledger.db");
    REQUIRE(opened);
    ledger = std::move(*opened);
    set(now);
    keeper.emplace(Settings{.mode = mode}, *ledger, [this] { return at; });
    keeper->use(policy_of(kBan));
  }
  void set(std::string_view now) {
    const auto parsed = parse_iso8601(now);
    REQUIRE(parsed);
    at = *parsed;
  }
  Verdict mail(std::string_view account, std::string_view mailer = "iPhone Mail (20F66)",
               std::string_view ehlo = "smtpclient.apple") {
    const std::vector<devices::Field> fields{
        {"Mime-Version", "1.0 (1.0)"},
        {"Message-Id", "<A02DF93B-7D3C-4967-B4FA-0309F4F10C20@ministry.example>"},
        {"From", "Alice <alice@ministry.example>"},
        {"X-Mailer", mailer}};
    Submission s;
    s.channel = devices::Channel::mail_send;
    s.account = account;
    s.seen.headers = fields;
    s.seen.ehlo = ehlo;
    return keeper->judge(s);
  }
  Verdict login(std::string_view id, bool report, std::string_view address = "10.1.2.3",
                std::string_view session = "s1") {
    Submission s;
    s.channel = devices::Channel::mail_read;
    s.account = "alice@ministry.example";
    s.authenticated = report;
    s.seen.imap_id = id;
    s.session = session;
    s.client_address = address;
    return keeper->judge(s);
  }
  std::uint64_t sightings() {
    REQUIRE(ledger->flush());
    return *ledger->each_sighting({}, [](const ledger::SightingRow&) { return true; });
  }

  test::TemporaryFolder folder;
  std::unique_ptr<ledger::Ledger> ledger;
  UtcTime at;
  std::optional<Gatekeeper> keeper;
};

}  // namespace

TEST_CASE("the stages of a ban, as the sender of a message meets them") {
  World world("2023-03-19T12:00:00Z");
  CHECK(world.mail("alice@ministry.example").headers.empty());
  world.set("2023-03-20T00:00:00Z");
  auto verdict = world.mail("alice@ministry.example");
  CHECK(verdict.kind == Verdict::Kind::pass);
  REQUIRE(verdict.headers.size() == 1);
  CHECK(verdict.headers[0].second.starts_with("advise; No Apple phones for work"));
  CHECK_FALSE(verdict.notice);
  world.set("2023-07-16T23:59:59Z");
  verdict = world.mail("alice@ministry.example");
  CHECK(verdict.kind == Verdict::Kind::pass);
  CHECK(verdict.notice);
  CHECK_FALSE(world.mail("alice@ministry.example").notice);  // once a device and stage
  world.set("2023-07-17T00:00:00Z");
  verdict = world.mail("alice@ministry.example");
  CHECK(verdict.kind == Verdict::Kind::refuse);
  CHECK(
      verdict.text.starts_with("No Apple phones for work: refuse since 2023-07-17 (rule no-apple"));
  CHECK(world.mail("alice@ministry.example", "K-9 Mail for Android", "[127.0.0.1]").kind !=
        Verdict::Kind::refuse);
}

TEST_CASE("observing changes nothing for anybody, and records what would have been") {
  World world("2023-08-01T00:00:00Z", Mode::observe);
  const auto verdict = world.mail("alice@ministry.example");
  CHECK(verdict.kind == Verdict::Kind::pass);
  CHECK(verdict.headers.empty());
  CHECK_FALSE(verdict.notice);
  CHECK(world.sightings() == 1);
  std::string action;
  REQUIRE(world.ledger->each_decision({}, [&](const ledger::DecisionRow& row) {
    action = row.person + " " + row.action + " " + row.rule;
    return true;
  }));
  CHECK(action == "alice refuse no-apple");
}

TEST_CASE("an account that is no work account passes and leaves nothing behind") {
  World world("2023-08-01T00:00:00Z");
  CHECK(world.mail("alice@consumer.example").kind == Verdict::Kind::pass);
  CHECK(world.sightings() == 0);
  CHECK(world.keeper->counts().outside == 1);
}

TEST_CASE(
    "a login that shows a banned device is refused before it has succeeded, and is no sighting") {
  World world("2023-08-01T00:00:00Z");
  CHECK(world.login(kIphoneId, false).kind == Verdict::Kind::refuse);
  CHECK_FALSE(world.login(kIphoneId, false).notice);
  CHECK(world.sightings() == 0);
  CHECK(world.login(kThunderbirdId, false).kind == Verdict::Kind::pass);
}

TEST_CASE("an ID that came late is known at the next login from the same network") {
  World world("2023-08-01T00:00:00Z");
  CHECK(world.login("", false).kind == Verdict::Kind::pass);
  CHECK(world.login("", true).kind == Verdict::Kind::pass);
  world.keeper->late_id("alice@ministry.example", "s1", kIphoneId);
  CHECK(world.login("", false, "10.1.2.99", "s2").kind == Verdict::Kind::refuse);
  CHECK(world.login("", false, "10.9.2.3", "s3").kind == Verdict::Kind::pass);  // elsewhere
  // A second device there: which of them it is cannot be told.
  world.login(kThunderbirdId, true, "10.1.2.3", "s4");
  CHECK(world.login("", false, "10.1.2.3", "s5").kind == Verdict::Kind::pass);
  // Forgotten in time.
  world.set("2023-09-15T00:00:00Z");
  CHECK(world.login("", false, "10.1.2.3", "s6").kind == Verdict::Kind::pass);
}

TEST_CASE("a late ID of an unknown session, or of somebody else's, is nobody's") {
  World world("2023-08-01T00:00:00Z");
  world.login("", true);
  world.keeper->late_id("alice@ministry.example", "other", kIphoneId);
  world.keeper->late_id("bob@ministry.example", "s1", kIphoneId);
  world.keeper->late_id("alice@consumer.example", "s1", kIphoneId);
  CHECK(world.login("", false, "10.1.2.3", "s2").kind == Verdict::Kind::pass);
}

TEST_CASE(
    "a person's compromised phone is known at the next message, another model and another person "
    "are not") {
  World world("2023-02-01T00:00:00Z");  // before the ban on Apple begins
  CHECK(world.mail("alice@ministry.example").kind == Verdict::Kind::pass);
  ledger::Examination examination{.serial = "F0TEST",
                                  .product_type = "iPhone15,2",
                                  .build = "20F66",
                                  .verdict = ledger::ExaminationVerdict::compromised,
                                  .examined_at = world.at,
                                  .report_digest = "00",
                                  .owner = ""};
  REQUIRE(world.ledger->add(examination));
  CHECK(world.mail("alice@ministry.example").kind == Verdict::Kind::pass);  // nobody's phone
  examination.owner = "alice";
  REQUIRE(world.ledger->add(examination));
  const auto verdict = world.mail("alice@ministry.example");
  CHECK(verdict.kind == Verdict::Kind::refuse);
  CHECK(verdict.text.find("no-compromised") != std::string::npos);
  CHECK(world.mail("alice@ministry.example", "iPad Mail (20F66)").kind == Verdict::Kind::pass);
  CHECK(world.mail("bob@ministry.example").kind == Verdict::Kind::pass);
}

TEST_CASE("a device with an id is what it was until it has shown otherwise a few times") {
  World world("2023-08-01T00:00:00Z");
  int minutes = 0;
  const auto sync = [&](std::string_view type, std::string_view agent, bool proved = true) {
    const auto query = fmt::format("User=alice&DeviceId=O8S9&DeviceType={}&Cmd=Sync", type);
    Submission s;
    s.channel = devices::Channel::sync;
    s.account = "alice@ministry.example";
    s.authenticated = proved;
    s.seen.activesync_query = query;
    s.seen.user_agent = agent;
    world.at.micros += std::int64_t{++minutes} * 60 * 1'000'000;
    return world.keeper->judge(s).kind;
  };
  const auto iphone = [&] { return sync("iPhone", "Apple-iPhone15C2/2006.66"); };
  const auto android = [&](bool proved = true) {
    return sync("SAMSUNGSMA515F", "Android-SAMSUNG-SM-A515F/101.10", proved);
  };
  CHECK(iphone() == Verdict::Kind::refuse);
  for (int i = 0; i < 10; ++i) CHECK(android(false) == Verdict::Kind::refuse);  // proves nothing
  CHECK(android() == Verdict::Kind::refuse);
  CHECK(android() == Verdict::Kind::refuse);
  CHECK(android() == Verdict::Kind::pass);  // the third in a row
  CHECK(android() == Verdict::Kind::pass);
}

TEST_CASE("without a policy everything passes; a new one decides at once") {
  World world("2023-08-01T00:00:00Z");
  std::string later(kBan);
  later.replace(later.find("2023-07-17"), 10, "2024-07-17");
  world.keeper->use(policy_of(later));
  CHECK(world.mail("alice@ministry.example").kind == Verdict::Kind::pass);
  world.keeper->use(policy_of(kBan));
  CHECK(world.mail("alice@ministry.example").kind == Verdict::Kind::refuse);
  Gatekeeper bare({.mode = Mode::act}, *world.ledger, [&] { return world.at; });
  Submission s;
  s.account = "alice@ministry.example";
  CHECK(bare.judge(s).kind == Verdict::Kind::pass);
}

TEST_CASE("networks of addresses") {
  CHECK(network_of_address("10.1.2.3") == network_of_address("10.1.2.250"));
  CHECK(network_of_address("10.1.2.3") != network_of_address("10.1.3.3"));
  CHECK(network_of_address("2001:db8::1") == network_of_address("2001:db8::ffff:1"));
  CHECK(network_of_address("2001:db8::1") != network_of_address("2001:db8:0:1::1"));
  CHECK(network_of_address("").empty());
  CHECK(network_of_address("unknown").empty());
}
