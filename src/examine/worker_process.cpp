#include "examine/worker_process.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "examine/step_log.hpp"

namespace interdict::examine {

Result<WorkerProcess> WorkerProcess::start(WorkerTask task) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return Error{Errc::io, fmt::format("starting the worker: {}", std::strerror(errno))};
  }
  Fd mine(ends[0]), theirs(ends[1]);
  task.socket = theirs.get();
  task.parent = ::getpid();
  const auto pid = ::fork();
  if (pid < 0) return Error{Errc::io, fmt::format("starting the worker: {}", std::strerror(errno))};
  if (pid == 0) work(task);
  ::setpgid(pid, pid);  // the worker does the same: whoever comes first
  return WorkerProcess(pid, std::move(mine));
}

WorkerProcess::WorkerProcess(WorkerProcess&& o) noexcept
    : pid_(std::exchange(o.pid_, -1)), socket_(std::move(o.socket_)) {}

WorkerProcess::~WorkerProcess() {
  if (pid_ < 0) return;
  // Not yet waited for, the worker keeps the number of its group from being given to another.
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

std::string WorkerProcess::ending() {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
  }
  if (info.si_code == CLD_EXITED) return fmt::format("exit status {}", info.si_status);
  return name_of_signal(info.si_status);
}

}  // namespace interdict::examine
