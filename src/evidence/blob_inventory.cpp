#include "evidence/blob_inventory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>

#include <fmt/format.h>

namespace interdict::evidence {
namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};
using Directory = std::unique_ptr<DIR, CloseDirectory>;

std::size_t first_byte_of(const FileId& id) { return std::to_integer<std::size_t>(id.front()); }

}  // namespace

BlobInventory BlobInventory::read(const Folder& folder) {
  BlobInventory inventory;
  for (unsigned byte = 0; byte < 256; ++byte) inventory.read_subfolder(folder, byte);
  if (inventory.count_ == kMaxBlobs) {
    inventory.notes_.push_back(fmt::format("more than {} stored files: the rest counts as missing",
                                           kMaxBlobs));
  }
  return inventory;
}

void BlobInventory::read_subfolder(const Folder& folder, unsigned first_byte) {
  const auto fd = folder.subfolder(fmt::format("{:02x}", first_byte));
  if (!fd) {
    if (fd.error().code() != Errc::not_found) {
      notes_.push_back(fmt::format("folder not listed: {}", fd.error().what()));
    }
    return;
  }
  // closedir() closes its descriptor, and so does Fd.
  const Directory directory(::fdopendir(::fcntl(fd->get(), F_DUPFD_CLOEXEC, 0)));
  auto& blobs = by_first_byte_[first_byte];
  while (const dirent* entry = directory ? ::readdir(directory.get()) : nullptr) {
    const auto id = parse_file_id(entry->d_name);
    if (!id || first_byte_of(*id) != first_byte) continue;
    struct stat s {};
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
