#include "examine/children.hpp"

#include <algorithm>
#include <cerrno>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.hpp"
#include "examine/sandbox.hpp"

namespace interdict::examine {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kSaidAtOnce = 1 << 16;

struct Child {
  std::size_t step = 0;
  pid_t pid = -1;
  Fd pipe;
  Clock::time_point deadline;
};

int milliseconds_until(Clock::time_point when) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(when - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

class Children {
 public:
  explicit Children(const ChildrenPlan& plan) : plan_(plan), piece_(kSaidAtOnce, '\0') {}

  void run() {
    for (auto next = plan_.first; next < plan_.end || !running_.empty();) {
      while (next < plan_.end && running_.size() < plan_.at_once) start(next++);
      listen();
    }
  }

 private:
  void start(std::size_t step) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return plan_.ended(step, Ending::exited, -errno);
    Fd read_end(ends[0]), write_end(ends[1]);
    const auto parent = ::getpid();
    const auto pid = ::fork();
    if (pid < 0) return plan_.ended(step, Ending::exited, -errno);
    if (pid == 0) {
      die_with(parent);
      running_.clear();  // the others' pipes are none of its business
      read_end = Fd();
      plan_.body(step, write_end.get());
      ::_exit(0);
    }
    running_.push_back({step, pid, std::move(read_end), Clock::now() + plan_.time});
  }

  /// Waits until one of them says something, ends, or has had its time.
  void listen() {
    if (running_.empty()) return;
    std::vector<pollfd> polled;
    auto first_deadline = running_.front().deadline;
    for (const Child& child : running_) {
      polled.push_back({child.pipe.get(), POLLIN, 0});
      first_deadline = std::min(first_deadline, child.deadline);
    }
    ::poll(polled.data(), polled.size(), milliseconds_until(first_deadline));
    for (std::size_t i = running_.size(); i-- > 0;) {
      const bool over = polled[i].revents != 0 && !pass_on(running_[i]);
      const bool late = Clock::now() >= running_[i].deadline;
      if (!over && !late) continue;
      Child child = std::move(running_[i]);
      running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(i));
      end(child);
    }
  }

  /// False: it has closed its pipe, so it has ended or soon will.
  bool pass_on(const Child& child) {
    const auto n = ::read(child.pipe.get(), piece_.data(), piece_.size());
    if (n < 0) return errno == EINTR;
    if (n > 0) plan_.said(child.step, std::string_view(piece_).substr(0, static_cast<std::size_t>(n)));
    return n > 0;
  }

  void end(const Child& child) {
    // A child that closed its pipe and goes on all the same is waited for no longer than any other.
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
    pollfd ending{process.get(), POLLIN, 0};
    while (process && Clock::now() < child.deadline && ending.revents == 0) {
      ::poll(&ending, 1, milliseconds_until(child.deadline));
    }
    const bool late = Clock::now() >= child.deadline;
    if (late) ::kill(child.pid, SIGKILL);
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (late) {
      plan_.ended(child.step, Ending::gave_up, 0);
    } else if (WIFSIGNALED(status)) {
      plan_.ended(child.step, Ending::signalled, WTERMSIG(status));
    } else {
      plan_.ended(child.step, Ending::exited, WEXITSTATUS(status));
    }
  }

  const ChildrenPlan& plan_;
  std::vector<Child> running_;
  std::string piece_;
};

}  // namespace

void run_children(const ChildrenPlan& plan) { Children(plan).run(); }

}  // namespace interdict::examine
