// Hostile bytes as a typedstream: its first text, or why there is none.

#include <cstdint>
#include <cstdlib>
#include <span>

#include "base/text.hpp"
#include "formats/typedstream.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace interdict;
  const auto text = typedstream::text(std::as_bytes(std::span(data, size)));
  const bool sound =
      text ? valid_utf8(*text) && text->size() <= 3 * size : !text.error().what().empty();
  if (!sound) std::abort();
  return 0;
}
