// Where a backup's password comes from: a file, the environment, or a person at the terminal.
// Never from an argument, which every user of the machine can read.

#pragma once

#include <string>

#include "evidence/tree.hpp"

namespace interdict::cli {

/// In this order: `file` if not empty (its first line), INTERDICT_PASSWORD (removed from the
/// environment at once), a prompt without echo when a terminal is there. Otherwise Errc::locked.
/// Everything is opened here, so that the process may be locked in before the password is asked
/// for.
Result<evidence::PasswordSource> password_source(const std::string& file);

}  // namespace interdict::cli
