// Key material: locked in memory where the system allows, wiped when it dies, never printed.
//
// Memory  up to 64 bytes lie in a cell of one shared mapping that is locked and left out of core
//         dumps; longer ones, and those beyond its 1,024 cells, get a mapping of their own. A
//         refused lock (RLIMIT_MEMLOCK) is no error. Locks do not survive fork(): the child's copy
//         of a secret is still out of core dumps and wiped, but could be swapped.
// Threads creating and destroying secrets is safe anywhere; one Secret belongs to one thread.

#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "base/bytes.hpp"

namespace interdict::crypto {

/// Move-only bytes, kept out of core dumps and swap where possible, zeroed on destruction.
class Secret {
 public:
  Secret() = default;
  /// That many zeros, to be filled through writable().
  explicit Secret(std::size_t size);
  explicit Secret(ByteView copy_of);
  explicit Secret(std::string_view copy_of) : Secret(bytes_of(copy_of)) {}
  Secret(Secret&& o) noexcept;
  Secret& operator=(Secret&& o) noexcept;
  ~Secret();

  [[nodiscard]] ByteView bytes() const { return {data_, size_}; }
  [[nodiscard]] std::span<std::byte> writable() { return {data_, size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

/// Overwrites bytes in a way the compiler cannot remove.
void wipe(std::span<std::byte> bytes);

}  // namespace interdict::crypto
