#include "examine/children.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <map>

#include "base/bytes.hpp"
#include "base/file.hpp"

using namespace interdict;
using namespace interdict::examine;

namespace {

struct Ended {
  Ending how;
  int number;
  std::string said;
};

/// Runs four steps: one that answers, one that dies, one that hangs, one that answers at length.
std::map<std::size_t, Ended> run_four(unsigned at_once) {
  std::map<std::size_t, Ended> ended;
  std::map<std::size_t, std::string> said;
  ChildrenPlan plan;
  plan.end = 4;
  plan.at_once = at_once;
  plan.time = std::chrono::seconds(1);
  plan.body = [](std::size_t step, int pipe) {
    if (step == 1) ::raise(SIGKILL);
    while (step == 2) ::pause();
    const std::string text = step == 0 ? "hello" : std::string(300'000, 'x');
    if (!write_all(pipe, bytes_of(text))) ::_exit(9);
  };
  plan.said = [&](std::size_t step, std::string_view bytes) { said[step] += bytes; };
  plan.ended = [&](std::size_t step, Ending how, int number) {
    CHECK_FALSE(ended.contains(step));
    ended[step] = {how, number, said[step]};
  };
  run_children(plan);
  return ended;
}

}  // namespace

TEST_CASE("a child that dies or hangs touches nobody else") {
  for (const unsigned at_once : {1u, 2u, 4u}) {
    const auto ended = run_four(at_once);
    REQUIRE(ended.size() == 4);
    CHECK(ended.at(0).how == Ending::exited);
    CHECK(ended.at(0).number == 0);
    CHECK(ended.at(0).said == "hello");
    CHECK(ended.at(1).how == Ending::signalled);
    CHECK(ended.at(1).number == SIGKILL);
    CHECK(ended.at(2).how == Ending::gave_up);
    CHECK(ended.at(3).how == Ending::exited);
    CHECK(ended.at(3).said == std::string(300'000, 'x'));
  }
}

TEST_CASE("a child that closes its pipe and goes on is given no more time than any other") {
  std::vector<Ending> endings;
  ChildrenPlan plan;
  plan.end = 1;
  plan.time = std::chrono::seconds(1);
  plan.body = [](std::size_t, int pipe) {
    ::close(pipe);
    while (true) ::pause();
  };
  plan.said = [](std::size_t, std::string_view) {};
  plan.ended = [&](std::size_t, Ending how, int) { endings.push_back(how); };
  run_children(plan);
  CHECK(endings == std::vector{Ending::gave_up});
}
