// Which blobs a backup folder really holds, and how large they are: one walk, then look-ups in
// memory, so that a million rows of the manifest can be compared with the folder.
//
// Bounds  32 bytes a blob, at most kMaxBlobs; further ones are not seen, which a note says.
// Errors  none: a folder that cannot be listed is a note, its blobs count as missing.

#pragma once

#include <dirent.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evidence/folder.hpp"

namespace interdict::evidence {

inline constexpr std::size_t kMaxBlobs = 3'000'000;

class BlobInventory {
 public:
  /// Lists the folders 00 to ff that are there.
  static BlobInventory read(const Folder& folder);

  /// The stored size; nothing when there is no such blob.
  [[nodiscard]] std::optional<std::uint64_t> size(const FileId& id) const;
  [[nodiscard]] std::size_t count() const { return count_; }

  /// Ticks off a blob that the manifest lists.
  void tick_off(const FileId& id);
  [[nodiscard]] std::size_t not_ticked_off() const { return count_ - ticked_off_; }

  [[nodiscard]] const std::vector<std::string>& notes() const { return notes_; }

 private:
  struct Blob {
    std::uint64_t size;
    FileId id;
    bool listed;
  };
  struct CloseDirectory {
    void operator()(DIR* directory) const noexcept;
  };
  using Directory = std::unique_ptr<DIR, CloseDirectory>;

  /// Null, with a note, for a folder that cannot be listed.
  Directory list(const Folder& folder, const std::string& name);
  std::vector<unsigned> subfolders(const Folder& folder);
  void read_subfolder(const Folder& folder, unsigned first_byte);
  /// Where it stands in its vector of by_first_byte_.
  [[nodiscard]] std::optional<std::size_t> position(const FileId& id) const;

  std::array<std::vector<Blob>, 256> by_first_byte_;  // each sorted by id
  std::size_t count_ = 0, ticked_off_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace interdict::evidence
