// Indicators: STIX 2.1 bundles and plain lists in, a matcher out.
//
// Typed: a value is compared only with columns whose kind it can mean. A process name never matches
// a file name. All collections (malware or report names) that hold a value are named.
//
// Rules of comparison (the field's tool is wrong in each; facts: MVT 1.6)
//   domain     the host and every parent at label boundaries, any depth; port, user-info, a final
//              dot and letter case do not matter; Unicode and punycode are the same name; a domain
//              of one label is that host alone
//   ip         an address (v4 or v6) or a CIDR block, compared as numbers, exactly
//   url        scheme and host case-insensitive, default port and user-info dropped, "" and "/"
//              the same path, else exact; an indicator without a scheme stands for http and https
//   email      case-insensitive equality
//   process    exact; an observed name of exactly 16 bytes also matches an indicator that begins
//              with it (the kernel cuts names there), and the hit is marked truncated
//   file_path  canonical device paths (/var = /private/var), equal or below at the boundaries of
//              components; an indicator without a leading slash may also be the end of a path
//   file_name  equal to the last component of a path, of running programs too
//   app_id, hashes, certificates, profile ids, properties: case-insensitive equality
//   LIKE, MATCHES  on the comparable form of what a cell shows (key.hpp)
//
// Cost  linear load (a second thread digests large files), one hash look-up a candidate, no cache
//       file. valid_until, confidence and labels are not read: an expired indicator still matters.

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/table.hpp"
#include "base/result.hpp"

namespace interdict::indicators {

enum class Type : std::uint8_t {
  domain,
  ip,
  url,
  email,
  process,
  file_name,
  file_path,
  app_id,
  md5,
  sha1,
  sha256,
  cert_sha256,
  profile_id,
  property,
};
inline constexpr std::size_t kTypes = 14;
std::string_view name_of(Type type);

/// One thing to look for, as a report shows it.
struct Indicator {
  Type type;
  std::string value;                     // as its author wrote it
  std::string pattern;                   // the whole STIX pattern; empty for a plain list
  std::vector<std::string> collections;  // every malware or report that holds it, sorted
  std::vector<std::string> files;        // every indicator file it came from, sorted
  std::vector<std::string> ids;          // STIX ids, sorted
};

/// Something in an indicator file that is valid but not evaluated on a phone.
struct NotEvaluated {
  std::string file;
  std::string id;
  std::string pattern;
  std::string why;  // "FOLLOWEDBY needs an order of observations", "mac-addr: not kept by phones" …
};

/// Indicators that are evaluated, but on no row of the tables that are read: none holds such
/// values.
struct OutOfReach {
  std::string what;  // name_of(type), or "pattern" for those that need several values of one row
  std::uint64_t count = 0;
};

struct LoadedFile {
  std::string name;    // base name
  std::string sha256;  // hex, of the file
  std::uint64_t indicators = 0;
  std::uint64_t revoked = 0;  // revoked objects and such, left out
};

struct Hit {
  std::size_t column;        // of the row
  std::uint32_t indicator;   // Set::describe() tells more
  std::string_view matched;  // the part of the value that matched; dies with the callback
  bool truncated = false;    // process name cut by the kernel at 16 bytes
};

/// All indicators of a run. Immutable after load; safe to share between threads and across fork.
class Set {
 public:
  /// Files or folders (searched for *.stix2, *.json, *.stix, *.txt, *.csv, sorted). Any file that
  /// cannot be read or is not what it claims to be is an error (Errc::malformed, io, not_found): an
  /// examination with silently fewer indicators would lie.
  static Result<Set> load(std::span<const std::filesystem::path> paths);
  Set();
  Set(Set&&) noexcept;
  Set& operator=(Set&&) noexcept;
  ~Set();

  [[nodiscard]] std::size_t size() const;  // distinct (type, value) pairs and compound patterns
  [[nodiscard]] Indicator describe(std::uint32_t indicator) const;
  [[nodiscard]] const std::vector<LoadedFile>& files() const;
  [[nodiscard]] const std::vector<NotEvaluated>& not_evaluated() const;
  /// By type, then patterns; a table's own reading is not asked, only its columns' kinds.
  [[nodiscard]] std::vector<OutOfReach> out_of_reach(
      std::span<const artefacts::Table* const> tables) const;
  /// SHA-256 over the sorted digests of the files: names the set. Hex; empty set: of nothing.
  [[nodiscard]] std::string digest() const;

 private:
  friend class Matcher;
  struct Data;
  std::unique_ptr<Data> data_;
};

/// Matches rows of one table against a set: one fused pass over the row's cells.
class Matcher {
 public:
  Matcher(const Set& set, const artefacts::Table& table);
  ~Matcher();
  Matcher(Matcher&&) noexcept;
  /// Calls found once per (column, indicator) of this row.
  void match(std::span<const artefacts::Value> row, const std::function<void(const Hit&)>& found);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace interdict::indicators
