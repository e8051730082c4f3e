// STIX 2.0 and 2.1 bundles, read as a stream.
//
// A feed of a million indicators is a gigabyte of JSON: it is read in windows that fit a
// cache, and each window's objects are parsed by simdjson (which also checks UTF-8). Nothing is
// kept but what the visitor keeps.
//
// Reads   {"type":"bundle", …, "objects":[…]} with its members in any order (so TAXII envelopes
//         too), and a bare list of objects. Objects of any type are visited.
// Checks  text that is not JSON, ends too early or holds something else is Errc::malformed with its
//         byte offset. Members that nobody reads are skipped by counting brackets, not validated.
// Source  OASIS STIX 2.1, sections 3 and 4.
// Bounds  one object may take at most 64 MiB (Errc::limit).

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace interdict::stix {

/// The members that matter of one object. Absent ones are empty. Views die with the call.
struct Object {
  std::string_view type;  // "indicator", "malware", "relationship" …
  std::string_view id;
  std::string_view name;
  std::string_view pattern;
  std::string_view pattern_type;
  std::string_view source_ref;
  std::string_view target_ref;
  std::vector<std::string_view> object_refs;
  bool revoked = false;
};

/// Fills the span from the front and tells how many bytes; 0: the end.
using Pull = std::function<Result<std::size_t>(std::span<char> into)>;
/// Called once an object, in the order of the file. An error ends the reading and is returned.
using Visit = std::function<Status(const Object& object)>;

/// Reads bundles one after the other; its buffers are used again.
class BundleReader {
 public:
  /// window: bytes in memory at once, unless an object is larger.
  explicit BundleReader(std::size_t window = std::size_t{64} << 10);
  BundleReader(const BundleReader&) = delete;
  BundleReader& operator=(const BundleReader&) = delete;
  ~BundleReader();

  Status read(const Pull& pull, const Visit& visit);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace interdict::stix
