#include "examine/runners.hpp"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.hpp"
#include "examine/frames.hpp"
#include "examine/sandbox.hpp"

namespace interdict::examine {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kSaidAtOnce = 1 << 14;

struct Runner {
  pid_t pid = -1;
  Fd orders, answers;
  bool alone = false;              // gets one step only
  std::vector<std::size_t> steps;  // given to it; the last is being run
  FrameBuffer frames;
  Clock::time_point deadline;
};

int milliseconds_until(Clock::time_point when) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

/// The life of a runner: one step after another, until there are no more orders.
[[noreturn]] void obey(const RunnersPlan& plan, int orders, int answers) {
  std::size_t step = 0;
  for (bool fresh = true; ::read(orders, &step, sizeof step) == sizeof step; fresh = false) {
    plan.body(step, answers, fresh);
    if (!send_frame(answers, static_cast<std::uint8_t>(StepSays::returned), {})) break;
  }
  ::_exit(0);
}

class Runners {
 public:
  explicit Runners(const RunnersPlan& plan) : plan_(plan), piece_(kSaidAtOnce, '\0') {
    for (auto step = plan.first; step < plan.end; ++step) together_.push_back(step);
  }

  void run() {
    while (!together_.empty() || !alone_.empty() || !running_.empty()) {
      while (running_.size() < plan_.at_once && !(together_.empty() && alone_.empty())) start();
      if (!running_.empty()) listen();
    }
  }

 private:
  void start() {
    Runner runner;
    runner.alone = !alone_.empty();
    auto& queue = runner.alone ? alone_ : together_;
    const auto step = queue.front();
    queue.pop_front();
    if (const int why = make_process(runner); why != 0) {
      return plan_.ended(step, Ending::exited, -why);
    }
    give(runner, step);
    running_.push_back(std::move(runner));
  }

  /// 0, or errno.
  int make_process(Runner& runner) {
    int orders[2], answers[2];
    if (::pipe2(orders, O_CLOEXEC) != 0) return errno;
    Fd take_orders(orders[0]);
    runner.orders = Fd(orders[1]);
    if (::pipe2(answers, O_CLOEXEC) != 0) return errno;
    Fd give_answers(answers[1]);
    runner.answers = Fd(answers[0]);
    const auto parent = ::getpid();
    runner.pid = ::fork();
    if (runner.pid < 0) return errno;
    if (runner.pid > 0) return 0;
    die_with(parent);
    running_.clear();  // the others' pipes are none of its business
    runner.orders = Fd();
    runner.answers = Fd();
    obey(plan_, take_orders.get(), give_answers.get());
  }

  void give(Runner& runner, std::size_t step) {
    runner.steps.push_back(step);
    runner.deadline = Clock::now() + plan_.time;
    // Should it have died meanwhile, its answers end and the step is run again.
    static_cast<void>(::write(runner.orders.get(), &step, sizeof step) == sizeof step);
  }

  /// Waits until one of them says something, ends, or has had its time.
  void listen() {
    std::vector<pollfd> polled;
    auto first_deadline = running_.front().deadline;
    for (const Runner& runner : running_) {
      polled.push_back({runner.answers.get(), POLLIN, 0});
      first_deadline = std::min(first_deadline, runner.deadline);
    }
    ::poll(polled.data(), polled.size(), milliseconds_until(first_deadline));
    for (std::size_t i = running_.size(); i-- > 0;) {
      const bool goes_on = polled[i].revents == 0 || hear(running_[i]);
      const bool late = Clock::now() >= running_[i].deadline;
      if (goes_on && !late) continue;
      Runner runner = std::move(running_[i]);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      bury(runner, late);
    }
  }

  /// False: it is done or has fallen. A runner that is done has no steps any more.
  bool hear(Runner& runner) {
    const auto n = ::read(runner.answers.get(), piece_.data(), piece_.size());
    if (n < 0) return errno == EINTR;
    if (n == 0) return false;
    const auto bytes = std::string_view(piece_).substr(0, static_cast<std::size_t>(n));
    plan_.said(runner.steps.back(), bytes);
    runner.frames.add(bytes);
    while (true) {
      const auto frame = runner.frames.next();
      if (!frame) return false;
      if (!*frame) return true;
      if ((*frame)->says != static_cast<std::uint8_t>(StepSays::returned)) continue;
      plan_.ended(runner.steps.back(), Ending::exited, 0);
      if (runner.alone || together_.empty()) {
        runner.steps.clear();
        return false;
      }
      give(runner, together_.front());
      together_.pop_front();
    }
  }

  void bury(Runner& runner, bool late) {
    const bool done = runner.steps.empty();
    if (!done && !late) wait_for(runner);  // it closed its pipe: its end says why
    if (done || late || Clock::now() >= runner.deadline) {
      late = !done;
      ::kill(runner.pid, SIGKILL);
    }
    int status = 0;
    while (::waitpid(runner.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (done) return;
    if (runner.steps.size() > 1) {
      for (const auto step : runner.steps) plan_.again(step);
      std::ranges::copy(runner.steps, std::back_inserter(alone_));
    } else if (late) {
      plan_.ended(runner.steps.back(), Ending::gave_up, 0);
    } else if (WIFSIGNALED(status)) {
      plan_.ended(runner.steps.back(), Ending::signalled, WTERMSIG(status));
    } else {
      plan_.ended(runner.steps.back(), Ending::exited, WEXITSTATUS(status));
    }
  }

  /// One that closed its pipe and goes on all the same is waited for no longer than any other.
  static void wait_for(const Runner& runner) {
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, runner.pid, 0)));
    pollfd ending{process.get(), POLLIN, 0};
    while (process && Clock::now() < runner.deadline && ending.revents == 0) {
      ::poll(&ending, 1, milliseconds_until(runner.deadline));
    }
  }

  const RunnersPlan& plan_;
  std::deque<std::size_t> together_, alone_;
  std::vector<Runner> running_;
  std::string piece_;
};

}  // namespace

void run_steps(const RunnersPlan& plan) { Runners(plan).run(); }

}  // namespace interdict::examine
