#include "examine/runners.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <map>
#include <vector>

#include "base/bytes.hpp"
#include "examine/frames.hpp"

using namespace interdict;
using namespace interdict::examine;

namespace {

struct Ended {
  Ending how;
  int number;
  std::string said;
  bool operator==(const Ended&) const = default;
};

struct Outcome {
  std::map<std::size_t, Ended> ended;
  std::vector<std::size_t> again;
};

std::string answer(std::size_t step) {
  return std::string(step * 30'000, static_cast<char>('a' + step));
}

/// Steps of which some misbehave; the others answer.
Outcome run(std::size_t steps, unsigned at_once,
            const std::function<void(std::size_t)>& misbehave) {
  Outcome outcome;
  std::map<std::size_t, FrameBuffer> heard;
  std::map<std::size_t, std::string> said;
  RunnersPlan plan;
  plan.end = steps;
  plan.at_once = at_once;
  plan.time = std::chrono::seconds(1);
  plan.body = [&](std::size_t step, int pipe, bool) {
    misbehave(step);
    if (!send_frame(pipe, 99, answer(step))) ::_exit(9);
  };
  plan.said = [&](std::size_t step, std::string_view bytes) {
    heard[step].add(bytes);
    while (const auto frame = *heard[step].next()) {
      if (frame->says == 99) said[step] += frame->body;
    }
  };
  plan.again = [&](std::size_t step) {
    outcome.again.push_back(step);
    outcome.ended.erase(step);
    heard.erase(step);
    said.erase(step);
  };
  plan.ended = [&](std::size_t step, Ending how, int number) {
    CHECK_FALSE(outcome.ended.contains(step));
    outcome.ended[step] = {how, number, said[step]};
  };
  run_steps(plan);
  return outcome;
}

}  // namespace

TEST_CASE("steps that behave are run once each, however many at once") {
  for (const unsigned at_once : {1u, 2u, 5u, 9u}) {
    const auto outcome = run(8, at_once, [](std::size_t) {});
    REQUIRE(outcome.ended.size() == 8);
    CHECK(outcome.again.empty());
    for (const auto& [step, ended] : outcome.ended)
      CHECK(ended == Ended{Ending::exited, 0, answer(step)});
  }
}

TEST_CASE(
    "a step that dies or hangs is told alone, and what others said is as if it had not been") {
  for (const unsigned at_once : {1u, 2u, 4u}) {
    const auto outcome = run(6, at_once, [](std::size_t step) {
      if (step == 1) ::raise(SIGKILL);
      if (step == 3) ::_exit(7);
      while (step == 4) ::pause();
    });
    REQUIRE(outcome.ended.size() == 6);
    for (const std::size_t good : {0u, 2u, 5u}) {
      CHECK(outcome.ended.at(good) == Ended{Ending::exited, 0, answer(good)});
    }
    CHECK(outcome.ended.at(1) == Ended{Ending::signalled, SIGKILL, ""});
    CHECK(outcome.ended.at(3) == Ended{Ending::exited, 7, ""});
    CHECK(outcome.ended.at(4) == Ended{Ending::gave_up, 0, ""});
  }
}

TEST_CASE("a step that ruins the process for the next is not blamed on the next") {
  // What step 1 leaves behind kills step 2; each alone is well.
  static bool ruined = false;
  const auto outcome = run(4, 1, [](std::size_t step) {
    if (step == 1) ruined = true;
    if (step == 2 && ruined) ::raise(SIGKILL);
  });
  CHECK(outcome.again == std::vector<std::size_t>{0, 1, 2});
  for (const auto& [step, ended] : outcome.ended)
    CHECK(ended == Ended{Ending::exited, 0, answer(step)});
}

TEST_CASE("a process that closes its pipe and goes on is given no more time than any other") {
  std::vector<Ending> endings;
  RunnersPlan plan;
  plan.end = 1;
  plan.time = std::chrono::seconds(1);
  plan.body = [](std::size_t, int pipe, bool) {
    ::close(pipe);
    while (true) ::pause();
  };
  plan.said = [](std::size_t, std::string_view) {};
  plan.ended = [&](std::size_t, Ending how, int) { endings.push_back(how); };
  run_steps(plan);
  CHECK(endings == std::vector{Ending::gave_up});
}

TEST_CASE("a process that speaks no frames is ended") {
  std::vector<Ending> endings;
  RunnersPlan plan;
  plan.end = 1;
  plan.time = std::chrono::seconds(1);
  plan.body = [](std::size_t, int pipe, bool) {
    const std::string nonsense(100, '\xff');
    static_cast<void>(::write(pipe, nonsense.data(), nonsense.size()));
    while (true) ::pause();
  };
  plan.said = [](std::size_t, std::string_view) {};
  plan.ended = [&](std::size_t, Ending how, int) { endings.push_back(how); };
  run_steps(plan);
  CHECK(endings == std::vector{Ending::gave_up});
}
