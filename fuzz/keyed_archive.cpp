// Hostile bytes as a keyed archive: its root, the fields that we look for, and a walk along UIDs.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/text.hpp"
#include "formats/keyed_archive.hpp"

namespace {

using namespace interdict;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const keyed_archive::Archive& archive, const plist::Node& object) {
  for (const char* key : {"RelativePath", "Size", "Birth", "EncryptionKey", "ProtectionClass",
                          "NS.data", "NS.string", "NS.bytes", "NS.objects", "$class", "self"}) {
    const auto field = archive.field(object, key);
    require(field.has_value() == archive.find(object, key).has_value());
  }
  if (const auto text = archive.text(object)) require(valid_utf8(*text));
  if (const auto data = archive.data(object))
    (void)hex(data->first(std::min<std::size_t>(data->size(), 64)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = plist::Document::open(std::as_bytes(std::span(data, size)));
  if (!document) return 0;
  const auto archive = keyed_archive::Archive::open(*document);
  if (!archive) return 0;
  const auto root = archive->root();
  if (!root) return 0;
  check(*archive, *root);
  plist::Node object = *root;
  for (int steps = 0; steps < 64; ++steps) {  // always the last member: cycles are walked round
    const auto member = object.find_at(object.count() - 1);
    if (!member) break;
    const auto next = archive->resolve(*member);
    if (!next) break;
    object = *next;
    check(*archive, object);
  }
  return 0;
}
