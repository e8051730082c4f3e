#include "indicators/loader.hpp"

#include <algorithm>
#include <array>
#include <future>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "formats/stix_pattern.hpp"
#include "indicators/hash.hpp"
#include "indicators/plain_list.hpp"

namespace interdict::indicators {
namespace loading {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxList = std::uint64_t{1} << 30;
/// Larger files are digested by a second thread while this one parses.
constexpr std::uint64_t kDigestBeside = 1 << 20;
constexpr std::size_t kPiece = 64 << 10;
constexpr std::size_t kMaxFiles = 100'000;
/// Bytes of JSON; nearly all objects take more.
constexpr std::uint64_t kSmallObject = 320;

constexpr std::array<std::string_view, 8> kGroups = {
    "malware",       "report", "campaign", "threat-actor",
    "intrusion-set", "tool",   "grouping", "infrastructure",
};
constexpr std::array<std::string_view, 5> kExtensions = {".stix2", ".json", ".stix", ".txt",
                                                         ".csv"};

/// Small pieces stay in the cache, and few pages are touched.
Result<crypto::Sha256> digest_of(RandomAccess& content) {
  const auto piece = std::make_unique_for_overwrite<std::byte[]>(kPiece);
  crypto::Sha256Stream stream;
  for (std::uint64_t offset = 0; offset < content.size(); offset += kPiece) {
    const auto size = std::min<std::uint64_t>(content.size() - offset, kPiece);
    const std::span part(piece.get(), static_cast<std::size_t>(size));
    TRY(content.read_at(offset, part));
    stream.update(part);
  }
  return stream.finish();
}

bool is_group(std::string_view type) {
  return std::find(kGroups.begin(), kGroups.end(), type) != kGroups.end();
}

std::string extension_of(const fs::path& path) { return ascii_lower(path.extension().string()); }

Result<bool> looks_like_json(const fs::path& path, RandomAccess& content) {
  const auto extension = extension_of(path);
  if (extension == ".stix2" || extension == ".stix" || extension == ".json") return true;
  std::array<std::byte, 256> start{};
  const auto size = std::min<std::uint64_t>(start.size(), content.size());
  TRY(content.read_at(0, std::span(start).first(size)));
  auto text = text_of(ByteView(start).first(size));
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text = trimmed(text);
  // "[.]" and "[2001:db8::1]" may open a list; an object or a list of objects opens JSON.
  return text.starts_with('{') ||
         (text.starts_with('[') && trimmed(text.substr(1)).starts_with('{'));
}

Status search(const fs::path& folder, std::vector<fs::path>& out) {
  std::error_code error;
  fs::recursive_directory_iterator entry(folder, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    const auto extension = extension_of(entry->path());
    const bool known =
        std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
    if (known && !entry->is_directory(error)) out.push_back(entry->path());
    if (out.size() > kMaxFiles) {
      return Error(Errc::limit, fmt::format("{}: too many indicator files", folder.string()));
    }
  }
  return error ? Status(os_error(folder, error.value())) : ok();
}

}  // namespace
}  // namespace loading

