// Evidence that lies in memory: the few files that a test or a fuzz target puts there.

#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/random_access.hpp"
#include "evidence/tree.hpp"

namespace interdict::test {

class MemoryTree final : public evidence::Tree {
 public:
  /// A file of a backup. Its id is its domain and path; domain "" lies beside the manifest.
  void add(std::string domain, std::string path, std::string_view content) {
    evidence::File file;
    file.id = domain + "-" + path;
    file.device_path = domain.empty() ? path : evidence::device_path(domain, path);
    file.domain = std::move(domain);
    file.relative_path = std::move(path);
    const ByteView bytes = bytes_of(content);
    contents_[file.id] = Bytes(bytes.begin(), bytes.end());
    files_.push_back(std::move(file));
  }
  /// The file where a place of an artefact looks, "X" standing for every "*".
  void add(const evidence::Place& place, std::string_view content) {
    add(filled(place.domain), filled(place.path), content);
  }
  /// A file that the manifest lists and the folder does not hold.
  void add_missing(std::string domain, std::string path) {
    add(std::move(domain), std::move(path), {});
    contents_.erase(files_.back().id);
  }
  /// Says how large the content of a listed file is, without having it.
  void set_stored_size(std::string id, std::uint64_t size) { sizes_[std::move(id)] = size; }

  evidence::Facts device;
  std::string odd;  // what open() finds odd about every file

  [[nodiscard]] const evidence::Facts& facts() const override { return device; }
  [[nodiscard]] const std::vector<std::string>& notes() const override { return notes_; }

  Result<std::vector<evidence::File>> find(const evidence::Place& place) override {
    std::vector<evidence::File> found;
    for (const evidence::File& file : files_) {
      if ((place.domain == "*" || place.domain == file.domain) &&
          matches(place.path, file.relative_path)) {
        found.push_back(file);
      }
    }
    std::sort(found.begin(), found.end(), [](const evidence::File& a, const evidence::File& b) {
      return a.device_path < b.device_path;
    });
    return found;
  }

  Result<std::shared_ptr<RandomAccess>> open(const evidence::File& file,
                                             std::string* what_is_odd) override {
    const auto content = contents_.find(file.id);
    if (content == contents_.end()) {
      return Error{Errc::not_found, "listed in the manifest, not in the backup"};
    }
    if (what_is_odd != nullptr) *what_is_odd = odd;
    return std::shared_ptr<RandomAccess>(std::make_shared<MemoryBytes>(content->second));
  }

  Result<sqlite::Files> open_database(const evidence::File& file,
                                      std::string* what_is_odd) override {
    return sqlite::Files{TRY(open(file, what_is_odd)), nullptr};
  }

  [[nodiscard]] evidence::Stored stored(std::string_view id, bool encrypted) const override {
    const auto size = stored_size(id);
    if (!size) return evidence::Stored::missing;
    if (*size == 0) return evidence::Stored::empty;
    return encrypted && *size % 16 != 0 ? evidence::Stored::truncated : evidence::Stored::whole;
  }

  [[nodiscard]] std::optional<std::uint64_t> stored_size(std::string_view id) const override {
    const auto known = sizes_.find(id);
    if (known != sizes_.end()) return known->second;
    const auto content = contents_.find(id);
    if (content != contents_.end()) return content->second.size();
    return std::nullopt;
  }

 private:
  static std::string filled(std::string_view pattern) {
    std::string out(pattern);
    std::replace(out.begin(), out.end(), '*', 'X');
    return out;
  }

  /// "*" stands for one whole component.
  static bool matches(std::string_view pattern, std::string_view path) {
    for (;;) {
      const auto end = pattern.find('/'), path_end = path.find('/');
      const std::string_view component = pattern.substr(0, end);
      if (component != "*" && component != path.substr(0, path_end)) return false;
      if (end == std::string_view::npos || path_end == std::string_view::npos) {
        return end == path_end;
      }
      pattern.remove_prefix(end + 1);
      path.remove_prefix(path_end + 1);
    }
  }

  std::vector<evidence::File> files_;
  std::map<std::string, Bytes, std::less<>> contents_;
  std::map<std::string, std::uint64_t, std::less<>> sizes_;
  std::vector<std::string> notes_;
};

}  // namespace interdict::test
