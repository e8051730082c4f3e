// SQLite's view of evidence: a file system of names that exist nowhere, and of reading only.
//
// SQLite opens files by name through a "VFS". Ours knows the databases that are being examined and
// no path of this machine: no journal, no temporary file, no lock, no shared memory, no write. It
// is registered beside the built-in one, never as the default. Used by sqlite.cpp alone.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "formats/sqlite.hpp"

struct sqlite3;

namespace interdict::sqlite::vfs {

inline constexpr const char* kName = "interdict-evidence";

/// A database and its -wal under a name of their own. SQLite finds them by that name as long as
/// this lives; a database that it has opened keeps it alive.
class Exhibit {
 public:
  explicit Exhibit(Files files);
  Exhibit(const Exhibit&) = delete;
  Exhibit& operator=(const Exhibit&) = delete;
  ~Exhibit();

  const std::string name;
  const Files files;
  std::optional<Error> failure;  // what a source said when SQLite was told "disk I/O error"
};

/// Registers the VFS when first called.
Result<std::shared_ptr<Exhibit>> offer(Files files);

/// The failure of a connection's sources, taken out; nothing when there was none.
std::optional<Error> take_failure(sqlite3* connection);

}  // namespace interdict::sqlite::vfs
