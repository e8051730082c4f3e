#include "evidence/restored_tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/time.hpp"
#include "evidence/manifest.hpp"

namespace interdict::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxComponent = 255;  // NAME_MAX of every Linux file system

Status check_component(std::string_view component) {
  if (component.empty() || component == "." || component == "..") {
    return Error{Errc::malformed, "an unsafe path, not restored"};
  }
  if (component.size() > kMaxComponent)
    return Error{Errc::malformed, "a name of more than 255 bytes"};
  if (component.find('\0') != component.npos) return Error{Errc::malformed, "a NUL in the path"};
  return ok();
}

/// What the names of the manifest bring about is that row's fault; all else is the disk's.
Error write_error(const fs::path& destination, int error_number) {
  switch (error_number) {
    case EEXIST:
    case ENOTDIR:
    case EISDIR:
    case ELOOP:
      return {Errc::malformed, "its path is taken by another row of the manifest"};
    case ENAMETOOLONG:
    case EINVAL:
    case EILSEQ:
      return {Errc::malformed, "the destination does not take such a name"};
    default:
      return {Errc::io, fmt::format("{}: {}", destination.string(), std::strerror(error_number))};
  }
}

/// Renames unless the new name exists. Some file systems lack the flag; there a link does the same.
int rename_to_new(int from_folder, const char* from, int to_folder, const char* to) {
  if (::renameat2(from_folder, from, to_folder, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  if (::linkat(from_folder, from, to_folder, to, 0) != 0) return errno;
  ::unlinkat(from_folder, from, 0);
  return 0;
}

}  // namespace

Status check_restorable(std::string_view domain, std::string_view relative_path) {
  if (domain.empty()) return Error{Errc::malformed, "its row names no domain, not restored"};
  if (domain.find('/') != domain.npos)
    return Error{Errc::malformed, "an unsafe domain, not restored"};
  TRY(check_component(domain));
  if (relative_path.size() > kMaxPathBytes) return Error{Errc::malformed, "its path is too long"};
  for (std::size_t at = 0; at <= relative_path.size() && !relative_path.empty();) {
    const auto slash = std::min(relative_path.find('/', at), relative_path.size());
    TRY(check_component(relative_path.substr(at, slash - at)));
    at = slash + 1;
  }
  return ok();
}

Status RestoredTree::check(const fs::path& destination, const fs::path& evidence) {
  std::error_code failed;
  const auto inside = fs::weakly_canonical(destination, failed);
  if (failed) return os_error(destination, failed.value());
  const auto outside = fs::canonical(evidence, failed);
  if (failed) return os_error(evidence, failed.value());
  if (std::ranges::mismatch(outside, inside).in1 == outside.end()) {
    return Error{Errc::usage, fmt::format("{} lies inside the evidence, where nothing is written",
                                          destination.string())};
  }
  const auto status = fs::status(destination, failed);
  if (status.type() == fs::file_type::not_found) return ok();
  if (status.type() != fs::file_type::directory) {
    return Error{Errc::usage, fmt::format("{} is not a folder", destination.string())};
  }
  const bool empty = fs::is_empty(destination, failed);
  if (failed) return os_error(destination, failed.value());
  if (!empty) return Error{Errc::usage, fmt::format("{} is not empty", destination.string())};
  return ok();
}

Result<RestoredTree> RestoredTree::create(const fs::path& destination) {
  if (::mkdir(destination.c_str(), 0700) != 0 && errno != EEXIST)
    return os_error(destination, errno);
  const int fd = ::open(destination.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return os_error(destination, errno);
  return RestoredTree(Fd(fd), destination);
}

Status RestoredTree::sync() const {
  if (::syncfs(fd_.get()) != 0) return os_error(path_, errno);
  return ok();
}

NewFile::NewFile(Fd fd, int root, std::string part, int folder, std::string name)
    : fd_(std::move(fd)),
      root_(root),
      folder_(folder),
      part_(std::move(part)),
      name_(std::move(name)) {}

NewFile::~NewFile() {
  if (fd_) ::unlinkat(root_, part_.c_str(), 0);
}

Status NewFile::write(ByteView bytes) { return write_all(fd_.get(), bytes); }

Status NewFile::commit(std::optional<std::int64_t> modified) {
  if (modified && from_unix_seconds(*modified)) {
    const timespec time{.tv_sec = *modified, .tv_nsec = 0};
    const timespec times[2] = {time, time};
    ::futimens(fd_.get(), times);  // best effort: not every file system keeps times
  }
  const int failed = rename_to_new(root_, part_.c_str(), folder_, name_.c_str());
  if (failed != 0) return write_error(name_, failed);
  fd_ = Fd();
  return ok();
}

TreeWriter::TreeWriter(const RestoredTree& tree, unsigned number)
    : tree_(tree), part_(fmt::format(".interdict-{}.part", number)) {}

Result<int> TreeWriter::folder(std::string_view path) {
  if (current_ && path == current_path_) return current_.get();
  current_ = Fd();
  Fd folder;
  for (std::size_t at = 0; at < path.size();) {
    const auto slash = std::min(path.find('/', at), path.size());
    const std::string name(path.substr(at, slash - at));
    const int parent = folder ? folder.get() : tree_.descriptor();
    if (::mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST) {
      return write_error(tree_.path(), errno);
    }
    const int fd = ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return write_error(tree_.path(), errno);
    folder = Fd(fd);
    at = slash + 1;
  }
  current_ = std::move(folder);
  current_path_ = path;
  return current_.get();
}

Status TreeWriter::make_folder(std::string_view domain, std::string_view relative_path) {
  TRY(check_restorable(domain, relative_path));
  std::string path(domain);
  if (!relative_path.empty()) path.append(1, '/').append(relative_path);
  TRY(folder(path));
  return ok();
}

Result<NewFile> TreeWriter::begin(std::string_view domain, std::string_view relative_path) {
  TRY(check_restorable(domain, relative_path));
  if (relative_path.empty()) return Error{Errc::malformed, "a file without a name"};
  const auto slash = relative_path.rfind('/');
  std::string parent(domain);
  if (slash != relative_path.npos) parent.append(1, '/').append(relative_path.substr(0, slash));
  const int folder_fd = TRY(folder(parent));
  const int fd = ::openat(tree_.descriptor(), part_.c_str(),
                          O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (fd < 0) return os_error(tree_.path() / part_, errno);
  return NewFile(Fd(fd), tree_.descriptor(), part_, folder_fd,
                 std::string(relative_path.substr(slash == relative_path.npos ? 0 : slash + 1)));
}

}  // namespace interdict::evidence
