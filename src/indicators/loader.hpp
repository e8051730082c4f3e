// Reads indicator files into a Store: which object is an indicator, what it is called by whom, and
// what of it cannot be evaluated.
//
// Collections: the names of the malware, tool, campaign, threat-actor, intrusion-set, report,
// grouping and infrastructure objects that an indicator is related to (its relationships' targets)
// or listed in (object_refs), across all files. One without any belongs to its file's name.

#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <tsl/robin_map.h>

#include "base/random_access.hpp"
#include "formats/stix.hpp"
#include "indicators/store.hpp"

namespace interdict::indicators {

class Loader {
 public:
  Loader(Store& store, std::vector<LoadedFile>& files, std::vector<NotEvaluated>& not_evaluated)
      : store_(store), files_(files), not_evaluated_(not_evaluated) {}

  Status read(const std::filesystem::path& path);
  /// Names the collections and seals the store.
  Status finish();

 private:
  /// A STIX id, by its hash of 128 bits: no two ids that exist have the same one.
  struct Id {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    bool operator==(const Id&) const = default;
  };
  struct HashOfId {
    std::size_t operator()(const Id& id) const { return id.low; }
  };
  struct Edge {
    Id member;
    std::uint32_t group;
  };

  static Id id_of(std::string_view text);
  Status read_content(const std::filesystem::path& path, RandomAccess& content);
  Status read_bundle(RandomAccess& content);
  Status read_list(RandomAccess& content);
  Status visit(const stix::Object& object);
  Status indicator(const stix::Object& object);
  void simple(std::string_view path, std::string_view value, const stix::Object& object);
  void compound(const stix::Object& object);
  std::uint32_t new_item(std::string_view id, std::string_view pattern);
  void refuse(const stix::Object& object, std::string why);
  std::uint32_t group(std::string_view id);
  void resolve();

  Store& store_;
  stix::BundleReader reader_;
  std::vector<LoadedFile>& files_;
  std::vector<NotEvaluated>& not_evaluated_;
  Large<Id> ids_;                           // of the store's items
  Large<Edge> edges_;                       // relationships and object_refs
  std::vector<std::uint32_t> group_names_;  // collection of each group, or kNone
  tsl::robin_map<Id, std::uint32_t, HashOfId> groups_;
  std::vector<std::string> stems_;  // of files_
  std::uint64_t objects_ = 0;       // indicators seen in the file that is read
  // The last ones looked up: feeds repeat them.
  Id last_group_id_;
  std::uint32_t last_group_ = kNone;
  std::string last_path_;
  Property last_property_;
  Key key_{};
};

/// The indicator files that `paths` name, folders searched, each once, in a fixed order.
Result<std::vector<std::filesystem::path>> indicator_files(
    std::span<const std::filesystem::path> paths);

}  // namespace interdict::indicators
