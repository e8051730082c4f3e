// What the tests of this room share: looking at a folder from outside, and reading a whole file.

#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "evidence/tree.hpp"

namespace interdict::evidence::testing {

inline PasswordSource password(std::string_view text) {
  return [secret = std::string(text)]() -> Result<crypto::Secret> {
    return crypto::Secret(std::string_view(secret));
  };
}
/// For backups that must not ask.
inline Result<crypto::Secret> no_password() { return Error{Errc::locked, "no password"}; }

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}
inline void spill(const std::filesystem::path& path, std::string_view content) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << content;
}

/// Every file and folder below with its bytes, mode and time of change.
inline std::map<std::string, std::string> snapshot(const std::filesystem::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat s{};
    ::lstat(entry.path().c_str(), &s);
    auto& state = all[std::filesystem::relative(entry.path(), folder).string()];
    state = std::to_string(s.st_mode) + ' ' + std::to_string(s.st_mtim.tv_sec) + '.' +
            std::to_string(s.st_mtim.tv_nsec) + ' ';
    if (entry.is_regular_file()) state += slurp(entry.path());
  }
  return all;
}

inline std::string text_of_all(RandomAccess& file) {
  auto bytes = read_all(file, 1u << 30);
  return bytes ? std::string(text_of(*bytes)) : "unreadable: " + bytes.error().what();
}

/// The content of the only file at a place, or why there is none.
inline std::string content_at(Tree& tree, std::string_view domain, std::string_view path,
                              std::string* odd = nullptr) {
  auto found = tree.find({Container::ios_backup, domain, path});
  if (!found) return "not found: " + found.error().what();
  if (found->size() != 1) return std::to_string(found->size()) + " files";
  auto opened = tree.open(found->front(), odd);
  return opened ? text_of_all(**opened) : "not opened: " + opened.error().what();
}

/// The blob of a file, as the backup's own naming has it.
inline std::filesystem::path blob_path(Tree& tree, std::string_view domain, std::string_view path) {
  const auto found = tree.find({Container::ios_backup, domain, path});
  const std::string& id = found->at(0).id;
  return std::filesystem::path(id.substr(0, 2)) / id;
}

}  // namespace interdict::evidence::testing
