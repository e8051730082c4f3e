#include "evidence/ios_backup.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/cbc.hpp"
#include "evidence/backup_plists.hpp"
#include "evidence/device_path.hpp"

namespace interdict::evidence {
namespace {

constexpr std::uint64_t kCipherBlock = 16;
constexpr std::string_view kManifest = "Manifest.db";
constexpr std::string_view kPathConvention =
    "Device paths are derived from backup domains (HomeDomain is /private/var/mobile); containers "
    "of apps are named by bundle id, where the phone uses a UUID.";

constexpr std::string_view kHotJournal =
    "a transaction was under way: its -journal is not played back, so rows may be half changed";

/// https://www.sqlite.org/fileformat.html, 1.2.
bool begins_as_database(RandomAccess& file) {
  constexpr std::string_view kMagic{"SQLite format 3\0", 16};
  std::array<std::byte, kMagic.size()> head{};
  return file.read_at(0, head) && text_of(head) == kMagic;
}

void remark(std::string* odd, std::string_view sentence) {
  if (odd == nullptr) return;
  if (!odd->empty()) *odd += "; ";
  *odd += sentence;
}

Error not_stored(const File& file) {
  return {Errc::not_found, fmt::format("listed in the manifest, but not in the folder ({:.2}/{})",
                                       file.id, file.id)};
}

/// Whether a backup is encrypted, and whether its manifest is, too.
struct Locks {
  bool files = false;
  bool manifest = false;
};

/// IsEncrypted alone does not tell: tools that decrypt a backup leave Manifest.plist as it was, and
/// iOS 10.0 and 10.1, which have no ManifestKey yet, encrypt the files under a plain manifest.
Result<Locks> locks_of(const BackupPlists& lists, bool plain_manifest) {
  if (plain_manifest) {
    const bool files = lists.says_encrypted && !lists.key_bag.empty() && lists.manifest_key.empty();
    return Locks{files, false};
  }
  if (!lists.manifest_plist_error.empty()) {
    return Error{Errc::malformed,
                 fmt::format("Manifest.db is no SQLite database, so it is encrypted or damaged; "
                             "Manifest.plist, which would hold its keys, cannot be used: {}",
                             lists.manifest_plist_error)};
  }
  if (!lists.says_encrypted) {
    return Error{Errc::malformed,
                 "Manifest.db is no SQLite database, although Manifest.plist says "
                 "that the backup is not encrypted: it is damaged"};
  }
  if (lists.key_bag.empty()) return Error{Errc::malformed, "Manifest.plist holds no BackupKeyBag"};
  if (lists.manifest_key.empty()) {
    return Error{Errc::malformed, "Manifest.plist holds no ManifestKey"};
  }
  return Locks{true, true};
}

Status check_manifest_size(const RandomAccess& manifest, bool encrypted) {
  if (manifest.size() == 0) return Error{Errc::malformed, "Manifest.db is empty"};
  if (encrypted && manifest.size() % kCipherBlock != 0) {
    return Error{
        Errc::malformed,
        fmt::format("Manifest.db is truncated: {} bytes are no whole number of cipher blocks",
                    manifest.size())};
  }
  return ok();
}

}  // namespace

Result<std::unique_ptr<IosBackup>> IosBackup::open(const std::filesystem::path& path,
                                                   const PasswordSource& password) {
  std::unique_ptr<IosBackup> backup(new IosBackup(TRY(Folder::open(TRY(find_backup(path))))));
  auto lists = read_backup_plists(backup->folder_);
  backup->facts_ = std::move(lists.facts);
  backup->notes_ = std::move(lists.notes);

  const auto stored = TRY(backup->folder_.beside_manifest(kManifest));
  const bool plain_manifest = begins_as_database(*stored);
  TRY(check_manifest_size(*stored, false));
  const auto locks = TRY(locks_of(lists, plain_manifest));
  if (plain_manifest && lists.says_encrypted && !locks.files) {
    backup->notes_.emplace_back(
        "Manifest.plist says that the backup is encrypted, but Manifest.db "
        "is plain: taken for a backup that was decrypted before");
  }
  TRY(check_manifest_size(*stored, locks.manifest));
  if (locks.files) TRY(backup->unlock(lists.key_bag, password));
  if (locks.manifest) backup->manifest_key_ = std::move(lists.manifest_key);
  backup->facts_.encrypted = locks.files;
  backup->facts_.path_convention = kPathConvention;

  File manifest;
  manifest.id = kManifest;
  auto files = TRY_WITHIN(kManifest, backup->open_database(manifest, nullptr));
  backup->manifest_ = TRY_WITHIN(kManifest, Manifest::open(std::move(files)));
  if (const auto& damage = backup->manifest_->damage()) {
    backup->notes_.push_back(
        fmt::format("Manifest.db is damaged ({}): files may be missing", damage->what()));
  }
  return backup;
}

Status IosBackup::unlock(const Bytes& key_bag, const PasswordSource& password) {
  auto keys = TRY_WITHIN("the key bag in Manifest.plist", crypto::KeyBag::parse(key_bag));
  const auto secret = TRY(password());
  TRY(keys.unlock(text_of(secret.bytes())));
  keys_ = std::move(keys);
  return ok();
}

Result<std::shared_ptr<RandomAccess>> IosBackup::open_manifest() const {
  std::shared_ptr<RandomAccess> stored = TRY(folder_.beside_manifest(kManifest));
  if (manifest_key_.empty()) return stored;
  auto plain = TRY(decrypted(std::move(stored), manifest_key_, nullptr));
  if (!begins_as_database(*plain)) {
    return Error{Errc::malformed,
                 "it does not decrypt to a database: it or its key in "
                 "Manifest.plist is damaged"};
  }
  return plain;
}

Result<std::shared_ptr<RandomAccess>> IosBackup::decrypted(std::shared_ptr<RandomAccess> ciphertext,
                                                           ByteView wrapped_key,
                                                           std::string* odd) const {
  auto opened = TRY(crypto::open_cbc(std::move(ciphertext), TRY(keys_->unwrap(wrapped_key))));
  if (opened.padding == crypto::Padding::none) {
    remark(odd, "its last block carries no padding: the end may be missing");
  }
  return std::shared_ptr<RandomAccess>(std::move(opened.plain));
}

Result<std::vector<File>> IosBackup::find(const Place& place) {
  if (!place.domain.empty()) return manifest_->find(place, facts_.encrypted, notes_);
  const auto stored = folder_.beside_manifest(place.path);
  if (!stored && stored.error().code() == Errc::not_found) return std::vector<File>{};
  std::vector<File> found(1);
  found[0].id = found[0].relative_path = found[0].device_path = std::string(place.path);
  return found;
}

Result<std::shared_ptr<RandomAccess>> IosBackup::open(const File& file, std::string* odd) {
  if (file.domain.empty()) {
    if (file.id == kManifest) return open_manifest();
    return std::shared_ptr<RandomAccess>(TRY(folder_.beside_manifest(file.id)));
  }
  if (!file.record_error.empty()) {
    if (facts_.encrypted) {
      return Error{Errc::malformed, fmt::format("its record in the manifest is damaged, so its key "
                                                "is unknown: {}",
                                                file.record_error)};
    }
    remark(odd, fmt::format("its record in the manifest is damaged: {}", file.record_error));
  }
  auto blob = folder_.blob(file.id);
  if (!blob && blob.error().code() == Errc::not_found) return not_stored(file);
  std::shared_ptr<RandomAccess> content = TRY(std::move(blob));
  if (content->size() == 0 && (!file.key.empty() || file.recorded_size.value_or(0) > 0)) {
    return Error{Errc::truncated, "stored as an empty file"};
  }
  if (!file.key.empty()) {
    content = TRY(decrypted(std::move(content), file.key, odd));
  } else if (facts_.encrypted && content->size() > 0) {
    remark(odd, "stored without encryption in an encrypted backup");
  }
  if (file.recorded_size && !std::cmp_equal(*file.recorded_size, content->size())) {
    remark(odd,
           fmt::format("recorded size {}, content {} bytes", *file.recorded_size, content->size()));
  }
  return content;
}

Result<sqlite::Files> IosBackup::open_database(const File& file, std::string* odd) {
  sqlite::Files files{.database = TRY(open(file, odd)), .wal = nullptr, .wal_fault = {}};
  if (file.domain.empty()) {
    // Left behind by whoever opened a plain Manifest.db for writing.
    auto wal = folder_.beside_manifest(file.id + "-wal");
    if (wal && manifest_key_.empty() && (*wal)->size() > 0) files.wal = TRY(std::move(wal));
    return files;
  }
  if (const auto wal =
          manifest_->file(file.domain, file.relative_path + "-wal", facts_.encrypted)) {
    add_wal(*wal, files, odd);
  }
  if (holds_hot_journal(file)) remark(odd, kHotJournal);
  return files;
}

void IosBackup::add_wal(const File& wal, sqlite::Files& files, std::string* odd) {
  constexpr std::string_view kUnread = "its -wal is not read, so its newest changes may be missing";
  std::string wal_odd;
  auto content = open(wal, &wal_odd);
  if (!wal_odd.empty()) remark(odd, fmt::format("its -wal: {}", wal_odd));
  if (!content) {
    files.wal_fault = std::move(content).error().within(kUnread);
    return;
  }
  // One that was cut between two frames looks whole to SQLite.
  if (std::cmp_less((*content)->size(), wal.recorded_size.value_or(0))) {
    files.wal_fault = Error{Errc::truncated, "its -wal is cut short: changes may be missing"};
  }
  if ((*content)->size() > 0) files.wal = *std::move(content);
}

bool IosBackup::holds_hot_journal(const File& file) {
  // https://www.sqlite.org/fileformat.html, 3: a finished transaction leaves no header.
  constexpr std::array kMagic{std::byte{0xd9}, std::byte{0xd5}, std::byte{0x05}, std::byte{0xf9},
                              std::byte{0x20}, std::byte{0xa1}, std::byte{0x63}, std::byte{0xd7}};
  const auto journal =
      manifest_->file(file.domain, file.relative_path + "-journal", facts_.encrypted);
  if (!journal) return false;
  const auto content = open(*journal, nullptr);
  std::array<std::byte, kMagic.size()> head{};
  return content && (*content)->read_at(0, head) && head == kMagic;
}

const BlobInventory& IosBackup::inventory() const {
  if (inventory_) return *inventory_;
  inventory_ = BlobInventory::read(folder_);
  const auto read_ids = manifest_->each_file_id([&](std::string_view id) {
    if (const auto parsed = parse_file_id(id)) inventory_->tick_off(*parsed);
  });
  notes_.insert(notes_.end(), inventory_->notes().begin(), inventory_->notes().end());
  if (read_ids && inventory_->not_ticked_off() > 0) {
    notes_.push_back(
        fmt::format("{} stored files are not in the manifest", inventory_->not_ticked_off()));
  }
  return *inventory_;
}

std::optional<std::uint64_t> IosBackup::stored_size(std::string_view id) const {
  const auto parsed = parse_file_id(id);
  return parsed ? inventory().size(*parsed) : std::nullopt;
}

Stored IosBackup::stored(std::string_view id, bool encrypted_content) const {
  const auto size = stored_size(id);
  if (!size) return Stored::missing;
  if (*size == 0) return Stored::empty;
  return encrypted_content && *size % kCipherBlock != 0 ? Stored::truncated : Stored::whole;
}

}  // namespace interdict::evidence
