// The precedence, rule by rule, and then random policies: the table against the document.

#include <algorithm>

#include <rapidcheck.h>

#include "policy/explain.hpp"
#include "policy/interpreter.hpp"
#include "policy/random_ban.hpp"
#include "policy/testing.hpp"

using namespace interdict;
using namespace interdict::policy;
using namespace interdict::policy::testing;

namespace {

constexpr std::string_view kJune = "2023-06-15T12:00:00Z";

std::string rule(std::string_view id, std::string_view org, std::string_view action,
                 std::string_view more = "") {
  return fmt::format(
      "[[rule]]\nid = \"{}\"\norganisation = \"{}\"\ndevices = \"apple-mobile\"\n{}\n"
      "stages = [{{ from = 2023-06-01, action = \"{}\" }}]\n",
      id, org, more, action);
}
std::string exemption(std::string_view id, std::string_view more = "") {
  return fmt::format(
      "[[exemption]]\nid = \"{}\"\nowner = \"o\"\nreason = \"r\"\norganisation = \"top\"\n{}\n", id,
      more);
}

}  // namespace

TEST_CASE("no work account, no decision; a break-glass account is allowed; then the rules") {
  const auto policy = policy_of(
      world(rule("r", "top", "refuse") +
            "[[break_glass]]\naccount = \"fire@low.example\"\nowner = \"o\"\nreason = \"r\"\n"
            "[purpose.work]\nprivate_accounts = [\"club@top.example\"]\n"));
  CHECK(said(policy, decision(policy, "x@home.example", "iphone", kJune)) == "outside");
  CHECK(said(policy, decision(policy, "", "iphone", kJune)) == "outside");
  CHECK(said(policy, decision(policy, "anna", "iphone", kJune)) == "outside");
  CHECK(said(policy, decision(policy, "club@top.example", "iphone", kJune)) == "outside");
  CHECK(said(policy, decision(policy, "x@other.example", "iphone", kJune)) == "allow -");
  CHECK(decision(policy, "Fire@Low.example", "iphone", kJune).kind == Decision::Kind::break_glass);
  CHECK(said(policy, decision(policy, "anna@low.example", "iphone", kJune)) == "refuse r");
  CHECK(said(policy, decision(policy, "anna@low.example", "any", kJune)) == "allow r");
  CHECK(said(policy, decision(policy, "unlisted@low.example", "ipad", kJune)) == "refuse r");
}

TEST_CASE("the strictest rule decides; among equals the organisation further down, then the id") {
  const auto policy = policy_of(world(rule("a", "top", "warn") + rule("b", "middle", "refuse") +
                                      rule("c", "low", "refuse") + rule("d", "low", "refuse")));
  CHECK(said(policy, decision(policy, "x@top.example", "iphone", kJune)) == "warn a");
  CHECK(said(policy, decision(policy, "x@middle.example", "iphone", kJune)) == "refuse b");
  CHECK(said(policy, decision(policy, "x@low.example", "iphone", kJune)) == "refuse c");
}

TEST_CASE("an organisation below replaces a rule only where it is overridable") {
  const auto with = [&](bool overridable) {
    return policy_of(world(
        rule("a", "top", "refuse", overridable ? "overridable = true" : "") +
        "[[adoption]]\nrule = \"a\"\norganisation = \"middle\"\nexcept_roles = [\"official\"]\n"
        "stages = [{ from = 2023-06-01, action = \"advise\" }]\n"));
  };
  const auto open = with(true), closed = with(false);
  CHECK(said(open, decision(open, "x@middle.example", "iphone", kJune)) == "advise a@middle");
  CHECK(said(open, decision(open, "x@low.example", "iphone", kJune)) == "advise a@middle");
  CHECK(said(open, decision(open, "x@top.example", "iphone", kJune)) == "refuse a");
  // Anna is excepted from the adoption, so the ministry's own rule still speaks of her.
  CHECK(said(open, decision(open, "anna@low.example", "iphone", kJune)) == "refuse a");
  CHECK(said(closed, decision(closed, "x@middle.example", "iphone", kJune)) == "refuse a");
}

TEST_CASE("an exemption lifts the rules it names, for whom and what and when it says") {
  const auto policy =
      policy_of(world(rule("r", "top", "refuse") + rule("s", "top", "warn") +
                      exemption("e",
                                "people = [\"anna\"]\ndevices = \"ipad\"\nrules = [\"r\"]\n"
                                "from = 2023-06-10\nuntil = 2023-06-20\nchannels = [\"web\"]")));
  using devices::Channel;
  const auto at = [&](std::string_view who, std::string_view device, std::string_view when,
                      Channel channel = Channel::web) {
    return said(policy, decision(policy, who, device, when, channel));
  };
  CHECK(at("anna@low.example", "ipad", kJune) == "warn s");
  CHECK(decision(policy, "anna@low.example", "ipad", kJune, Channel::web).exemption == 0);
  CHECK(at("anna@low.example", "ipad", kJune, Channel::sync) == "refuse r");
  CHECK(at("anna@low.example", "iphone", kJune) == "refuse r");
  CHECK(at("x@low.example", "ipad", kJune) == "refuse r");
  CHECK(at("anna@low.example", "ipad", "2023-06-09T21:59:59Z") == "refuse r");
  CHECK(at("anna@low.example", "ipad", "2023-06-09T22:00:00Z") == "warn s");
  CHECK(at("anna@low.example", "ipad", "2023-06-19T21:59:59Z") == "warn s");
  CHECK(at("anna@low.example", "ipad", "2023-06-19T22:00:00Z") == "refuse r");
}

