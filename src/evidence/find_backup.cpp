// Which folder is meant: people point at the backup, or at the folder that holds it.

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "evidence/tree.hpp"

namespace interdict::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxNamed = 10;           // backups named in a message
constexpr std::size_t kMaxSubfolders = 10'000;  // looked at below a folder that is no backup

bool holds(const fs::path& folder, const char* name) {
  std::error_code ignored;
  return fs::is_regular_file(folder / name, ignored);
}

bool is_backup(const fs::path& folder) {
  return holds(folder, "Manifest.db") &&
         (holds(folder, "Info.plist") || holds(folder, "Manifest.plist"));
}

Error not_a_backup(const fs::path& path, std::string_view reason) {
  return {Errc::usage,
          fmt::format("not an iPhone backup: {} {}; expected the folder that Finder, "
                      "iTunes or idevicebackup2 wrote, with Manifest.db and Info.plist",
                      printable(path.string()), reason)};
}

struct Below {
  std::vector<fs::path> backups;
  bool old = false;  // a Manifest.mbdb was seen
};

Result<Below> look_below(const fs::path& path) {
  Below below;
  std::error_code failed;
  std::size_t seen = 0;
  for (fs::directory_iterator i(path, failed), end; !failed && i != end; i.increment(failed)) {
    std::error_code ignored;
    if (i->symlink_status(ignored).type() != fs::file_type::directory) continue;
    if (++seen > kMaxSubfolders) break;
    if (is_backup(i->path())) below.backups.push_back(i->path());
    below.old = below.old || holds(i->path(), "Manifest.mbdb");
  }
  if (failed) return os_error(path, failed.value());
  std::ranges::sort(below.backups);
  return below;
}

Error several(const fs::path& path, const std::vector<fs::path>& backups) {
  std::vector<std::string> names;
  for (const auto& backup : backups) {
    if (names.size() == kMaxNamed) break;
    names.push_back(printable(backup.filename().string()));
  }
  return {Errc::usage, fmt::format("{} iPhone backups in {}: name one of them: {}{}",
                                   backups.size(), printable(path.string()), fmt::join(names, ", "),
                                   backups.size() > kMaxNamed ? ", …" : "")};
}

}  // namespace

Result<fs::path> find_backup(const fs::path& path) {
  std::error_code failed;
  const auto status = fs::status(path, failed);
  if (status.type() == fs::file_type::not_found) return os_error(path, ENOENT);
  if (failed) return os_error(path, failed.value());
  if (status.type() != fs::file_type::directory) return not_a_backup(path, "is not a folder");
  if (is_backup(path)) return path;

  auto below = TRY(look_below(path));
  if (below.backups.size() == 1) return std::move(below.backups.front());
  if (below.backups.size() > 1) return several(path, below.backups);
  if (below.old || holds(path, "Manifest.mbdb")) {
    return Error{Errc::unsupported,
                 fmt::format("{} is a backup of iOS 9 or older (Manifest.mbdb), which is not read; "
                             "iOS 10 and later write Manifest.db",
                             printable(path.string()))};
  }
  if (holds(path, "Manifest.db")) {
    return not_a_backup(path, "holds Manifest.db, but neither Info.plist nor Manifest.plist");
  }
  return not_a_backup(path, "holds no Manifest.db");
}

}  // namespace interdict::evidence
