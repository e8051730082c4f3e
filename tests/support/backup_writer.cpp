// The four parts of a backup: Manifest.db, Manifest.plist, Info.plist, Status.plist, and the blobs,
// each under the first two digits of SHA-1("domain-path").

#include "backup_writer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "plist_writer.hpp"

namespace interdict::test {

namespace {

constexpr const char* kSchema = R"(
PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-200000;
CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER,
  file BLOB);
CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);
BEGIN;)";
// Made last: filling a table that has them is three times as slow.
constexpr const char* kIndexes = R"(
CREATE INDEX FilesDomainIdx ON Files(domain);
CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
CREATE INDEX FilesFlagsIdx ON Files(flags);
COMMIT;)";
constexpr std::int64_t kManifestClass = 4;

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    throw std::runtime_error(std::string("Manifest.db: ") + sqlite3_errmsg(database));
  }
}

void write_file(const std::filesystem::path& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::filesystem::path clear_manifest(const std::filesystem::path& folder, bool encrypted) {
  return folder / (encrypted ? "Manifest.db.clear" : "Manifest.db");
}

}  // namespace

BackupWriter::BackupWriter(const BackupSpec& spec, const std::filesystem::path& folder)
    : device_(spec.device),
      has_manifest_plist_(spec.manifest_plist),
      pads_manifest_(spec.encryption && spec.encryption->pad_manifest),
      plain_manifest_(spec.encryption && spec.encryption->plain_manifest),
      folder_(folder),
      seed_(spec.seed),
      randomness_(spec.seed) {
  if (spec.encryption) {
    keys_.emplace(*spec.encryption, randomness_);
    manifest_key_ = randomness_.bytes(32);
  }
  std::filesystem::create_directories(folder_);
  const std::filesystem::path path = clear_manifest(folder_, keys_.has_value());
  std::filesystem::remove(path);
  if (sqlite3_open(path.c_str(), &database_) != SQLITE_OK) {
    sqlite3_close(database_);
    throw std::runtime_error("cannot create " + path.string());
  }
  run(database_, kSchema);
  sqlite3_prepare_v2(database_, "INSERT INTO Files VALUES(?1, ?2, ?3, ?4, ?5)", -1, &insert_,
                     nullptr);
}

BackupWriter::~BackupWriter() {
  sqlite3_finalize(insert_);
  sqlite3_close(database_);
}

void BackupWriter::add(const BackupFile& file) {
  add_folders_above(file);
  const bool has_content = !file.directory && file.link_target.empty();
  const bool has_blob = has_content && !file.omit_blob;
  std::string wrapped_key;
  // A file of no bytes has no key: there is nothing to encrypt.
  if (keys_ && has_content && !(has_blob && file.content.empty())) {
    const std::string key = randomness_.bytes(32);
    wrapped_key = keys_->wrapped(key, file.protection_class);
    if (has_blob) write_file(blob_path(file), encrypted(file.content, key));
  } else if (has_blob) {
    write_file(blob_path(file), file.content);
  }
  if (file.directory) folders_.insert(file.domain + "-" + file.path);
  add_row(file, static_cast<std::int64_t>(file.content.size()), wrapped_key);
}

void BackupWriter::add_from(const BackupFile& file, const std::filesystem::path& content) {
  add_folders_above(file);
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(content));
  std::string wrapped_key;
  if (keys_) {
    const std::string key = randomness_.bytes(32);
    wrapped_key = keys_->wrapped(key, file.protection_class);
    encrypt_file(content, blob_path(file), key, true);
    std::filesystem::remove(content);
  } else {
    std::filesystem::rename(content, blob_path(file));
  }
  add_row(file, size, wrapped_key);
}

std::filesystem::path BackupWriter::blob_path(const BackupFile& file) const {
  const std::string id = sha1_hex(file.domain + "-" + file.path);
  const std::filesystem::path shelf = folder_ / id.substr(0, 2);
  std::filesystem::create_directory(shelf);
  return shelf / id;
}

void BackupWriter::add_folders_above(const BackupFile& file) {
  const std::size_t slash = file.path.rfind('/');
  const std::string parent = slash == std::string::npos ? "" : file.path.substr(0, slash);
  if (file.path.empty() || file.domain + "-" + parent == last_parent_) return;
  last_parent_ = file.domain + "-" + parent;
  for (std::size_t end = 0; end != std::string::npos;) {
    const std::string path = parent.substr(0, end);
    if (folders_.insert(file.domain + "-" + path).second) {
      BackupFile above{.domain = file.domain, .path = path, .content = {}};
      above.birth = above.modified = above.changed = file.birth;
      above.directory = true;
      add_row(above, 0, {});
    }
    if (end >= parent.size()) break;
    const std::size_t next = parent.find('/', end + 1);
    end = next == std::string::npos ? parent.size() : next;
  }
}

