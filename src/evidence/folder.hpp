// The folder of a backup: its files opened for reading and nothing else.
//
// Names come from a hostile manifest, so nothing but 40 hex digits becomes a path, and no symbolic
// link inside the folder is followed: a link planted there would let the evidence show us files of
// this machine. Access times are left alone where the system allows it.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.hpp"
#include "base/random_access.hpp"
#include "base/result.hpp"

namespace interdict::evidence {

/// A fileID: SHA-1 of "domain-relative path", which is also the name of the stored blob.
using FileId = std::array<std::byte, 20>;

/// From exactly 40 hex digits; nothing otherwise.
std::optional<FileId> parse_file_id(std::string_view hex_digits);

class Folder {
 public:
  static Result<Folder> open(const std::filesystem::path& path);

  /// A file beside the manifest. Errc::not_found if absent or if the name holds a slash; io if it
  /// is a link or no regular file.
  [[nodiscard]] Result<std::unique_ptr<RandomAccess>> beside_manifest(std::string_view name) const;
  /// The stored blob of a fileID (xx/xxxx…). Errc::malformed if `id` is not 40 hex digits.
  [[nodiscard]] Result<std::unique_ptr<RandomAccess>> blob(std::string_view id) const;
  /// A folder directly below, for listing.
  [[nodiscard]] Result<Fd> subfolder(const std::string& name) const;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  Folder(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Fd fd_;
  std::filesystem::path path_;
};

}  // namespace interdict::evidence
