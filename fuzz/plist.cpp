// Hostile bytes as a property list, binary or XML: every node, every conversion, every look-up.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/text.hpp"
#include "formats/plist.hpp"

namespace {

using namespace interdict;
using plist::Kind;
using plist::Node;

void require(bool holds) {
  if (!holds) std::abort();
}

/// At most one conversion to a kind holds, and it is the kind that the node claims.
void check_scalar(const Node& node) {
  require(node.as_boolean().has_value() == (node.kind() == Kind::boolean));
  require(node.as_integer().has_value() == (node.kind() == Kind::integer));
  require(node.as_real().has_value() ==
          (node.kind() == Kind::integer || node.kind() == Kind::real));
  require(node.as_data().has_value() == (node.kind() == Kind::data));
  require(node.as_uid().has_value() == (node.kind() == Kind::uid));
  require(!node.as_date() || node.kind() == Kind::date);
  const auto text = node.as_text();
  require(text.has_value() == (node.kind() == Kind::text));
  require(!text || valid_utf8(*text));
  if (const auto ascii = node.as_ascii()) {
    require(*ascii == *text);
    require(node.is_text(*ascii));
  }
}

/// Whatever a key's spelling, looking it up finds it or one before it.
void check_members(const Node& node) {
  const std::uint64_t some = node.count() < 8 ? node.count() : 8;
  for (std::uint64_t i = 0; i < some; ++i) {
    require(node.at(i).has_value() == node.find_at(i).has_value());
    if (node.kind() != Kind::dict) continue;
    const auto key = node.key_at(i);
    const auto name = key ? key->as_ascii() : std::nullopt;
    if (!name) continue;
    const auto value = node[*name];
    require(value.has_value() == node.find(*name).has_value());
    require(value || value.error().code() != Errc::not_found);
  }
  require(!node.find_at(node.count()));
  require(!node.at(node.count()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView file = std::as_bytes(std::span(data, size));
  const auto document = plist::Document::open(file);
  if (!document) {
    require(!document.error().what().empty());
    return 0;
  }
  const auto root = document->root();
  require(root || !document->from_xml());
  if (!root) return 0;
  plist::Budget budget{.nodes = 2'000, .depth = 64, .bytes = 1u << 20};
  const auto walked = plist::walk(*root, budget, [](const Node& node) {
    check_scalar(node);
    check_members(node);
  });
  // What we transcode has no damage of its own: only the budget may stop a walk through it.
  require(walked || !document->from_xml() || walked.error().code() == Errc::limit);
  for (std::uint64_t number = 0; number < 8; ++number) (void)document->object(number);
  return 0;
}
