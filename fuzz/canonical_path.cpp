// Any text as a device path: canonical paths are absolute, without doubled slashes, and stay as
// they are.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "evidence/device_path.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = interdict::text_of(std::as_bytes(std::span(data, size)));
  const auto once = interdict::evidence::canonical_path(text);
  const auto twice = interdict::evidence::canonical_path(once);
  if (once != twice || once.find("//") != std::string::npos) std::abort();
  if (!text.empty() && once.front() != '/') std::abort();
  return 0;
}
