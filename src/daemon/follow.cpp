#include "daemon/follow.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace interdict::daemon {

bool Follower::open(bool at_end) {
  Fd file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat s{};
  if (!file || ::fstat(file.get(), &s) != 0 || !S_ISREG(s.st_mode)) return false;
  file_ = std::move(file);
  device_ = s.st_dev;
  inode_ = s.st_ino;
  offset_ = at_end ? static_cast<std::uint64_t>(s.st_size) : 0;
  part_.clear();
  passing_over_ = at_end && s.st_size > 0;  // we may stand inside a line
  if (passing_over_) {
    char last = 0;
    if (::pread(file_.get(), &last, 1, s.st_size - 1) == 1 && last == '\n') passing_over_ = false;
  }
  return true;
}

void Follower::read_new(const std::function<void(std::string_view)>& line) {
  // The first file is joined at its end; one that appears later is read from its beginning.
  if (!file_) {
    if (!open(!ever_opened_)) {
      ever_opened_ = true;
      return;
    }
    ever_opened_ = true;
  }
  std::string piece(64 << 10, '\0');
  for (std::size_t done = 0; done < kMost;) {
    const auto n = ::pread(file_.get(), piece.data(), piece.size(), static_cast<off_t>(offset_));
    if (n <= 0) break;
    offset_ += static_cast<std::uint64_t>(n);
    done += static_cast<std::size_t>(n);
    take(std::string_view(piece).substr(0, static_cast<std::size_t>(n)), line);
  }
  struct stat now{};
  if (::stat(path_.c_str(), &now) != 0) return;
  const bool replaced = now.st_dev != device_ || now.st_ino != inode_;
  if (replaced) {
    open(false);
  } else if (static_cast<std::uint64_t>(now.st_size) < offset_) {  // truncated in place
    offset_ = 0;
    part_.clear();
    passing_over_ = false;
  }
}

void Follower::take(std::string_view bytes, const std::function<void(std::string_view)>& line) {
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, end);
    if (!passing_over_ && part_.size() + piece.size() > kMaxLine) {
      passing_over_ = true;
      part_.clear();
    }
    if (end == bytes.npos) {
      if (!passing_over_) part_ += piece;
      return;
    }
    bytes.remove_prefix(end + 1);
    if (passing_over_) {
      passing_over_ = false;
    } else if (part_.empty()) {
      line(piece);
    } else {
      part_ += piece;
      line(part_);
    }
    part_.clear();
  }
}

bool parse_late_id(std::string_view line, LateId& out) {
  // The client's own words come last, so everything is found from the left.
  constexpr std::string_view kProcess = "imap(", kSaid = "ID sent: ", kLevel = "Info: ";
  auto at = line.find(kProcess);
  if (at == line.npos) return false;
  auto rest = line.substr(at + kProcess.size());
  // An account may hold ')': it ends where "<pid><session>: " begins.
  const auto account_end = rest.find(")<");
  if (account_end == rest.npos) return false;
  out.account = rest.substr(0, account_end);
  rest.remove_prefix(account_end + 2);
  const auto process_end = rest.find("><");
  if (process_end == rest.npos || process_end == 0 ||
      rest.substr(0, process_end).find_first_not_of("0123456789") != rest.npos) {
    return false;
  }
  rest.remove_prefix(process_end + 2);
  const auto session_end = rest.find(">: ");
  if (session_end == rest.npos) return false;
  out.session = rest.substr(0, session_end);
  rest.remove_prefix(session_end + 3);
  if (rest.starts_with(kLevel)) rest.remove_prefix(kLevel.size());
  if (!rest.starts_with(kSaid)) return false;
  out.id = rest.substr(kSaid.size());
  return !out.account.empty() && !out.session.empty();
}

}  // namespace interdict::daemon
