// NSKeyedArchiver: an object graph flattened into a property list.
//
// Format  a dict with $archiver "NSKeyedArchiver", $objects (array; element 0 is "$null") and $top,
//         whose values are UIDs into $objects. The root is $top.root, never simply $objects[1].
// Bounds  nothing is expanded and nothing that succeeds touches the heap (but for text()): a field
//         is resolved, one step, when asked for, so cycles cost nothing.
// Errors  malformed for what is no such archive and for a UID past $objects; not_found for an
//         absent field and for $null; otherwise those of plist.hpp.

#pragma once

#include <optional>
#include <string>
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
  /// The same where absence is ordinary: nothing, at no cost, when there is no readable value.
  [[nodiscard]] std::optional<plist::Node> find(const plist::Node& object,
                                                std::string_view key) const noexcept;
  /// The bytes of an NSData object: data itself, or its NS.data field.
  [[nodiscard]] Result<ByteView> data(const plist::Node& object) const;
  /// The text of an NSString object: text itself, or its NS.string or NS.bytes (UTF-8) field.
  [[nodiscard]] Result<std::string> text(const plist::Node& object) const;

 private:
  plist::Node top_, objects_;
};

}  // namespace interdict::keyed_archive
