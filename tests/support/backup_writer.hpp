// Writes a backup file by file, so that a phone of a million files needs no memory for them.

#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <unordered_set>

#include "backup_keys.hpp"
#include "phone.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace interdict::test {

/// Use: construct, add() every file, finish(). Without finish() the folder holds no usable backup.
class BackupWriter {
 public:
  /// `spec.files` is not looked at.
  BackupWriter(const BackupSpec& spec, const std::filesystem::path& folder);
  BackupWriter(const BackupWriter&) = delete;
  BackupWriter& operator=(const BackupWriter&) = delete;
  ~BackupWriter();

  void add(const BackupFile& file);
  /// The same for a big file whose content lies in `content`, which is used up (moved, or encrypted
  /// and removed); `file.content` is not looked at. Must lie on the folder's own disk.
  void add_from(const BackupFile& file, const std::filesystem::path& content);
  void finish();

 private:
  void add_row(const BackupFile& file, std::int64_t size, const std::string& encryption_key);
  [[nodiscard]] std::filesystem::path blob_path(const BackupFile& file) const;
  void add_folders_above(const BackupFile& file);
  void write_manifest_database();
  void write_manifest_plist() const;
  void write_info_plist() const;
  void write_status_plist() const;

  Device device_;
  bool has_manifest_plist_;
  bool pads_manifest_;
  bool plain_manifest_;
  std::filesystem::path folder_;
  std::uint64_t seed_;
  Randomness randomness_;
  std::optional<BackupKeys> keys_;
  std::string manifest_key_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::int64_t inode_ = 1000;
  std::unordered_set<std::string> folders_;  // "domain-path" of those that have a row
  std::string last_parent_;
};

}  // namespace interdict::test
