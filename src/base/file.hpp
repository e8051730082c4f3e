// Files of this machine: opened read-only, or written so that no half file ever has its final name.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/bytes.hpp"
#include "base/random_access.hpp"
#include "base/result.hpp"

namespace interdict {

/// An owned file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(std::exchange(o.fd_, -1)) {}
  Fd& operator=(Fd&& o) noexcept {
    std::swap(fd_, o.fd_);
    return *this;
  }
  ~Fd();
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// "path: No such file or directory", with Errc::not_found for ENOENT and Errc::io otherwise.
Error os_error(const std::filesystem::path& path, int error_number);

/// A regular file, read-only, close-on-exec, without touching its access time where we may.
Result<Fd> open_readonly(const std::filesystem::path& path);
/// A regular file as RandomAccess (pread; safe to share between threads).
Result<std::unique_ptr<RandomAccess>> open_file(const std::filesystem::path& path);
/// The whole file, at most `limit` bytes.
Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t limit);

/// Writes every byte to fd, whatever short writes the kernel makes.
Status write_all(int fd, ByteView bytes);

/// A file that appears under its name only when it is whole: written to NAME.part in the same
/// folder, renamed by commit(). Unless committed, the destructor removes the part.
class PartFile {
 public:
  static Result<PartFile> create(const std::filesystem::path& final_path, unsigned mode = 0600);
  PartFile(PartFile&& o) noexcept;
  PartFile& operator=(PartFile&&) = delete;
  ~PartFile();

  /// Buffered; errors may come late, at the latest from finish().
  Status write(std::string_view text);
  /// Flushes and syncs; after this only the rename is left.
  Status finish();
  /// finish() if that was not done, then the rename.
  Status commit();
  [[nodiscard]] const std::filesystem::path& path() const { return final_; }

 private:
  PartFile(Fd fd, std::filesystem::path final_path, std::filesystem::path part);
  Fd fd_;
  std::filesystem::path final_, part_;
  std::string buffer_;
  bool finished_ = false;
};

}  // namespace interdict
