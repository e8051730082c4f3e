#include "ledger/aggregator.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <map>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <fmt/format.h>

using namespace interdict;
using namespace interdict::ledger;

namespace {

constexpr UtcTime kNoon{1'689'595'200'000'000};  // 2023-07-17T12:00:00Z
constexpr std::int64_t kHour = 3'600'000'000;

devices::Position iphone(std::string model = "iPhone15,2") {
  return {.vendor = devices::Vendor::apple,
          .family = devices::Family::mobile,
          .line = devices::Line::iphone,
          .os = devices::Os::ios,
          .os_version = {17, 2, 1},
          .build = {21, 'C', 66, 0},
          .model = std::move(model)};
}

struct Totals {
  std::map<std::string, std::uint64_t> sightings, decisions;
  std::uint64_t shed_sightings = 0, shed_decisions = 0;
  bool operator==(const Totals&) const = default;
};

/// Everything an aggregator holds, taken as the writer takes it.
Totals taken(Aggregator& a) {
  Totals t;
  if (!a.exchange()) return t;
  for (const auto& entry : a.full().window.entries()) {
    const auto key = a.full().window.key(entry);
    if (Aggregator::is_sighting(key)) {
      const auto s = Aggregator::sighting_of(key);
      t.sightings[fmt::format("{}|{}|{}", s.person, s.position.model, name_of(s.channel))] +=
          entry.count;
    } else {
      const auto d = Aggregator::decision_of(key);
      t.decisions[fmt::format("{}|{}|{}|{}|{}|{}|{}", d.person, d.rule, d.policy, d.action, d.stage,
                              name_of(d.channel), d.bucket.micros)] += entry.count;
    }
  }
  for (const auto n : a.full().shed.sightings) t.shed_sightings += n;
  for (const auto& d : a.full().shed.decisions) t.shed_decisions += d.count;
  a.stored();
  return t;
}

}  // namespace

TEST_CASE("the same person, device and channel are added up, with the first and the last time") {
  Aggregator a({});
  const auto phone = iphone();
  const auto see = [&](UtcTime at, devices::Grade grade) {
    a.record(Sighting{.person = "anna",
                      .position = phone,
                      .grade = grade,
                      .channel = devices::Channel::mail_send,
                      .at = at});
  };
  see(kNoon, devices::Grade::strong);
  see({kNoon.micros + 9}, devices::Grade::likely);
  see({kNoon.micros - 5}, devices::Grade::certain);
  REQUIRE(a.exchange());
  const auto entries = a.full().window.entries();
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].count == 3);
  CHECK(entries[0].first.micros == kNoon.micros - 5);
  CHECK(entries[0].last.micros == kNoon.micros + 9);
  CHECK(static_cast<devices::Grade>(entries[0].grade) == devices::Grade::likely);
  const auto key = Aggregator::sighting_of(a.full().window.key(entries[0]));
  CHECK(key.person == "anna");
  CHECK(key.position == phone);
  CHECK(key.channel == devices::Channel::mail_send);
}

TEST_CASE("decisions are added up by the hour or by the day") {
  for (const int hours : {1, 24}) {
    Aggregator a({.bucket_hours = hours});
    for (const std::int64_t later : {std::int64_t{0}, kHour - 1, kHour}) {
      a.record(DecisionTaken{.person = "anna",
                             .rule = "no-apple",
                             .policy = "ab12",
                             .action = "refuse",
                             .stage = "refuse",
                             .channel = devices::Channel::sync,
                             .at = {kNoon.micros + later}});
    }
    REQUIRE(a.exchange());
    CHECK(a.full().window.entries().size() == (hours == 1 ? 2 : 1));
    const auto key = Aggregator::decision_of(a.full().window.key(a.full().window.entries()[0]));
    CHECK(key.bucket.micros == (hours == 1 ? kNoon.micros : kNoon.micros - 12 * kHour));
    CHECK(key.rule == "no-apple");
    CHECK(key.policy == "ab12");
    CHECK(key.action == "refuse");
    CHECK(key.stage == "refuse");
    CHECK(key.person == "anna");
  }
}

TEST_CASE("property: nothing shed, the totals are those of a naive sum") {
  CHECK(rc::check(
      [](const std::vector<std::tuple<std::uint8_t, std::uint8_t, std::uint8_t, bool>>& events) {
        Aggregator a({.keys = 4096, .bytes = 1 << 20, .bucket_hours = 1});
        Totals naive;
        Totals stored;
        for (const auto& [who, what, how, exchange] : events) {
          const std::string person = fmt::format("person-{}", who % 5);
          const auto channel = static_cast<devices::Channel>(how % devices::kChannels);
          const auto phone = iphone(fmt::format("iPhone{},1", what % 7));
          a.record(Sighting{.person = person, .position = phone, .channel = channel, .at = kNoon});
          ++naive.sightings[fmt::format("{}|{}|{}", person, phone.model, name_of(channel))];
          const std::string rule = fmt::format("rule{}", what % 3),
                            action = how % 2 ? "warn" : "hold";
          const UtcTime at{kNoon.micros + what % 4 * kHour + how};
          a.record(DecisionTaken{.person = person,
                                 .rule = rule,
                                 .policy = "d",
                                 .action = action,
                                 .stage = action,
                                 .channel = channel,
                                 .at = at});
          ++naive.decisions[fmt::format("{}|{}|d|{}|{}|{}|{}", person, rule, action, action,
                                        name_of(channel), kNoon.micros + what % 4 * kHour)];
          if (exchange && who % 8 == 0) {
            const Totals part = taken(a);
            for (const auto& [key, n] : part.sightings) stored.sightings[key] += n;
            for (const auto& [key, n] : part.decisions) stored.decisions[key] += n;
          }
        }
        const Totals rest = taken(a);
        for (const auto& [key, n] : rest.sightings) stored.sightings[key] += n;
        for (const auto& [key, n] : rest.decisions) stored.decisions[key] += n;
        RC_ASSERT(stored == naive);
        RC_ASSERT(a.counts().shed_whole == 0U);
        RC_ASSERT(a.counts().shed_detail == 0U);
      }));
}

