// The locks on a process that reads phones.
//
// After lock_in() this process and its children can read the evidence and nothing else, can open
// or create no file for writing, have no network, start no program, and leave no core dump. What
// they write goes to descriptors that were open before. Each lock is independent: where the kernel
// lacks one, its sentence says so and the others hold.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace interdict::examine {

/// One sentence a lock: in force, or missing and why. Irrevocable; for a process of one thread.
std::vector<std::string> lock_in(const std::filesystem::path& evidence);

/// Ignores what a terminal sends, dies with its parent, holds no descriptor but those in `keep`
/// (and 0, 1, 2, which become /dev/null; under sanitizers 2 stays).
void detach(const std::vector<int>& keep);

/// Asks the kernel to kill this process when its parent dies; ends it at once if that has happened.
void die_with(int parent_pid);

}  // namespace interdict::examine
