// Manifest.db: which files a backup holds, asked with SQL and never held in memory as a whole.
//
// Format  table Files (fileID TEXT PRIMARY KEY, domain, relativePath, flags, file): fileID is the
//         SHA-1 of "domain-relativePath"; flags 1 file, 2 directory, 4 symbolic link; file is an
//         MBFile archive (mbfile.hpp). Apple indexes domain, relativePath and flags; a manifest
//         without indexes or primary key answers the same, by a scan.
// Damage  where an index is damaged the table itself is scanned; where the table is, what could be
//         read is given, with a note.

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/tree.hpp"
#include "formats/sqlite.hpp"

namespace interdict::evidence {

inline constexpr std::size_t kMaxFound = 10'000;     // files at one place
inline constexpr std::size_t kMaxPathBytes = 4'096;  // iOS: PATH_MAX is 1,024

enum class EntryKind : std::uint8_t { file = 1, directory = 2, link = 4, other = 0 };

/// A row of Files. Views into the row; they die when the visitor returns.
struct Entry {
  std::string_view id;
  std::string_view domain;
  std::string_view relative_path;
  EntryKind kind;
  ByteView record;  // the MBFile archive
};

/// The file of an entry, with what its record says. `with_keys`: the backup is encrypted, so keep
/// the wrapped key (plain backups record keys, too, which unlock nothing).
File file_of(const Entry& entry, bool with_keys);

class Manifest {
 public:
  /// Errc::malformed if this is no database with a readable table Files.
  static Result<Manifest> open(sqlite::Files files);

  /// The regular files at a place with a domain, in device path order. What could not be read, or
  /// was left out because there are more than kMaxFound, is added to `notes`.
  Result<std::vector<File>> find(const Place& place, bool with_keys,
                                 std::vector<std::string>& notes) const;
  /// The one regular file of this name; not_found if there is none. No character is a wildcard.
  Result<File> file(std::string_view domain, std::string_view relative_path, bool with_keys) const;

  /// Why the database could not be opened as it is, though rows can be read; empty for a sound one.
  [[nodiscard]] const std::optional<Error>& damage() const { return database_.damage(); }

  /// Every row, in table order, until the visitor returns false. An error after some rows is the
  /// database's: the rows before it were visited.
  Status each(const std::function<bool(const Entry&)>& visit) const;
  /// Every fileID of a regular file; cheaper than each().
  Status each_file_id(const std::function<void(std::string_view)>& visit) const;

 private:
  explicit Manifest(sqlite::Database database) : database_(std::move(database)) {}
  sqlite::Database database_;
};

/// In a domain each "*" stands for any text; in a path, as one whole component, for any component.
bool matches_domain(std::string_view pattern, std::string_view domain);
bool matches_path(std::string_view pattern, std::string_view path);

}  // namespace interdict::evidence