TEST_CASE("what is known of the device softens the stage") {
  const auto policy = policy_of(world(rule("r", "top", "refuse")));
  const auto& ban = policy.ban();
  devices::Claim claim;
  claim.position.line = devices::Line::iphone;
  claim.position = devices::completed(claim.position);
  claim.evidence.push_back({"test", devices::Mouth::content, "x", 0, 0});
  const auto with = [&](float odds, bool session) {
    claim.against_interest.fill(odds);
    claim.session_level = session;
    return said(policy, decision(policy, "x@top.example", standings(ban, claim), kJune));
  };
  CHECK(with(2.5F, true) == "refuse r");
  CHECK(with(2.5F, false) == "warn r");
  CHECK(with(0.7F, true) == "warn r");
  CHECK(with(0.1F, true) == "allow r");
  claim.conflicts = 1U << static_cast<unsigned>(devices::Level::line);
  CHECK(with(2.5F, true) == "hold r");
  CHECK(with(2.5F, false) == "warn r");
  const auto nothing = decision(policy, "x@top.example", "nothing", kJune);
  CHECK(said(policy, nothing) == "allow r");
  CHECK(nothing.report());
}

TEST_CASE("an explanation names the rule, the date and what would change it") {
  const auto policy = policy_of(world(
      "[[rule]]\nid = \"r\"\ntitle = \"No iPhones\"\norganisation = \"top\"\ndevices = \"iphone\"\n"
      "stages = [{ from = 2023-06-01, action = \"warn\" }, { from = 2023-07-17, action = "
      "\"refuse\" }]\n"));
  const auto row = *row_of_device(policy.ban(), "iphone");
  const auto e = explain(policy, "anna@low.example", row, devices::Channel::mail_send,
                         *parse_iso8601("2023-07-16T21:59:00Z"));
  REQUIRE(e.next_change);
  CHECK(iso8601(e.next_change->at) == "2023-07-16T22:00:00.000000Z");
  CHECK(e.next_change->then.action == Action::refuse);
  const auto english = text(policy, e, "en"), german = text(policy, e, "de");
  CHECK(english.find("Rule r of top (No iPhones) is in its stage 'warn' since 2023-06-01 00:00 "
                     "Europe/Berlin.") != english.npos);
  CHECK(english.find("From 2023-07-17 00:00 Europe/Berlin on: refuse, by rule r.") != english.npos);
  CHECK(english.find("A device that is not of the class iphone: allow.") != english.npos);
  CHECK(german.find("ist seit 2023-06-01 00:00 Europe/Berlin in ihrer Stufe „warnen“") !=
        german.npos);
  CHECK(text(policy, e, "xx") == english);
  CHECK(json(policy, e, "en") == json(policy, e, "en"));
}

TEST_CASE("the digest is of what a ban means, not of how it is spelt") {
  const auto a = policy_of(world(rule("a", "top", "warn") + rule("b", "low", "refuse")));
  const auto b = policy_of(world("# spelt otherwise\n" + rule("b", "low", "refuse") +
                                 rule("a", "top", "warn", "overridable = false")));
  const auto c = policy_of(world(rule("a", "top", "warn") + rule("b", "low", "hold")));
  CHECK(a.digest() == b.digest());
  CHECK(a.digest() != c.digest());
  CHECK(a.digest_text().starts_with("sha256:"));
}

namespace {

/// A random question to a random ban.
struct Question {
  std::string account;
  ClaimRow row;
  devices::Channel channel;
  UtcTime at;
};
Question random_question(const RandomBan& world, const Ban& ban) {
  Question q;
  q.account = *rc::gen::elementOf(world.accounts);
  for (std::size_t c = 0; c < ban.classes.size(); ++c) {
    q.row.push_back(static_cast<Standing>(*rc::gen::inRange(0, static_cast<int>(kStandings))));
  }
  q.channel =
      static_cast<devices::Channel>(*rc::gen::inRange(0, static_cast<int>(devices::kChannels)));
  q.at = *parse_iso8601(fmt::format("2023-{:02}-{:02}T{:02}:30:00Z", *rc::gen::inRange(1, 13),
                                    *rc::gen::inRange(1, 29), *rc::gen::inRange(0, 24)));
  return q;
}
Decision asked(const Policy& policy, const Question& q) {
  ClaimTable claims(policy.ban());
  return policy.decide(policy.intern(q.account), claims, *claims.intern(q.row), q.channel, q.at);
}
Decision timeless(Decision d) {
  d.valid_until = kEnd;
  return d;
}

}  // namespace

