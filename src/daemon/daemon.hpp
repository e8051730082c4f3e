// The daemon put together: one loop, the faces of the gate, the ledger, and the policy that a file
// change or SIGHUP replaces while mail goes on.
//
// Threads  the loop's, the ledger's writer, and for a moment one that reads a changed ban.

#pragma once

#include "base/result.hpp"
#include "base/time.hpp"
#include "daemon/config.hpp"

namespace interdict::daemon {

/// Runs until SIGTERM or SIGINT. An error: it could not start; what was wrong with the ban has been
/// said on standard error then.
Status run(const Config& config);

/// One line to standard error: what a service manager puts into its journal.
void say(std::string_view line);

/// The machine's clock: read here, an input everywhere below.
UtcTime now();

}  // namespace interdict::daemon
