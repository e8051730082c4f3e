// Builds iTunes/Finder backups of phones that never existed: the sample phones, fixtures and
// benchmark inputs. Writes with its own code (SQLite's C API, OpenSSL, our plist writer); shares
// nothing with the reading code. Deterministic for one Spec.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace interdict::test {

struct Encryption {
  std::string password = "interdict-sample";
  // DPIC; 10,000,000 on real phones. 0: the single KDF before iOS 10.2
  std::uint32_t sha256_iterations = 1000;
  std::uint32_t sha1_iterations = 100;  // ITER; 10,000 on real phones
  bool pad_manifest = false;            // PKCS#7 on Manifest.db (seen both ways)
  bool plain_manifest = false;          // iOS 10.0 and 10.1: files encrypted, Manifest.db not
};

struct Device {
  std::string product_type = "iPhone12,3";
  std::string product_version = "17.5.1";
  std::string build = "21F90";
  std::string name = "Sample iPhone";
  std::string serial = "F0000000TEST";
  std::string udid = "00008030-0011223344556677";
  double backup_date = 1'716'199'200;  // Unix
  std::vector<std::string> installed_applications = {"org.example.weather"};
};

/// One file to put into a backup.
struct BackupFile {
  std::string domain;
  std::string path;
  std::string content;
  std::int64_t birth = 1'700'000'000, modified = 1'700'000'000, changed = 1'700'000'000;
  std::int64_t size_lie = 0;  // added to the Size the manifest records
  std::int64_t protection_class = 3;
  bool directory = false;
  bool omit_blob = false;     // listed, but not stored
  std::string link_target{};  // makes it a symbolic link
};

struct BackupSpec {
  Device device;
  std::optional<Encryption> encryption;  // none: a plain backup
  std::vector<BackupFile> files;
  std::uint64_t seed = 1;
  bool manifest_plist = true;  // the trimmed real backup has none
};

/// Writes the backup into `folder` (made if absent). Every folder above a file gets a row of its
/// own, as in real backups; a `directory` among the files overrides it. Throws std::runtime_error.
void write_backup(const BackupSpec& spec, const std::filesystem::path& folder);

/// A database made by running SQL, as the bytes of its file. The functions mbfile(relative_path,
/// size, mode, birth, modified, changed) and attributed_body(text) may be used in it, and
/// bplist(xml) which gives the binary form of an XML property list. Throws std::runtime_error with
/// SQLite's words.
std::string database_from_sql(const std::string& sql);

/// The two files of a database whose last transactions were not checkpointed when the backup was
/// made.
struct WalDatabase {
  std::string database;  // holds only the rows of the first script
  std::string wal;       // belongs beside it as "<path>-wal"
};
WalDatabase wal_database_from_sql(const std::string& checkpointed_sql,
                                  const std::string& wal_only_sql);

/// The two sample devices, an iPhone and an iPad with ordinary, invented lives. With `infected`,
/// the traces of Operation Triangulation are planted in them (README of examples/ lists them) and
/// the device carries an iOS of that time. Clean ones carry the newest iOS of data/apple.
Device sample_iphone_device(bool infected);
Device sample_ipad_device(bool infected);
std::vector<BackupFile> sample_iphone(bool infected);
std::vector<BackupFile> sample_ipad(bool infected);

}  // namespace interdict::test
