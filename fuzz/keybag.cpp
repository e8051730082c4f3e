// Key bags: hostile TLV, then 44 bytes of a file's wrapped key. The passcode key is given, not
// derived: an input may ask for 100,000,000 iterations and would rightly get them.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "crypto/keybag.hpp"

using namespace interdict;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kWrapped = 44;
  const Bytes passcode_key(32, std::byte{'k'});
  const ByteView input = std::as_bytes(std::span(data, size));
  const ByteView wrapped = input.last(std::min(size, kWrapped));
  auto bag = crypto::KeyBag::parse(input.first(size - wrapped.size()));
  if (!bag) return 0;
  // A locked bag gives no key.
  if (bag->unwrap(wrapped)) std::abort();
  if (!bag->unlock_with_key(passcode_key)) return 0;
  const auto key = bag->unwrap(wrapped);
  if (key && key->bytes().size() != 32) std::abort();
  return 0;
}
