// Ctrl-C and SIGTERM as a flag that long work looks at.

#pragma once

#include <atomic>

namespace interdict::cli {

/// Installs the handlers (once) and returns the flag. A second Ctrl-C ends the process at once.
const std::atomic<bool>& interruption();

}  // namespace interdict::cli
