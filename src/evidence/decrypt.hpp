// `decrypt`: restores the folder tree of a backup, for those who want to look at the files with
// other tools. An examination does not need it.
//
// Layout   DEST/<domain>/<relative path>, folders 0700, files 0600 with the LastModified of the
//          manifest. Symbolic links are counted, not made: their targets are paths of the phone.
// Threads  one reads the manifest, `jobs` others decrypt and write, with 1 MiB each.
// Errors   a file that cannot be restored is skipped, with the reason; the destination failing
//          (disk full) or a stop ends the run. What was restored by then is whole and stays.

#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "evidence/tree.hpp"

namespace interdict::evidence {

struct DecryptOptions {
  unsigned jobs = 0;                        // 0: one a processor, at most 16
  const std::atomic<bool>* stop = nullptr;  // may be set at any time, even by a signal handler
  /// Called on the calling thread, a few times a second.
  std::function<void(std::uint64_t files, std::uint64_t bytes)> progress = {};
};

struct DecryptReport {
  struct Remark {
    std::string file;  // domain/relative path, as the manifest has it
    std::string text;
  };
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;  // plaintext
  std::uint64_t folders = 0;
  std::uint64_t links = 0;
  std::uint64_t skipped_files = 0;
  std::vector<Remark> skipped;     // sorted by file; the first kMaxRemarks seen
  std::vector<Remark> odd;         // restored, but recorded size and content disagree …; likewise
  std::vector<std::string> notes;  // of the backup as a whole
};
inline constexpr std::size_t kMaxRemarks = 10'000;

/// Errors of evidence::open and find_backup; usage: `destination` is not empty or inside the
/// evidence; io: it cannot be written; interrupted: `stop` was set.
Result<DecryptReport> decrypt(const std::filesystem::path& backup, const PasswordSource& password,
                              const std::filesystem::path& destination,
                              const DecryptOptions& options = {});

}  // namespace interdict::evidence
