// The worker as its parent holds it: a process group that does not outlive this object.

#pragma once

#include <cstdint>
#include <string>

#include <sys/types.h>

#include "base/file.hpp"
#include "base/result.hpp"
#include "examine/worker.hpp"

namespace interdict::examine {

class WorkerProcess {
 public:
  /// Forks. The task's socket and parent are filled in here. For a process of one thread.
  static Result<WorkerProcess> start(WorkerTask task);
  WorkerProcess(WorkerProcess&& o) noexcept;
  WorkerProcess& operator=(WorkerProcess&&) = delete;
  /// Kills the whole group and waits for the worker.
  ~WorkerProcess();

  [[nodiscard]] int socket() const { return socket_.get(); }
  /// How it ended, in words ("segmentation fault"); waits for that. Once only.
  std::string ending();

 private:
  WorkerProcess(pid_t pid, Fd socket) : pid_(pid), socket_(std::move(socket)) {}
  pid_t pid_;
  Fd socket_;
};

}  // namespace interdict::examine
