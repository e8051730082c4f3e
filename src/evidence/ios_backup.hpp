// An iTunes/Finder backup as a Tree, examined where it lies.
//
// The class stands in a header of its own because `decrypt` needs every row of the manifest, which
// a Tree does not give. Everything else goes through evidence::open.

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/keybag.hpp"
#include "evidence/blob_inventory.hpp"
#include "evidence/folder.hpp"
#include "evidence/manifest.hpp"
#include "evidence/tree.hpp"

namespace interdict::evidence {

class IosBackup final : public Tree {
 public:
  static Result<std::unique_ptr<IosBackup>> open(const std::filesystem::path& path,
                                                 const PasswordSource& password);

  [[nodiscard]] const Facts& facts() const override { return facts_; }
  [[nodiscard]] const std::vector<std::string>& notes() const override { return notes_; }
  Result<std::vector<File>> find(const Place& place) override;
  Result<std::shared_ptr<RandomAccess>> open(const File& file, std::string* odd) override;
  Result<sqlite::Files> open_database(const File& file, std::string* odd) override;
  [[nodiscard]] Stored stored(std::string_view id, bool encrypted_content) const override;
  [[nodiscard]] std::optional<std::uint64_t> stored_size(std::string_view id) const override;

  [[nodiscard]] const Manifest& manifest() const { return *manifest_; }
  [[nodiscard]] const Folder& folder() const { return folder_; }

 private:
  explicit IosBackup(Folder folder) : folder_(std::move(folder)) {}
  Status unlock(const Bytes& key_bag, const PasswordSource& password);
  /// Manifest.db as a database, decrypted when it has to be; every call gives a view of its own.
  [[nodiscard]] Result<std::shared_ptr<RandomAccess>> open_manifest() const;
  [[nodiscard]] Result<std::shared_ptr<RandomAccess>> decrypted(
      std::shared_ptr<RandomAccess> ciphertext, ByteView wrapped_key, std::string* odd) const;
  void add_wal(const File& wal, sqlite::Files& files, std::string* odd);
  /// Whether the -journal of a transaction that was never finished lies beside the database.
  [[nodiscard]] bool holds_hot_journal(const File& file);
  [[nodiscard]] const BlobInventory& inventory() const;

  Folder folder_;
  Facts facts_;
  mutable std::vector<std::string> notes_;
  std::optional<crypto::KeyBag> keys_;  // unlocked; none in a plain backup
  Bytes manifest_key_;                  // wrapped; empty when Manifest.db is plain
  std::optional<Manifest> manifest_;
  mutable std::optional<BlobInventory> inventory_;  // made when first asked for
};

}  // namespace interdict::evidence