Result<std::vector<std::filesystem::path>> indicator_files(
    std::span<const std::filesystem::path> paths) {
  std::vector<std::filesystem::path> out;
  for (const auto& path : paths) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (error) return os_error(path, error.value());
    if (!std::filesystem::is_directory(status)) {
      out.push_back(path);
      continue;
    }
    const auto before = out.size();
    TRY(loading::search(path, out));
    if (out.size() == before) {
      return Error(Errc::not_found,
                   fmt::format("{}: no indicator file in this folder", path.string()));
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Loader::Id Loader::id_of(std::string_view text) {
  const auto hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64};
}

Status Loader::read(const std::filesystem::path& path) {
  const auto content = TRY(open_file(path));
  if (content->size() == 0) {
    return Error(Errc::malformed, fmt::format("{}: the file is empty", path.string()));
  }
  const bool beside = content->size() > loading::kDigestBeside;
  auto running = std::async(beside ? std::launch::async : std::launch::deferred,
                            [&] { return loading::digest_of(*content); });

  files_.push_back({path.filename().string(), {}, 0, 0});
  stems_.push_back(path.stem().string());
  objects_ = 0;
  auto status = read_content(path, *content);
  auto sha256 = running.get();  // before any return: the thread uses `content`
  TRY_WITHIN(path.string(), std::move(status));
  files_.back().sha256 = hex(TRY_WITHIN(path.string(), std::move(sha256)));
  if (objects_ == 0) {
    return Error(Errc::malformed, fmt::format("{}: holds no indicator", path.string()));
  }
  return ok();
}

Status Loader::read_content(const std::filesystem::path& path, RandomAccess& content) {
  return TRY(loading::looks_like_json(path, content)) ? read_bundle(content) : read_list(content);
}

Status Loader::read_bundle(RandomAccess& content) {
  std::uint64_t offset = 0;
  const auto pull = [&](std::span<char> into) -> Result<std::size_t> {
    const auto size = std::min<std::uint64_t>(into.size(), content.size() - offset);
    TRY(content.read_at(offset, std::as_writable_bytes(into.first(size))));
    offset += size;
    return static_cast<std::size_t>(size);
  };
  // Room for as many objects as the file may hold: growing step by step would copy it all twice.
  const auto objects = static_cast<std::size_t>(content.size() / loading::kSmallObject);
  store_.reserve(objects);
  make_room(ids_, objects);
  make_room(edges_, objects);
  return reader_.read(pull, [this](const stix::Object& object) { return visit(object); });
}

Status Loader::read_list(RandomAccess& content) {
  const auto bytes = TRY(read_all(content, loading::kMaxList));
  const auto visit_line = [&](const ListLine& line) {
    ++objects_;
    if (line.key == nullptr) {
      not_evaluated_.push_back(
          {files_.back().name, {}, std::string(line.text), std::string(line.why_not)});
      return;
    }
    ++files_.back().indicators;
    store_.add(new_item({}, {}), *line.key, {}, line.value);
  };
  TRY(read_plain_list(text_of(bytes), visit_line));
  if (store_.texts.full()) return Error(Errc::limit, "more indicators than fit");
  return ok();
}

Status Loader::visit(const stix::Object& object) {
  const bool is_indicator = object.type == "indicator";
  objects_ += is_indicator ? 1 : 0;
  if (object.revoked) {
    ++files_.back().revoked;
    return ok();
  }
  if (is_indicator) return indicator(object);
  if (object.type == "relationship") {
    edges_.push_back({id_of(object.source_ref), group(object.target_ref)});
  } else if (loading::is_group(object.type)) {
    const auto number = group(object.id);
    group_names_[number] = store_.collection(object.name.empty() ? object.id : object.name);
    for (const auto ref : object.object_refs) edges_.push_back({id_of(ref), number});
  }
  return ok();
}

std::uint32_t Loader::group(std::string_view id) {
  const auto key = id_of(id);
  if (last_group_ != kNone && key == last_group_id_) return last_group_;
  const auto next = static_cast<std::uint32_t>(group_names_.size());
  const auto [known, is_new] = groups_.try_emplace(key, next);
  if (is_new) group_names_.push_back(kNone);
  last_group_id_ = key;
  last_group_ = known->second;
  return known->second;
}

Status Loader::indicator(const stix::Object& object) {
  if (!object.pattern_type.empty() && object.pattern_type != "stix") {
    refuse(object, fmt::format("pattern_type {}: only STIX patterns are evaluated",
                               printable(object.pattern_type)));
    return ok();
  }
  if (const auto pattern = stix::simple_pattern(object.pattern)) {
    simple(pattern->path, pattern->value, object);
  } else {
    compound(object);
  }
  if (store_.texts.full()) return Error(Errc::limit, "more indicators than fit");
  return ok();
}

std::uint32_t Loader::new_item(std::string_view id, std::string_view pattern) {
  Store::Item item;
  item.id = store_.texts.add(id);
  item.pattern = store_.texts.add(pattern);
  item.file = static_cast<std::uint32_t>(files_.size() - 1);
  store_.items.push_back(item);
  ids_.push_back(id_of(id));
  return static_cast<std::uint32_t>(store_.items.size() - 1);
}

void Loader::refuse(const stix::Object& object, std::string why) {
  not_evaluated_.push_back(
      {files_.back().name, std::string(object.id), std::string(object.pattern), std::move(why)});
}

void Loader::simple(std::string_view path, std::string_view value, const stix::Object& object) {
  if (path != last_path_) {
    last_path_ = path;
    last_property_ = property(path);
  }
  if (!last_property_.type) return refuse(object, last_property_.why_not);
  const auto status = make_key(*last_property_.type, value, key_);
  if (!status) return refuse(object, fmt::format("{}: {}", path, status.error().what()));
  store_.add(new_item(object.id, object.pattern), key_, object.pattern, value);
  ++files_.back().indicators;
}

void Loader::compound(const stix::Object& object) {
  auto compiled = compile(object.pattern);
  for (auto& why : compiled.why_not) refuse(object, std::move(why));
  if (compiled.terms.empty()) return;
  const auto item = new_item(object.id, object.pattern);
  ++files_.back().indicators;
  const auto is_plain = [](const std::vector<Literal>& term) {
    return term.size() == 1 && !term.front().regex;
  };
  const auto rest = std::stable_partition(compiled.terms.begin(), compiled.terms.end(), is_plain);
  for (auto term = compiled.terms.begin(); term != rest; ++term) {
    store_.add(item, term->front().key, {}, term->front().value);
  }
  compiled.terms.erase(compiled.terms.begin(), rest);
  if (!compiled.terms.empty()) store_.add(item, object.pattern, std::move(compiled.terms));
}

/// Relationships mostly come in the order of their indicators: then each is one comparison. The
/// table of ids is made only for the others.
void Loader::resolve() {
  tsl::robin_map<Id, std::uint32_t, HashOfId> items;
  std::size_t next = 0;
  for (const auto& edge : edges_) {
    const auto collection = group_names_[edge.group];
    if (collection == kNone) continue;
    if (next < ids_.size() && ids_[next] == edge.member) {
      store_.join(static_cast<std::uint32_t>(next++), collection);
      continue;
    }
    if (items.empty()) {
      items.reserve(ids_.size());
      for (std::uint32_t i = 0; i < ids_.size(); ++i) items.try_emplace(ids_[i], i);
    }
    const auto found = items.find(edge.member);
    if (found == items.end()) continue;
    store_.join(found->second, collection);
    next = found->second + std::size_t{1};
  }
}

Status Loader::finish() {
  resolve();
  for (std::uint32_t i = 0; i < store_.items.size(); ++i) {
    const auto& item = store_.items[i];
    if (item.memberships == kNone) store_.join(i, store_.collection(stems_[item.file]));
  }
  edges_ = {};
  ids_ = {};
  store_.seal();
  return ok();
}

}  // namespace interdict::indicators
