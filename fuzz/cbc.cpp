// Ciphertext of any length and content, read whole and then in pieces: both must agree. The first
// bytes choose the pieces.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>

#include "crypto/cbc.hpp"

using namespace interdict;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kPlan = 16;
  if (size < kPlan) return 0;
  const ByteView input = std::as_bytes(std::span(data, size));
  const auto open = [&] {
    return crypto::open_cbc(
        std::make_shared<MemoryBytes>(Bytes(input.begin() + kPlan, input.end())),
        crypto::Secret(Bytes(32, std::byte{'k'})));
  };
  const auto whole = open();
  if (!whole) return 0;
  const auto text = read_all(*whole->plain, size);
  if (!text || text->size() > size - kPlan || text->size() + 16 < size - kPlan) std::abort();
  const auto pieces = open();
  for (std::size_t i = 0; i < kPlan; i += 4) {
    const std::uint64_t offset = load_le(input.data() + i, 2) % (text->size() + 1);
    Bytes piece(static_cast<std::size_t>(
        std::min(load_le(input.data() + i + 2, 2), text->size() - offset)));
    if (!pieces->plain->read_at(offset, piece)) std::abort();
    if (!std::equal(piece.begin(), piece.end(),
                    text->begin() + static_cast<std::ptrdiff_t>(offset))) {
      std::abort();
    }
  }
  return 0;
}
