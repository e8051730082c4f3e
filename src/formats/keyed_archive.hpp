// NSKeyedArchiver: an object graph flattened into a property list.
//
// Format  a dict with $archiver "NSKeyedArchiver", $objects (array; element 0 is "$null") and $top,
//         whose values are UIDs into $objects. The root is $top.root, never simply $objects[1].
// Bounds  nothing is expanded: a field is resolved when asked for, so cycles cost nothing.

#pragma once

#include <string_view>

#include "formats/plist.hpp"

namespace interdict::keyed_archive {

/// Valid while the Document it was opened from lives and is not moved.
class Archive {
 public:
  static Result<Archive> open(const plist::Document& document);

  /// $top.root (or the only entry of $top), resolved.
  [[nodiscard]] Result<plist::Node> root() const;
  /// A UID becomes the object it names; any other node is returned as it is. not_found for $null.
  [[nodiscard]] Result<plist::Node> resolve(const plist::Node& node) const;
  /// resolve(object[key]).
  [[nodiscard]] Result<plist::Node> field(const plist::Node& object, std::string_view key) const;
  /// The bytes of an NSData object: data itself, or its NS.data field.
  [[nodiscard]] Result<ByteView> data(const plist::Node& object) const;
  /// The text of an NSString object: text itself, or its NS.string field.
  [[nodiscard]] Result<std::string> text(const plist::Node& object) const;

 private:
  plist::Node top_, objects_;
};

}  // namespace interdict::keyed_archive
