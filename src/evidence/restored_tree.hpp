// Where `decrypt` puts the files of a backup: DEST/<domain>/<relative path>.
//
// The names come from a hostile manifest. None can lead out of DEST: every component is checked,
// and every folder on the way is opened without following links. A file gets its name only when it
// is whole; until then it is DEST/.interdict-N.part, which goes away unless the process is killed.
// Nothing is synced file by file (20,000 times that is minutes); sync() does it once.
//
// Errors  io: the destination cannot take it (disk full …), go no further. malformed: this one name
//         cannot be restored (unsafe, too long, taken by another row), skip it.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/result.hpp"

namespace interdict::evidence {

/// Errc::malformed if a domain or a relative path may not become a path of this machine: empty, "."
/// or ".." components, a leading slash, NUL, components of more than 255 bytes.
Status check_restorable(std::string_view domain, std::string_view relative_path);

class RestoredTree {
 public:
  /// Errc::usage if `destination` is not empty, no folder, or inside the evidence.
  static Status check(const std::filesystem::path& destination,
                      const std::filesystem::path& evidence);
  /// Makes the folder (0700) if there is none.
  static Result<RestoredTree> create(const std::filesystem::path& destination);

  /// Everything written so far is on the disk when this returns.
  [[nodiscard]] Status sync() const;
  [[nodiscard]] int descriptor() const { return fd_.get(); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  RestoredTree(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Fd fd_;
  std::filesystem::path path_;
};

/// A file on its way into the tree; unless committed, nothing of it stays.
class NewFile {
 public:
  NewFile(NewFile&&) noexcept = default;
  NewFile& operator=(NewFile&&) = delete;
  ~NewFile();
  Status write(ByteView bytes);
  /// Sets the time (Unix seconds) and gives the file its name. malformed if the name is taken.
  Status commit(std::optional<std::int64_t> modified);

 private:
  friend class TreeWriter;
  NewFile(Fd fd, int root, std::string part, int folder, std::string name);
  Fd fd_;
  int root_, folder_;  // borrowed
  std::string part_, name_;
};

/// Writes into a RestoredTree, which it borrows. One a thread, each with a number of its own.
class TreeWriter {
 public:
  TreeWriter(const RestoredTree& tree, unsigned number);

  Status make_folder(std::string_view domain, std::string_view relative_path);
  /// At most one NewFile at a time, gone before the next call.
  Result<NewFile> begin(std::string_view domain, std::string_view relative_path);

 private:
  /// The folder's descriptor, made with all its parents; valid until the next call.
  Result<int> folder(std::string_view path);

  const RestoredTree& tree_;
  std::string part_;
  std::string current_path_;  // the folder that current_ is; rows of one folder follow each other
  Fd current_;
};

}  // namespace interdict::evidence
