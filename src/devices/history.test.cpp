#include "devices/history.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace interdict;
using namespace interdict::devices;

namespace {

constexpr UtcTime day(int n) { return {(19'000 + n) * 86'400LL * 1'000'000}; }
constexpr UtcTime hour(int n) { return {day(0).micros + n * 3'600LL * 1'000'000}; }

Claim of_agent(std::string_view agent) {
  Observed seen;
  seen.user_agent = agent;
  return identify(seen);
}
const Claim& iphone() {
  static const Claim c = of_agent("Mozilla/5.0 (iPhone; CPU iPhone OS 17_3 like Mac OS X)");
  return c;
}
const Claim& android() {
  static const Claim c = of_agent("Outlook-Android/2.0");
  return c;
}
Claim proven_android() {
  Observed seen;
  seen.inventory = InventoryRecord{"", "Samsung", "SM-A515F", "Android", "", ""};
  return identify(seen);
}

}  // namespace

TEST_CASE("one odd observation does not flip a settled device, three do, and that is an event") {
  auto s = observe({}, iphone(), {}, day(0));
  CHECK(s.has(HistoryEvent::first));
  for (int i = 1; i <= 2; ++i) {
    s = observe(s.history, android(), {}, day(i));
    CHECK(s.has(HistoryEvent::held));
    CHECK(s.history.settled.line == Line::iphone);
  }
  s = observe(s.history, android(), {}, day(3));
  CHECK(s.has(HistoryEvent::switched));
  CHECK(s.history.settled.os == Os::android);
  CHECK(s.history.since == day(3));
  REQUIRE(s.contradictions.size() == 1);
  CHECK(s.contradictions[0].id == "history/switched");
}

TEST_CASE("the settled device, seen in between, starts the count anew") {
  auto s = observe({}, iphone(), {}, day(0));
  for (int i = 0; i < 10; ++i) {
    s = observe(s.history, android(), {}, hour(i * 3));
    s = observe(s.history, android(), {}, hour(i * 3 + 1));
    s = observe(s.history, iphone(), {}, hour(i * 3 + 2));
    CHECK(s.history.settled.line == Line::iphone);
  }
}

TEST_CASE("one strong proof is enough") {
  auto s = observe({}, iphone(), {}, day(0));
  s = observe(s.history, proven_android(), {}, day(1));
  CHECK(s.has(HistoryEvent::switched));
}

TEST_CASE("what was settled expires when it was not seen for long") {
  auto s = observe({}, iphone(), {}, day(0));
  s = observe(s.history, android(), {}, day(31));
  CHECK(s.has(HistoryEvent::expired));
  CHECK(s.has(HistoryEvent::first));
  CHECK(s.history.settled.os == Os::android);
}

TEST_CASE("a new build or version is an event at once") {
  auto s = observe({}, of_agent("iOS/16.5.1 (20F75) dataaccessd/1.0"), {}, day(0));
  s = observe(s.history, of_agent("iOS/16.5.1 (20F75) dataaccessd/1.0"), {}, day(1));
  CHECK(s.events == 0);
  s = observe(s.history, of_agent("iOS/17.2 (21C62) dataaccessd/1.0"), {}, day(2));
  CHECK(s.has(HistoryEvent::build_changed));
  CHECK(s.history.settled.os_version == Version{17, 2, 0});
  CHECK_FALSE(s.has(HistoryEvent::switched));
  // Then the browser tells that it is an iPhone: more of the same device.
  s = observe(s.history, of_agent("Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X)"), {},
              day(3));
  CHECK(s.has(HistoryEvent::deepened));
  CHECK(s.history.settled.line == Line::iphone);
  CHECK(to_string(s.history.settled.build) == "21C62");
}

TEST_CASE("an agent that changes too often contradicts itself") {
  auto s = observe({}, iphone(), "a", hour(0));
  bool flapped = false;
  for (int i = 1; i <= 3; ++i) {
    s = observe(s.history, iphone(), i % 2 == 0 ? "a" : "b", hour(i));
    CHECK(s.has(HistoryEvent::agent_changed));
    flapped |= s.has(HistoryEvent::agent_flapping);
  }
  CHECK_FALSE(flapped);
  s = observe(s.history, iphone(), "c", hour(4));
  CHECK(s.has(HistoryEvent::agent_flapping));
  CHECK(s.contradictions.at(0).forged);
  // The same number of changes over weeks is what updates do.
  s = observe({}, iphone(), "a", day(0));
  for (int i = 1; i < 20; ++i) {
    s = observe(s.history, iphone(), i % 2 == 0 ? "a" : "b", day(i * 2));
    CHECK_FALSE(s.has(HistoryEvent::agent_flapping));
  }
}

TEST_CASE("what comes late or says nothing changes nothing that is settled") {
  const auto s = observe({}, iphone(), {}, day(5));
  const auto late = observe(s.history, android(), {}, day(4));
  CHECK(late.events == 1U << static_cast<unsigned>(HistoryEvent::late));
  CHECK(late.history.settled == s.history.settled);
  CHECK(late.history.rival_seen == 0);
  const auto nothing = observe(s.history, {}, {}, day(6));
  CHECK(nothing.events == 0);
  CHECK(nothing.history.last == day(5));
}

TEST_CASE("no sequence switches without k in a row or a strong one") {
  CHECK(rc::check([](const std::vector<bool>& apple) {
    History h;
    unsigned streak = 0;
    int at = 0;
    for (const bool a : apple) {
      const auto& claim = a ? iphone() : android();
      const bool other = !h.empty() && !compatible(h.settled, claim.position);
      streak = other ? streak + 1 : 0;
      const auto s = observe(h, claim, {}, hour(at++));
      RC_ASSERT(s.has(HistoryEvent::switched) == (streak == 3));
      if (streak == 3) streak = 0;
      h = s.history;
    }
  }));
}

TEST_CASE("every event has a name of its own") {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < kHistoryEvents; ++i)
    names.push_back(name_of(static_cast<HistoryEvent>(i)));
  std::ranges::sort(names);
  CHECK(std::ranges::adjacent_find(names) == names.end());
}
