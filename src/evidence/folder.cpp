#include "evidence/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::evidence {
namespace {

/// A file reached through a folder's descriptor, which base's open_file cannot do.
class FolderFile final : public RandomAccess {
 public:
  FolderFile(Fd fd, std::uint64_t size) : fd_(std::move(fd)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override {
    while (!into.empty()) {
      const auto n = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return Error{Errc::io, std::strerror(errno)};
      if (n == 0) return Error{Errc::truncated, "read past the end"};
      into = into.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return ok();
  }

 private:
  Fd fd_;
  std::uint64_t size_;
};

/// O_NOFOLLOW: the last component is no link. O_NONBLOCK: a planted FIFO does not hang us.
Result<Fd> open_below(int folder, const char* name, int kind) {
  const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | kind;
  // O_NOATIME is allowed to a file's owner only.
  int fd = ::openat(folder, name, flags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::openat(folder, name, flags);
  if (fd >= 0) return Fd(fd);
  if (errno == ELOOP)
    return Error{Errc::io, fmt::format("{}: a symbolic link, not followed", name)};
  return os_error(name, errno);
}

Result<std::unique_ptr<RandomAccess>> file_below(int folder, const char* name) {
  Fd fd = TRY(open_below(folder, name, 0));
  struct stat s{};
  if (::fstat(fd.get(), &s) != 0) return os_error(name, errno);
  if (!S_ISREG(s.st_mode)) return Error{Errc::io, fmt::format("{}: not a regular file", name)};
  return std::unique_ptr<RandomAccess>(
      new FolderFile(std::move(fd), static_cast<std::uint64_t>(s.st_size)));
}

}  // namespace

std::optional<FileId> parse_file_id(std::string_view hex_digits) {
  FileId id;
  if (hex_digits.size() != 2 * id.size()) return std::nullopt;
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  for (std::size_t i = 0; i < id.size(); ++i) {
    const int high = digit(hex_digits[2 * i]), low = digit(hex_digits[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id[i] = static_cast<std::byte>(high << 4 | low);
  }
  return id;
}

Result<Folder> Folder::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return os_error(path, errno);
  return Folder(Fd(fd), path);
}

Result<std::unique_ptr<RandomAccess>> Folder::beside_manifest(std::string_view name) const {
  if (name.empty() || name.find('/') != name.npos || name.find('\0') != name.npos || name == "." ||
      name == "..") {
    return Error{Errc::not_found, fmt::format("{}: not a name beside the manifest", name)};
  }
  return file_below(fd_.get(), std::string(name).c_str());
}

Result<Fd> Folder::subfolder(const std::string& name) const {
  return open_below(fd_.get(), name.c_str(), O_DIRECTORY);
}

Result<std::unique_ptr<RandomAccess>> Folder::blob(std::string_view id) const {
  if (!parse_file_id(id)) {
    return Error{Errc::malformed, fmt::format("fileID \"{}\" is not 40 hex digits", printable(id))};
  }
  const std::string name(id);
  const Fd folder = TRY(subfolder(name.substr(0, 2)));
  return file_below(folder.get(), name.c_str());
}

}  // namespace interdict::evidence
