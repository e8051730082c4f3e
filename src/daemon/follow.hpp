// Follows a growing log: whole lines as they are written, across rotation and truncation.
//
// Begins at the file's end: what was written before is history. A file that is not there yet is
// waited for. Never blocks: read_new() takes what there is, at most kMost bytes a call.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/file.hpp"

namespace interdict::daemon {

class Follower {
 public:
  static constexpr std::size_t kMost = 1 << 20, kMaxLine = 64 << 10;
  explicit Follower(std::filesystem::path path) : path_(std::move(path)) {}
  /// Calls `line` for each line that became whole. Longer lines than kMaxLine are passed over.
  void read_new(const std::function<void(std::string_view)>& line);

 private:
  bool open(bool at_end);
  void take(std::string_view bytes, const std::function<void(std::string_view)>& line);

  std::filesystem::path path_;
  Fd file_;
  std::uint64_t device_ = 0, inode_ = 0;
  std::uint64_t offset_ = 0;
  std::string part_;           // of a line that is not whole yet
  bool passing_over_ = false;  // the rest of a line that was too long
  bool ever_opened_ = false;
};

/// "imap(alice)<77><abc>: ID sent: name=iPhone Mail, version=…" behind any stamp: the account, the
/// session and the ID. False: another line. Views into it.
struct LateId {
  std::string_view account, session, id;
};
bool parse_late_id(std::string_view line, LateId& out);

}  // namespace interdict::daemon
