#include "formats/keyed_archive.hpp"

#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::keyed_archive {

using plist::Kind;
using plist::Node;

namespace {

/// The archiver writes nil as a UID that leads to this text.
bool is_null(const Node& object) { return object.is_text("$null"); }

}  // namespace

Result<Archive> Archive::open(const plist::Document& document) {
  Result<Node> root = document.root();  // not TRY, which would copy: a million archives a backup
  if (!root) return std::move(root).error();
  const auto archiver = root->find("$archiver");
  if (!archiver || !archiver->is_text("NSKeyedArchiver")) {
    return Error{Errc::malformed, "not an archive of NSKeyedArchiver"};
  }
  const auto top = root->find("$top"), objects = root->find("$objects");
  if (!top || top->kind() != Kind::dict) {
    return Error{Errc::malformed, "keyed archive without a readable $top"};
  }
  if (!objects || objects->kind() != Kind::array) {
    return Error{Errc::malformed, "keyed archive without readable $objects"};
  }
  Archive archive;
  archive.top_ = *top;
  archive.objects_ = *objects;
  return archive;
}

Result<Node> Archive::root() const {
  if (const auto entry = top_.find("root")) return resolve(*entry);
  if (top_.count() != 1) return Error{Errc::not_found, "no root in $top"};
  return resolve(TRY(top_.at(0)));
}

Result<Node> Archive::resolve(const Node& node) const {
  const auto number = node.as_uid();
  if (!number) return node;
  if (*number >= objects_.count()) {
    return Error{Errc::malformed, fmt::format("UID {} of {} objects", *number, objects_.count())};
  }
  Result<Node> object = objects_.at(*number);
  if (object && is_null(*object)) return Error{Errc::not_found, "$null"};
  return object;
}

Result<Node> Archive::field(const Node& object, std::string_view key) const {
  return resolve(TRY(object[key]));
}

std::optional<Node> Archive::find(const Node& object, std::string_view key) const noexcept {
  auto value = object.find(key);
  if (value && value->kind() == Kind::uid) {
    value = objects_.find_at(*value->as_uid());
    if (value && is_null(*value)) value.reset();
  }
  return value;
}

Result<ByteView> Archive::data(const Node& object) const {
  if (const auto bytes = object.as_data()) return *bytes;
  if (const auto inner = find(object, "NS.data")) {
    if (const auto bytes = inner->as_data()) return *bytes;
  }
  return Error{Errc::not_found, "not an archived NSData"};
}

Result<std::string> Archive::text(const Node& object) const {
  if (auto text = object.as_text()) return *std::move(text);
  if (const auto inner = find(object, "NS.string")) {
    if (auto text = inner->as_text()) return *std::move(text);
  }
  if (const auto inner = find(object, "NS.bytes")) {
    if (const auto bytes = inner->as_data()) return repair_utf8(text_of(*bytes));
  }
  return Error{Errc::not_found, "not an archived NSString"};
}

}  // namespace interdict::keyed_archive