TEST_CASE("a window that fills sheds the text of devices first, then keeps counts by action") {
  Aggregator a({.keys = 100, .bytes = 1 << 16});
  for (int i = 0; i < 1000; ++i) {
    const auto phone = iphone(fmt::format("iPhone{},1", i));
    a.record(Sighting{.person = "anna", .position = phone, .at = kNoon});
  }
  // One person: once nearly full, all further models are one entry without a model.
  auto counts = a.counts();
  CHECK(counts.shed_whole == 0);
  CHECK(counts.shed_detail == 925);
  for (int i = 0; i < 1000; ++i) {
    const std::string person = fmt::format("person-{}", i);
    a.record(DecisionTaken{.person = person,
                           .rule = "r",
                           .policy = "d",
                           .action = i % 2 ? "warn" : "hold",
                           .stage = "warn",
                           .channel = devices::Channel::web,
                           .at = kNoon});
  }
  counts = a.counts();
  CHECK(counts.shed_whole == 1000 - (100 - 76));
  REQUIRE(a.exchange());
  std::uint64_t sum = 0, shed_in_rows = 0;
  for (const auto& entry : a.full().window.entries()) {
    sum += entry.count;
    shed_in_rows += entry.shed;
  }
  CHECK(shed_in_rows == 925);
  CHECK(sum + counts.shed_whole == 2000);
  const auto& shed = a.full().shed;
  REQUIRE(shed.used == 2);
  CHECK(shed.decisions[0].count + shed.decisions[1].count == counts.shed_whole);
  CHECK(shed.decisions[0].channel == devices::Channel::web);
  CHECK((shed.decisions[0].word() == "hold" || shed.decisions[0].word() == "warn"));
}

TEST_CASE("invented actions end in one place called other, and none is lost") {
  Aggregator a({.keys = 1, .bytes = 1024});
  for (int i = 0; i < 300; ++i) {
    const std::string action = fmt::format("action-{}", i);
    a.record(DecisionTaken{.person = "anna", .action = action, .at = kNoon});
  }
  const Totals t = taken(a);
  CHECK(t.shed_decisions == 299);
  CHECK(t.decisions.size() == 1);
}

TEST_CASE("a million persons grow nothing") {
  Aggregator a({.keys = 4096, .bytes = 1 << 18});
  const std::size_t before = a.memory();
  const auto phone = iphone();
  for (int i = 0; i < 1'000'000; ++i) {
    const std::string person = fmt::format("person-{}@ministry.example", i);
    a.record(Sighting{.person = person, .position = phone, .at = kNoon});
  }
  CHECK(a.memory() == before);
  const auto counts = a.counts();
  CHECK(counts.sightings == 1'000'000);
  REQUIRE(a.exchange());
  CHECK(a.full().window.entries().size() + counts.shed_whole == 1'000'000);
  CHECK(a.full().window.entries().size() <= 4096);
  CHECK(a.full().shed.sightings[0] == counts.shed_whole);
}

TEST_CASE("nobody, a text beyond its bounds and a time no calendar has are refused and counted") {
  Aggregator a({});
  const auto phone = iphone();
  const std::string long_id(kMaxId + 1, 'x');
  a.record(Sighting{.person = "", .position = phone, .at = kNoon});
  a.record(Sighting{.person = long_id, .position = phone, .at = kNoon});
  a.record(Sighting{.person = "anna", .position = phone, .at = {-1}});
  a.record(DecisionTaken{.person = "anna", .rule = long_id, .at = kNoon});
  a.record(DecisionTaken{.person = "anna", .action = "a-word-that-is-too-long", .at = kNoon});
  CHECK(a.counts().refused == 5);
  CHECK_FALSE(a.exchange());
  // The longest that fit, together.
  const std::string id(kMaxId, 'x'), word(kMaxWord, 'w'), digest(kMaxDigest, 'd');
  auto model = iphone(std::string(500, 'm'));
  a.record(Sighting{.person = id, .position = model, .at = kNoon});
  a.record(DecisionTaken{
      .person = id, .rule = id, .policy = digest, .action = word, .stage = word, .at = kNoon});
  REQUIRE(a.exchange());
  const auto entries = a.full().window.entries();
  REQUIRE(entries.size() == 2);
  const auto s = Aggregator::sighting_of(a.full().window.key(entries[0]));
  CHECK(s.person == id);
  CHECK(s.position.model == std::string(kMaxModel, 'm'));
  const auto d = Aggregator::decision_of(a.full().window.key(entries[1]));
  CHECK(d.rule == id);
  CHECK(d.policy == digest);
  CHECK(d.person == id);
}

TEST_CASE("several threads record while the writer takes windows, and nothing is lost") {
  Aggregator a({.keys = 1 << 14, .bytes = 1 << 20});
  constexpr int kEach = 20'000;
  std::atomic<int> running{3};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&, t] {
      const auto phone = iphone();
      for (int i = 0; i < kEach; ++i) {
        const std::string person = fmt::format("p{}", (i * 7 + t) % 100);
        a.record(Sighting{.person = person, .position = phone, .at = kNoon});
      }
      --running;
    });
  }
  std::uint64_t sum = 0;
  const auto take = [&] {
    for (const auto& [key, n] : taken(a).sightings) sum += n;
  };
  while (running > 0) take();
  for (auto& thread : threads) thread.join();
  take();
  take();
  CHECK(sum == 3 * kEach);
}