TEST_CASE("the compiled table says what the document says, until the instant it names") {
  // What the random bans must have reached for this to mean anything.
  struct {
    int ruled = 0, exempt = 0, lifted_for_device = 0, overridden = 0, override_elsewhere = 0;
  } reached;
  CHECK(rc::check([&reached] {
    const auto world = *random_ban();
    const auto policy = policy_of(world.text);
    for (int i = 0; i < 80; ++i) {
      const auto q = random_question(world, policy.ban());
      const auto d = asked(policy, q);
      const auto trace = interpret(policy.ban(), q.account, q.row, q.channel, q.at);
      RC_ASSERT(timeless(d) == trace.decision);
      reached.ruled += d.kind == Decision::Kind::ruled ? 1 : 0;
      reached.exempt += d.kind == Decision::Kind::exempt ? 1 : 0;
      for (const auto& one : trace.rules) {
        const auto lifted = one.lifted_by;
        reached.overridden += one.overridden_by != kNone ? 1 : 0;
        reached.lifted_for_device +=
            lifted != kNone && policy.ban().exemptions[lifted].device_class ? 1 : 0;
        // Replaced on some channels, and still decisive on this one.
        const bool open = policy.ban().rules[one.rule].overridable && d.rule == one.rule;
        reached.override_elsewhere +=
            open && std::ranges::any_of(policy.ban().rules,
                                        [&](const Rule& r) {
                                          return r.overrides == one.rule &&
                                                 (r.channels & mask_of(q.channel)) == 0;
                                        })
                ? 1
                : 0;
      }
      RC_ASSERT(d == asked(policy, q));
      if (d.valid_until == kEnd) continue;
      RC_ASSERT(d.valid_until > q.at);
      Question later = q;
      later.at.micros = d.valid_until.micros - 1;
      RC_ASSERT(timeless(asked(policy, later)) == timeless(d));
    }
  }));
  MESSAGE(fmt::format(
      "reached: {} ruled, {} exempt, {} lifted for a device, {} overridden, {} elsewhere",
      reached.ruled, reached.exempt, reached.lifted_for_device, reached.overridden,
      reached.override_elsewhere));
  CHECK(reached.ruled > 100);
  CHECK(reached.exempt > 0);
  CHECK(reached.lifted_for_device > 0);
  CHECK(reached.overridden > 0);
  CHECK(reached.override_elsewhere > 0);
}

TEST_CASE("an exemption more makes nobody's answer stricter") {
  CHECK(rc::check([] {
    auto world = *random_ban();
    const auto before = policy_of(world.text);
    const auto after = policy_of(world.text + random_exemption(world, "zz-added"));
    for (int i = 0; i < 20; ++i) {
      const auto q = random_question(world, before.ban());
      RC_ASSERT(asked(after, q).action <= asked(before, q).action);
    }
  }));
}

TEST_CASE("a later day is never laxer unless a stage relaxes, a rule is lifted or another starts") {
  CHECK(rc::check([] {
    RandomOptions options;
    options.relaxing = false;
    options.exemptions = false;
    const auto world = *random_ban(options);
    const auto policy = policy_of(world.text);
    for (int i = 0; i < 20; ++i) {
      auto q = random_question(world, policy.ban());
      const auto early = asked(policy, q);
      q.at.micros += std::int64_t{*rc::gen::inRange(1, 400)} * 86'400'000'000;
      RC_ASSERT(asked(policy, q).action >= early.action);
    }
  }));
}

TEST_CASE("without a work account there is no decision, whatever the ban") {
  CHECK(rc::check([] {
    const auto world = *random_ban();
    const auto policy = policy_of(world.text);
    auto q = random_question(world, policy.ban());
    q.account = *rc::gen::elementOf(std::vector<std::string>{
        "somebody@consumer.example", "", "p0", "@d0.example", "p0@d0.example.org", "\xFF@\x01"});
    RC_ASSERT(asked(policy, q) == Decision{});
    RC_ASSERT(interpret(policy.ban(), q.account, q.row, q.channel, q.at).decision == Decision{});
  }));
}

TEST_CASE("a timeline's boundaries are all among the policy's") {
  CHECK(rc::check([] {
    const auto world = *random_ban();
    const auto policy = policy_of(world.text);
    const auto boundaries = policy.boundaries();
    RC_ASSERT(std::ranges::is_sorted(boundaries));
    for (int i = 0; i < 20; ++i) {
      const auto until = asked(policy, random_question(world, policy.ban())).valid_until;
      RC_ASSERT(until == kEnd || std::ranges::binary_search(boundaries, until));
    }
  }));
}
