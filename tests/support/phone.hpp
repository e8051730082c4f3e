// Builds iTunes/Finder backups of phones that never existed: the sample phones, fixtures and
// benchmark inputs. Writes with its own code (SQLite's C API, OpenSSL, our plist writer); shares
// nothing with the reading code. Deterministic for one Spec.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace interdict::test {

struct Encryption {
  std::string password = "interdict-sample";
  std::uint32_t sha256_iterations = 1000;  // DPIC; 10,000,000 on real phones. 0: the KDF before iOS 10.2
  std::uint32_t sha1_iterations = 100;     // ITER; 10,000 on real phones
  bool pad_manifest = false;               // PKCS#7 on Manifest.db (seen both ways)
};

struct Device {
  std::string product_type = "iPhone12,3";
  std::string product_version = "17.5.1";
  std::string build = "21F90";
  std::string name = "Sample iPhone";
  std::string serial = "F0000000TEST";
  std::string udid = "00008030-0011223344556677";
  double backup_date = 1'716'199'200;  // Unix
};

/// One file to put into a backup.
struct BackupFile {
  std::string domain;
  std::string path;
  std::string content;
  std::int64_t birth = 1'700'000'000, modified = 1'700'000'000, changed = 1'700'000'000;
  std::int64_t size_lie = 0;      // added to the Size the manifest records
  std::int64_t protection_class = 3;
  bool directory = false;
  bool omit_blob = false;         // listed, but not stored
};

struct BackupSpec {
  Device device;
  std::optional<Encryption> encryption;  // none: a plain backup
  std::vector<BackupFile> files;
  std::uint64_t seed = 1;
  bool manifest_plist = true;            // the trimmed real backup has none
};

/// Writes the backup into `folder` (made if absent).
void write_backup(const BackupSpec& spec, const std::filesystem::path& folder);

/// A database made by running SQL, as the bytes of its file. The functions mbfile(relative_path,
/// size, mode, birth, modified, changed) and attributed_body(text) may be used in it, and
/// bplist(xml) which gives the binary form of an XML property list.
std::string database_from_sql(const std::string& sql);

/// The content of the two sample devices: an iPhone and an iPad with ordinary, invented lives; with
/// `infected`, the traces of Operation Triangulation are planted in it (README of examples/ lists them).
std::vector<BackupFile> sample_iphone(bool infected);
std::vector<BackupFile> sample_ipad(bool infected);

}  // namespace interdict::test
