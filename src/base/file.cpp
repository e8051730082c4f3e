#include "base/file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace interdict {
namespace {

constexpr std::size_t kWriteBuffer = 1 << 18;

class FileBytes final : public RandomAccess {
 public:
  FileBytes(Fd fd, std::filesystem::path path, std::uint64_t size)
      : fd_(std::move(fd)), path_(std::move(path)), size_(size) {}
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override {
    while (!into.empty()) {
      const auto n = ::pread(fd_.get(), into.data(), into.size(), static_cast<off_t>(offset));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return os_error(path_, errno);
      if (n == 0)
        return Error{Errc::truncated, fmt::format("{}: read past the end", path_.string())};
      into = into.subspan(static_cast<std::size_t>(n));
      offset += static_cast<std::uint64_t>(n);
    }
    return ok();
  }

 private:
  Fd fd_;
  std::filesystem::path path_;
  std::uint64_t size_;
};

Result<std::uint64_t> regular_size(int fd, const std::filesystem::path& path) {
  struct stat s{};
  if (::fstat(fd, &s) != 0) return os_error(path, errno);
  if (!S_ISREG(s.st_mode))
    return Error{Errc::io, fmt::format("{}: not a regular file", path.string())};
  return static_cast<std::uint64_t>(s.st_size);
}

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Error os_error(const std::filesystem::path& path, int error_number) {
  return {error_number == ENOENT || error_number == ENOTDIR ? Errc::not_found : Errc::io,
          fmt::format("{}: {}", path.string(), std::strerror(error_number))};
}

Result<Fd> open_readonly(const std::filesystem::path& path) {
  // O_NONBLOCK: a FIFO planted in the evidence must not hang us; it is refused below.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  // O_NOATIME is allowed to a file's owner only.
  int fd = ::open(path.c_str(), kFlags | O_NOATIME);
  if (fd < 0 && errno == EPERM) fd = ::open(path.c_str(), kFlags);
  if (fd < 0) return os_error(path, errno);
  Fd owned(fd);
  TRY(regular_size(fd, path));
  return owned;
}

Result<std::unique_ptr<RandomAccess>> open_file(const std::filesystem::path& path) {
  Fd fd = TRY(open_readonly(path));
  const auto size = TRY(regular_size(fd.get(), path));
  return std::unique_ptr<RandomAccess>(new FileBytes(std::move(fd), path, size));
}

Result<Bytes> read_file(const std::filesystem::path& path, std::uint64_t limit) {
  auto file = TRY(open_file(path));
  return TRY_WITHIN(path.string(), read_all(*file, limit));
}

Status write_all(int fd, ByteView bytes) {
  while (!bytes.empty()) {
    const auto n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return Error{Errc::io, std::strerror(errno)};
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return ok();
}

PartFile::PartFile(Fd fd, std::filesystem::path final_path, std::filesystem::path part)
    : fd_(std::move(fd)), final_(std::move(final_path)), part_(std::move(part)) {}

PartFile::PartFile(PartFile&& o) noexcept
    : fd_(std::move(o.fd_)),
      final_(std::move(o.final_)),
      part_(std::exchange(o.part_, {})),
      buffer_(std::move(o.buffer_)),
      finished_(o.finished_) {}

PartFile::~PartFile() {
  if (!part_.empty()) ::unlink(part_.c_str());
}

Result<PartFile> PartFile::create(const std::filesystem::path& final_path, unsigned mode) {
  auto part = final_path;
  part += ".part";
  // A part left behind by a killed run is ours to replace, but never through somebody's link.
  ::unlink(part.c_str());
  const int fd = ::open(part.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
  if (fd < 0) return os_error(part, errno);
  return PartFile(Fd(fd), final_path, part);
}

Status PartFile::write(std::string_view text) {
  buffer_.append(text);
  if (buffer_.size() < kWriteBuffer) return ok();
  TRY_WITHIN(final_.string(), write_all(fd_.get(), bytes_of(buffer_)));
  buffer_.clear();
  return ok();
}

Status PartFile::finish() {
  if (finished_) return ok();
  TRY_WITHIN(final_.string(), write_all(fd_.get(), bytes_of(buffer_)));
  buffer_.clear();
  if (::fsync(fd_.get()) != 0) return os_error(final_, errno);
  finished_ = true;
  return ok();
}

Status PartFile::commit() {
  TRY(finish());
  if (::rename(part_.c_str(), final_.c_str()) != 0) return os_error(final_, errno);
  part_.clear();
  return ok();
}

}  // namespace interdict
