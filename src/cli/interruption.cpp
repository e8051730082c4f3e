#include "cli/interruption.hpp"

#include <csignal>

#include <signal.h>

namespace interdict::cli {
namespace {

std::atomic<bool> interrupted{false};

void on_signal(int signal) {
  if (interrupted.exchange(true)) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
  }
}

}  // namespace

const std::atomic<bool>& interruption() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  // No SA_RESTART: a read that waits for a password or a worker returns.
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  return interrupted;
}

}  // namespace interdict::cli
