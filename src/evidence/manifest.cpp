#include "evidence/manifest.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "evidence/device_path.hpp"
#include "evidence/mbfile.hpp"

namespace interdict::evidence {
namespace {

/// One way to ask; `where` uses ?1 and ?2 for as many parameters as there are.
struct Question {
  std::string_view where;
  std::vector<std::string> parameters;
};

// A unary plus keeps SQLite from preferring the index on flags, which nearly every row shares.
constexpr std::string_view kById = "fileID = ?1 AND +flags = 1";
constexpr std::string_view kByPath = "relativePath = ?1 AND +flags = 1";
constexpr std::string_view kByFolder = "relativePath >= ?1 AND relativePath < ?2 AND +flags = 1";
constexpr std::string_view kByDomain = "domain = ?1 AND +flags = 1";
constexpr std::string_view kAll = "+flags = 1";

std::string file_id(std::string_view domain, std::string_view relative_path) {
  return hex(crypto::sha1(bytes_of(fmt::format("{}-{}", domain, relative_path))));
}

/// The questions to ask in turn until one has an answer. All answers are checked against the place,
/// so a question may ask for more than is wanted.
std::vector<Question> questions(const Place& place) {
  const bool any_domain = place.domain.find('*') != place.domain.npos;
  const auto star = place.path.find('*');
  if (star == place.path.npos) {
    Question by_path{kByPath, {std::string(place.path)}};
    if (any_domain) return {std::move(by_path)};
    return {{kById, {file_id(place.domain, place.path)}}, std::move(by_path)};
  }
  // A pattern's fixed beginning ends with a slash, whose successor in ASCII is '0'.
  const auto slash = place.path.rfind('/', star);
  if (slash != place.path.npos) {
    const std::string folder(place.path.substr(0, slash));
    return {{kByFolder, {folder + '/', folder + '0'}}};
  }
  if (!any_domain) return {{kByDomain, {std::string(place.domain)}}};
  return {{kAll, {}}};
}

class Finder {
 public:
  Finder(const sqlite::Database& database, const Place& place, bool with_keys)
      : database_(database), place_(place), with_keys_(with_keys) {}

  /// Replaces found() by the answers. An error leaves those read before it.
  Status ask(const Question& question, bool with_indexes) {
    found_.clear();
    left_out_ = false;
    auto rows = TRY(database_.prepare(
        fmt::format("SELECT fileID, domain, relativePath, file FROM Files {} WHERE {}",
                    with_indexes ? "" : "NOT INDEXED", question.where)));
    int parameter = 0;
    for (const auto& value : question.parameters) TRY(rows.bind(++parameter, value));
    while (TRY(rows.step())) {
      const auto domain = rows.text(1), path = rows.text(2);
      if (domain.size() > kMaxPathBytes || path.size() > kMaxPathBytes) continue;
      if (!matches_domain(place_.domain, domain) || !matches_path(place_.path, path)) continue;
      if (found_.size() == kMaxFound) {
        left_out_ = true;
        break;
      }
      found_.push_back(
          file_of({rows.text(0), domain, path, EntryKind::file, rows.blob(3)}, with_keys_));
    }
    return ok();
  }

  std::vector<File>& found() { return found_; }
  [[nodiscard]] bool left_out() const { return left_out_; }