void BackupWriter::add_row(const BackupFile& file, std::int64_t size,
                           const std::string& encryption_key) {
  enum Flags { kFile = 1, kFolder = 2, kLink = 4 };
  const bool is_link = !file.link_target.empty();
  const Flags flags = is_link ? kLink : file.directory ? kFolder : kFile;
  const std::string blob = mbfile({.relative_path = file.path,
                                   .size = flags == kFile ? size + file.size_lie : 0,
                                   .mode = is_link          ? 0120755
                                           : file.directory ? 040755
                                                            : 0100644,
                                   .birth = file.birth,
                                   .modified = file.modified,
                                   .changed = file.changed,
                                   .protection_class = flags == kFile ? file.protection_class : 0,
                                   .inode = ++inode_,
                                   .encryption_key = encryption_key,
                                   .target = file.link_target});
  const std::string id = sha1_hex(file.domain + "-" + file.path);
  const auto bind_text = [this](int index, const std::string& text) {
    sqlite3_bind_text64(insert_, index, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
  };
  bind_text(1, id);
  bind_text(2, file.domain);
  bind_text(3, file.path);
  sqlite3_bind_int(insert_, 4, flags);
  sqlite3_bind_blob64(insert_, 5, blob.data(), blob.size(), SQLITE_STATIC);
  int status = sqlite3_step(insert_);
  sqlite3_reset(insert_);
  if (status == SQLITE_CONSTRAINT) {  // listed before: the later one counts
    run(database_, ("DELETE FROM Files WHERE fileID = '" + id + "'").c_str());
    status = sqlite3_step(insert_);
    sqlite3_reset(insert_);
  }
  if (status != SQLITE_DONE) {
    throw std::runtime_error(std::string("Manifest.db: ") + sqlite3_errmsg(database_));
  }
}

void BackupWriter::finish() {
  sqlite3_finalize(insert_);
  insert_ = nullptr;
  run(database_, kIndexes);
  sqlite3_close(database_);
  database_ = nullptr;
  write_manifest_database();
  if (has_manifest_plist_) write_manifest_plist();
  write_info_plist();
  write_status_plist();
}

void BackupWriter::write_manifest_database() {
  if (!keys_) return;
  const std::filesystem::path clear = clear_manifest(folder_, true);
  if (plain_manifest_) return std::filesystem::rename(clear, folder_ / "Manifest.db");
  encrypt_file(clear, folder_ / "Manifest.db", manifest_key_, pads_manifest_);
  std::filesystem::remove(clear);
}

void BackupWriter::write_manifest_plist() const {
  std::vector<std::pair<std::string, Plist>> applications;
  for (const std::string& bundle : device_.installed_applications) {
    applications.push_back(
        {bundle, Plist::dict({{"CFBundleIdentifier", Plist::text(bundle)},
                              {"CFBundleVersion", Plist::text("1")},
                              {"ContainerContentClass", Plist::text("Data/Application")}})});
  }
  std::vector<std::pair<std::string, Plist>> members{
      {"Version", Plist::text("10.0")},
      {"Date", Plist::date(device_.backup_date)},
      {"IsEncrypted", Plist::boolean(keys_.has_value())},
      {"WasPasscodeSet", Plist::boolean(true)},
      {"SystemDomainsVersion", Plist::text("24.0")},
      {"Lockdown", Plist::dict({{"ProductVersion", Plist::text(device_.product_version)},
                                {"BuildVersion", Plist::text(device_.build)},
                                {"DeviceName", Plist::text(device_.name)},
                                {"ProductType", Plist::text(device_.product_type)},
                                {"SerialNumber", Plist::text(device_.serial)},
                                {"UniqueDeviceID", Plist::text(device_.udid)},
                                {"com.apple.mobile.data_sync", Plist::dict({})}})},
      {"Applications", Plist::dict(std::move(applications))}};
  if (keys_) {
    members.push_back({"BackupKeyBag", Plist::data(keys_->bag())});
    if (!plain_manifest_) {
      members.push_back(
          {"ManifestKey", Plist::data(keys_->wrapped(manifest_key_, kManifestClass))});
    }
  }
  write_file(folder_ / "Manifest.plist", binary_plist(Plist::dict(std::move(members))));
}

void BackupWriter::write_info_plist() const {
  std::vector<Plist> bundles;
  for (const std::string& bundle : device_.installed_applications) {
    bundles.push_back(Plist::text(bundle));
  }
  const std::string identifier = upper(device_.udid);
  write_file(folder_ / "Info.plist",
             xml_plist(Plist::dict({{"Build Version", Plist::text(device_.build)},
                                    {"Device Name", Plist::text(device_.name)},
                                    {"Display Name", Plist::text(device_.name)},
                                    {"GUID", Plist::text(identifier.substr(0, 8))},
                                    {"IMEI", Plist::text("000000000000000")},
                                    {"Installed Applications", Plist::array(std::move(bundles))},
                                    {"Last Backup Date", Plist::date(device_.backup_date)},
                                    {"Phone Number", Plist::text("+44 7700 900000")},
                                    {"Product Type", Plist::text(device_.product_type)},
                                    {"Product Version", Plist::text(device_.product_version)},
                                    {"Serial Number", Plist::text(device_.serial)},
                                    {"Target Identifier", Plist::text(device_.udid)},
                                    {"Target Type", Plist::text("Device")},
                                    {"Unique Identifier", Plist::text(identifier)},
                                    {"iTunes Version", Plist::text("12.13.0")}})));
}

void BackupWriter::write_status_plist() const {
  // From the seed alone, so that a phone and its encrypted twin are one backup.
  Randomness randomness(seed_);
  const std::uint64_t high = randomness.number(), low = randomness.number();
  const std::string uuid =
      upper(fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                        high & 0xffff, low >> 48, low & 0xffffffffffff));
  write_file(folder_ / "Status.plist",
             binary_plist(Plist::dict({{"IsFullBackup", Plist::boolean(true)},
                                       {"Version", Plist::text("3.3")},
                                       {"BackupState", Plist::text("new")},
                                       {"SnapshotState", Plist::text("finished")},
                                       {"Date", Plist::date(device_.backup_date)},
                                       {"UUID", Plist::text(uuid)}})));
}

}  // namespace interdict::test
