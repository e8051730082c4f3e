#include "evidence/blob_inventory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::evidence {
namespace {

std::size_t first_byte_of(const FileId& id) { return std::to_integer<std::size_t>(id.front()); }

}  // namespace

void BlobInventory::CloseDirectory::operator()(DIR* directory) const noexcept {
  ::closedir(directory);
}

BlobInventory BlobInventory::read(const Folder& folder) {
  BlobInventory inventory;
  for (const unsigned byte : inventory.subfolders(folder)) inventory.read_subfolder(folder, byte);
  if (inventory.count_ == kMaxBlobs) {
    inventory.notes_.push_back(
        fmt::format("more than {} stored files: the rest counts as missing", kMaxBlobs));
  }
  return inventory;
}

/// Looking first spares a trimmed backup, which holds a few of them, 256 attempts.
std::vector<unsigned> BlobInventory::subfolders(const Folder& folder) {
  std::vector<unsigned> bytes;
  const Directory directory = list(folder, ".");
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    const auto byte = name.size() == 2 ? from_hex(name) : std::nullopt;
    if (byte && hex(*byte) == name) bytes.push_back(std::to_integer<unsigned>(byte->front()));
  }
  std::ranges::sort(bytes);
  return bytes;
}

BlobInventory::Directory BlobInventory::list(const Folder& folder, const std::string& name) {
  const auto fd = folder.subfolder(name);
  if (!fd) {
    notes_.push_back(fmt::format("not listed: {}", fd.error().what()));
    return nullptr;
  }
  // closedir() closes its descriptor, and so does Fd.
  return Directory(::fdopendir(::fcntl(fd->get(), F_DUPFD_CLOEXEC, 0)));
}

void BlobInventory::read_subfolder(const Folder& folder, unsigned first_byte) {
  const Directory directory = list(folder, fmt::format("{:02x}", first_byte));
  auto& blobs = by_first_byte_[first_byte];
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const auto id = parse_file_id(entry->d_name);
    if (!id || first_byte_of(*id) != first_byte) continue;
    struct stat s{};
    if (::fstatat(::dirfd(directory.get()), entry->d_name, &s, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(s.st_mode)) {
      continue;
    }
    if (count_ == kMaxBlobs) break;
    blobs.push_back({static_cast<std::uint64_t>(s.st_size), *id, false});
    ++count_;
  }
  std::ranges::sort(blobs, {}, &Blob::id);
}

std::optional<std::size_t> BlobInventory::position(const FileId& id) const {
  const auto& blobs = by_first_byte_[first_byte_of(id)];
  const auto at = std::ranges::lower_bound(blobs, id, {}, &Blob::id);
  if (at == blobs.end() || at->id != id) return std::nullopt;
  return static_cast<std::size_t>(at - blobs.begin());
}

std::optional<std::uint64_t> BlobInventory::size(const FileId& id) const {
  const auto at = position(id);
  return at ? std::optional(by_first_byte_[first_byte_of(id)][*at].size) : std::nullopt;
}

void BlobInventory::tick_off(const FileId& id) {
  const auto at = position(id);
  if (!at) return;
  auto& blob = by_first_byte_[first_byte_of(id)][*at];
  if (!blob.listed) ++ticked_off_;
  blob.listed = true;
}

}  // namespace interdict::evidence
