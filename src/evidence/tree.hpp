// Evidence: whatever can be examined, opened as one read-only tree of files.
//
// Paths are canonical device paths (/private/var/mobile/Library/SMS/sms.db) whatever the container
// calls them. Nothing is ever written into the evidence. An encrypted backup is opened in place: a
// file's blocks are decrypted when they are read.
//
// Threads   a Tree belongs to one thread, but for Tree::open, which several may call at once.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/random_access.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "evidence/device_path.hpp"
#include "formats/sqlite.hpp"

namespace interdict::evidence {

enum class Container : std::uint8_t { ios_backup };

/// Where an artefact lies in a container. A backup is addressed by domain and relative path; domain
/// "" names the files beside the manifest (Info.plist, Manifest.db). "*" in the domain matches any
/// text, and as one whole path component any component (`Library/Safari/Profiles/*/History.db`).
struct Place {
  Container container;
  std::string_view domain;
  std::string_view path;
};

/// One regular file of the evidence.
struct File {
  std::string id;  // a backup's fileID (40 hex digits), or the name beside the manifest
  std::string domain;
  std::string relative_path;
  std::string device_path;
  Bytes key;  // wrapped per-file key of an encrypted backup, else empty
  std::optional<std::int64_t> recorded_size;  // the manifest's Size: not to be trusted
  std::string record_error;  // why its MBFile record could not be read; empty when it was
};

/// How the bytes of a file listed in a manifest are stored. `empty` is right for a file whose
/// recorded size is 0; `truncated`: encrypted, and not a whole number of cipher blocks.
enum class Stored : std::uint8_t { whole, missing, empty, truncated };
std::string_view name_of(Stored stored);  // "whole", …

/// What the container itself tells about the phone; empty when it does not say.
struct Facts {
  Container container = Container::ios_backup;
  bool encrypted = false;
  std::string product_type;     // iPhone12,3
  std::string product_version;  // 17.5.1
  std::string build;            // 21F90
  std::string device_name;
  std::string serial_number;
  std::string unique_identifier;
  std::string path_convention;          // one sentence: how device paths were derived
  [[nodiscard]] int ios_major() const;  // 0 when unknown
};

class Tree {
 public:
  Tree() = default;
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  virtual ~Tree() = default;

  [[nodiscard]] virtual const Facts& facts() const = 0;
  /// What was odd about the container as a whole (snapshot unfinished, stray files …).
  [[nodiscard]] virtual const std::vector<std::string>& notes() const = 0;

  /// The regular files at a place, in device path order, at most 10,000; none is no error. What is
  /// left out or could not be read because the manifest is damaged is added to notes().
  virtual Result<std::vector<File>> find(const Place& place) = 0;
  /// The content, decrypted on the fly. not_found: listed but not in the folder; truncated: empty
  /// or not a whole number of cipher blocks; locked: its class key is unavailable; malformed: its
  /// key or its record in the manifest is damaged. Where padding and recorded size disagree,
  /// padding decides; `odd`, if given, receives a sentence about that and about anything else
  /// unusual.
  virtual Result<std::shared_ptr<RandomAccess>> open(const File& file,
                                                     std::string* odd = nullptr) = 0;
  /// The file and its -wal, which a backup stores under a hash of its own. A -wal that cannot be
  /// read is no error, but a sentence in `odd`.
  virtual Result<sqlite::Files> open_database(const File& file, std::string* odd = nullptr) = 0;
  /// How a listed file is stored, by its id. The first call lists the folder (and adds to notes()
  /// how many stored files the manifest does not know); each later one is a look-up in memory.
  [[nodiscard]] virtual Stored stored(std::string_view id, bool encrypted_content) const = 0;
  /// The stored (cipher) size by id; nothing when missing.
  [[nodiscard]] virtual std::optional<std::uint64_t> stored_size(std::string_view id) const = 0;
};

/// Asked at most once, only when the evidence is encrypted. Errc::locked when there is none.
using PasswordSource = std::function<Result<crypto::Secret>()>;

/// Opens an iTunes/Finder backup folder, or the only one directly below `path`.
/// Errc::not_found: no such path. usage: not a backup, or several (named). unsupported: iOS 9 or
/// older. locked: password missing or wrong. malformed: damaged key bag or manifest. io.
Result<std::unique_ptr<Tree>> open(const std::filesystem::path& path,
                                   const PasswordSource& password);

/// The backup folder `open` would take: `path` itself, or the only one directly below it. The same
/// errors, but locked and malformed.
Result<std::filesystem::path> find_backup(const std::filesystem::path& path);

}  // namespace interdict::evidence
