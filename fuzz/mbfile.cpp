// A manifest row's MBFile record: whatever the bytes, a view it gives lies inside them.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "evidence/mbfile.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto blob = std::as_bytes(std::span(data, size));
  const auto file = interdict::evidence::parse_mbfile(blob);
  if (!file || file->encryption_key.empty()) return 0;
  const auto* first = file->encryption_key.data();
  if (first < blob.data() || first + file->encryption_key.size() > blob.data() + size) std::abort();
  return 0;
}