 private:
  const sqlite::Database& database_;
  const Place& place_;
  bool with_keys_;
  std::vector<File> found_;
  bool left_out_ = false;
};

EntryKind kind_of(std::int64_t flags) {
  return flags == 1   ? EntryKind::file
         : flags == 2 ? EntryKind::directory
         : flags == 4 ? EntryKind::link
                      : EntryKind::other;
}

}  // namespace

bool matches_domain(std::string_view pattern, std::string_view domain) {
  // Greedy with one step back: linear for one star, quadratic at worst, on short texts.
  std::size_t p = 0, d = 0, star = pattern.npos, resume = 0;
  while (d < domain.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = d;
    } else if (p < pattern.size() && pattern[p] == domain[d]) {
      ++p, ++d;
    } else if (star != pattern.npos) {
      p = star + 1;
      d = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == pattern.npos;
}

bool matches_path(std::string_view pattern, std::string_view path) {
  for (;;) {
    const auto want = pattern.substr(0, pattern.find('/')), is = path.substr(0, path.find('/'));
    if (want == "*" ? is.empty() : want != is) return false;
    const bool last = want.size() == pattern.size();
    if (last != (is.size() == path.size())) return false;
    if (last) return true;
    pattern.remove_prefix(want.size() + 1);
    path.remove_prefix(is.size() + 1);
  }
}

File file_of(const Entry& entry, bool with_keys) {
  File file;
  file.id = std::string(entry.id);
  file.domain = repair_utf8(entry.domain);
  file.relative_path = repair_utf8(entry.relative_path);
  file.device_path = device_path(file.domain, file.relative_path);
  const auto mb = parse_mbfile(entry.record);
  if (!mb) {
    file.record_error = mb.error().what();
    return file;
  }
  file.recorded_size = mb->size;
  if (with_keys) file.key.assign(mb->encryption_key.begin(), mb->encryption_key.end());
  return file;
}

Result<Manifest> Manifest::open(sqlite::Files files) {
  Manifest manifest(TRY(sqlite::Database::open_evidence(std::move(files))));
  // The header of a database is only read when a row is.
  auto probe = TRY(manifest.database_.prepare(
      "SELECT fileID, domain, relativePath, flags, file FROM Files LIMIT 1"));
  // One that lost its end may have lost its first row, too: what is left can still be read.
  if (auto row = probe.step(); !row && !manifest.database_.damage()) return std::move(row).error();
  return manifest;
}

Result<std::vector<File>> Manifest::find(const Place& place, bool with_keys,
                                         std::vector<std::string>& notes) const {
  Finder finder(database_, place, with_keys);
  for (const auto& question : questions(place)) {
    auto asked = finder.ask(question, true);
    // A damaged index says nothing about the table.
    if (!asked) asked = finder.ask(question, false);
    if (!asked) {
      notes.push_back(fmt::format("Manifest.db is damaged ({}): files at {} {} may be missing",
                                  asked.error().what(), place.domain, place.path));
    }
    if (!finder.found().empty()) break;
  }
  auto& found = finder.found();
  if (finder.left_out()) {
    notes.push_back(fmt::format("more than {} files at {} {}: the rest is not read", kMaxFound,
                                place.domain, place.path));
  }
  std::ranges::sort(found, [](const File& a, const File& b) {
    return std::tie(a.device_path, a.id) < std::tie(b.device_path, b.id);
  });
  return std::move(found);
}

Result<File> Manifest::file(std::string_view domain, std::string_view relative_path,
                            bool with_keys) const {
  auto rows = TRY(database_.prepare(
      fmt::format("SELECT fileID, domain, relativePath, file FROM Files WHERE {}", kById)));
  const auto id = file_id(domain, relative_path);
  TRY(rows.bind(1, id));
  while (TRY(rows.step())) {
    if (rows.text(1) != domain || rows.text(2) != relative_path) continue;
    return file_of({rows.text(0), domain, relative_path, EntryKind::file, rows.blob(3)}, with_keys);
  }
  return Error{Errc::not_found, fmt::format("{} {} is not listed", domain, relative_path)};
}

Status Manifest::each(const std::function<bool(const Entry&)>& visit) const {
  auto rows = TRY(
      database_.prepare("SELECT fileID, domain, relativePath, flags, file FROM Files NOT INDEXED"));
  while (TRY(rows.step())) {
    const Entry entry{rows.text(0), rows.text(1), rows.text(2), kind_of(rows.integer(3)),
                      rows.blob(4)};
    if (!visit(entry)) break;
  }
  return ok();
}

Status Manifest::each_file_id(const std::function<void(std::string_view)>& visit) const {
  // Directories have no blob; their ids do no harm and the index on fileID alone is enough.
  auto rows = TRY(database_.prepare("SELECT fileID FROM Files"));
  while (TRY(rows.step())) visit(rows.text(0));
  return ok();
}

}  // namespace interdict::evidence
