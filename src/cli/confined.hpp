// Evidence for commands that read it in their own process: the same locks as an examination's
// worker.

#pragma once

#include <memory>
#include <string>

#include "evidence/tree.hpp"

namespace interdict::cli {

/// Finds the backup, gets hold of the password's source, locks this process in (no file can be
/// opened for writing, no network, no program started) and only then reads a byte of the phone.
Result<std::unique_ptr<evidence::Tree>> open_confined(const std::string& evidence,
                                                      const std::string& password_file);

}  // namespace interdict::cli
