#include "logs/input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/bytes.hpp"
#include "base/file.hpp"

namespace interdict::logs {
namespace {

constexpr std::size_t kRaw = 256U << 10;
constexpr std::uint64_t kBombFrom = 64ULL << 20;
constexpr std::uint64_t kBombRatio = 400;
constexpr unsigned char kMagic[] = {0x1F, 0x8B};

unsigned char* uchars_of(std::span<char> s) { return uchars(std::as_writable_bytes(s)); }

}  // namespace

class Input::Impl {
 public:
  Impl(Fd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  explicit Impl(std::string bytes) : memory_(std::move(bytes)) {}
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (zlib_ready_) ::inflateEnd(&z_);
  }

  Result<std::size_t> read(std::span<char> into) {
    if (!begun_) TRY(begin());
    if (!gzip_) return read_plain(into);
    return inflate(into);
  }
  [[nodiscard]] bool compressed() const { return gzip_; }

 private:
  /// What begin() read ahead comes first.
  Result<std::size_t> read_plain(std::span<char> into) {
    if (raw_at_ == raw_.size()) return read_source(into);
    const auto n = std::min(into.size(), raw_.size() - raw_at_);
    std::memcpy(into.data(), raw_.data() + raw_at_, n);
    raw_at_ += n;
    return n;
  }

  Result<std::size_t> read_source(std::span<char> into) {
    if (!fd_) {
      const auto n = std::min(into.size(), memory_.size() - memory_at_);
      std::memcpy(into.data(), memory_.data() + memory_at_, n);
      memory_at_ += n;
      return n;
    }
    for (;;) {
      const auto n = ::read(fd_.get(), into.data(), into.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return os_error(path_, errno);
    }
  }

  Status begin() {
    begun_ = true;
    raw_.resize(kRaw);
    std::size_t have = 0;
    while (have < 2) {
      const auto n = TRY(read_source(std::span(raw_).subspan(have)));
      if (n == 0) break;
      have += n;
    }
    raw_.resize(have);
    gzip_ = have >= 2 && std::memcmp(raw_.data(), kMagic, 2) == 0;
    return gzip_ ? begin_member() : ok();
  }

  Status begin_member() {
    // 16 + 15: a gzip member with any window; the header and checksum are zlib's to check.
    const int code = zlib_ready_ ? ::inflateReset(&z_) : ::inflateInit2(&z_, 16 + 15);
    if (code != Z_OK) return Error{Errc::limit, "gzip: no memory"};
    zlib_ready_ = true;
    in_member_ = true;
    return ok();
  }

  /// True when raw_ has a byte to read.
  Result<bool> fill() {
    if (raw_at_ < raw_.size()) return true;
    raw_.resize(kRaw);
    const auto n = TRY(read_source(raw_));
    raw_.resize(n);
    raw_at_ = 0;
    return n > 0;
  }

  /// Between members: the next one, or the end.
  Result<bool> next_member() {
    while (TRY(fill())) {
      if (raw_[raw_at_] != 0) {
        TRY(begin_member());
        return true;
      }
      ++raw_at_;
    }
    return false;
  }

  Result<std::size_t> inflate(std::span<char> into) {
    const auto limit =
        static_cast<uInt>(std::min<std::size_t>(into.size(), std::numeric_limits<uInt>::max()));
    z_.next_out = uchars_of(into);
    z_.avail_out = limit;
    while (z_.avail_out == limit) {
      if (!in_member_ && !TRY(next_member())) return std::size_t{0};
      if (!TRY(fill())) return Error{Errc::truncated, "gzip: ends in the middle of a member"};
      z_.next_in = uchars_of(std::span(raw_).subspan(raw_at_));
      z_.avail_in = static_cast<uInt>(raw_.size() - raw_at_);
      const auto before = z_.avail_in;
      const int code = ::inflate(&z_, Z_NO_FLUSH);
      raw_at_ = raw_.size() - z_.avail_in;
      in_ += before - z_.avail_in;
      if (code == Z_STREAM_END) {
        in_member_ = false;
      } else if (code != Z_OK && code != Z_BUF_ERROR && z_.avail_out == limit) {
        // What came out before the damage was handed over first; zlib says the same again.
        return Error{Errc::malformed, "gzip: damaged data"};
      }
    }
    const std::size_t n = limit - z_.avail_out;
    out_ += n;
    if (out_ > kBombFrom && out_ / kBombRatio > in_) {
      return Error{Errc::limit, "gzip: unpacks to more than 400 times its size"};
    }
    return n;
  }

  Fd fd_;
  std::filesystem::path path_;
  std::string memory_;
  std::size_t memory_at_ = 0;
  std::vector<char> raw_;
  std::size_t raw_at_ = 0;
  bool begun_ = false, gzip_ = false, zlib_ready_ = false, in_member_ = false;
  z_stream z_{};
  std::uint64_t in_ = 0, out_ = 0;
};

Input::Input(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Input::Input(Input&&) noexcept = default;
Input& Input::operator=(Input&&) noexcept = default;
Input::~Input() = default;

Result<Input> Input::open(const std::filesystem::path& path) {
  Fd fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                    : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd) return os_error(path, errno);
  struct stat info{};
  if (::fstat(fd.get(), &info) != 0) return os_error(path, errno);
  if (S_ISDIR(info.st_mode)) return os_error(path, EISDIR);
  return Input(std::make_unique<Impl>(std::move(fd), path));
}

Input Input::of(std::string bytes) { return Input(std::make_unique<Impl>(std::move(bytes))); }

Result<std::size_t> Input::read(std::span<char> into) { return impl_->read(into); }
bool Input::compressed() const { return impl_->compressed(); }

}  // namespace interdict::logs
