#include "net/deadlines.hpp"

#include <map>
#include <memory>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using interdict::net::Deadlines;

namespace {

std::vector<std::int64_t> all_due(Deadlines& deadlines, std::int64_t now) {
  std::vector<std::int64_t> out;
  while (auto* hook = deadlines.take_due(now)) out.push_back(hook->due);
  return out;
}

}  // namespace

TEST_CASE("a deadline comes once, at its time or a tick later") {
  Deadlines deadlines(1000);
  Deadlines::Hook hook;
  CHECK_FALSE(deadlines.next());
  deadlines.set(hook, 1100);
  CHECK(all_due(deadlines, 1099).empty());
  REQUIRE(deadlines.next());
  CHECK(*deadlines.next() >= 1100);
  CHECK(*deadlines.next() < 1100 + Deadlines::kTick);
  CHECK(all_due(deadlines, *deadlines.next()) == std::vector<std::int64_t>{1100});
  CHECK_FALSE(hook.set());
  CHECK_FALSE(deadlines.next());
}

TEST_CASE("moved later it does not come at its old time; moved sooner it comes sooner") {
  Deadlines deadlines(0);
  Deadlines::Hook hook;
  deadlines.set(hook, 100);
  deadlines.set(hook, 60'000);
  for (std::int64_t now = 0; now < 60'000; now += 50) CHECK(all_due(deadlines, now).empty());
  CHECK(all_due(deadlines, 60'050).size() == 1);
  deadlines.set(hook, 120'000);
  deadlines.set(hook, 61'000);
  CHECK(all_due(deadlines, 61'040).size() == 1);
}

TEST_CASE("a cleared one never comes, also when it is cleared while others are taken") {
  Deadlines deadlines(0);
  Deadlines::Hook a, b, c;
  for (auto* hook : {&a, &b, &c}) deadlines.set(*hook, 10);
  REQUIRE(deadlines.take_due(100) == &a);
  Deadlines::clear(b);
  CHECK(deadlines.take_due(100) == &c);
  CHECK(deadlines.take_due(100) == nullptr);
}

TEST_CASE(
    "any set of deadlines, moved and cleared at random, comes as a plain list of times says") {
  rc::check([] {
    std::int64_t now = *rc::gen::inRange<std::int64_t>(0, 100'000);
    Deadlines deadlines(now);
    std::vector<std::unique_ptr<Deadlines::Hook>> hooks;
    std::map<Deadlines::Hook*, std::int64_t> model;
    for (int i = 0; i < 8; ++i) hooks.push_back(std::make_unique<Deadlines::Hook>());
    for (int step = *rc::gen::inRange(1, 120); step > 0; --step) {
      auto& hook = *hooks[*rc::gen::inRange<std::size_t>(0, hooks.size())];
      const auto what = *rc::gen::inRange(0, 4);
      if (what == 0) {
        Deadlines::clear(hook);
        model.erase(&hook);
      } else if (what < 3) {
        const auto due = now + *rc::gen::inRange<std::int64_t>(0, what == 1 ? 200 : 40'000);
        deadlines.set(hook, due);
        model[&hook] = due;
      }
      now += *rc::gen::inRange<std::int64_t>(0, *rc::gen::inRange(1, 30'000));
      while (auto* due = deadlines.take_due(now)) {
        RC_ASSERT(model.count(due) == 1);
        RC_ASSERT(model[due] <= now);
        model.erase(due);
      }
      for (const auto& [left, due] : model) RC_ASSERT(due > now - Deadlines::kTick);
      RC_ASSERT(deadlines.next().has_value() == !model.empty());
      for (const auto& [left, due] : model) {
        RC_ASSERT(*deadlines.next() < due + Deadlines::kTick);
      }
    }
    for (const auto& hook : hooks) Deadlines::clear(*hook);
  });
}
