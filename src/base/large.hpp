// Vectors of millions: on huge pages where the kernel gives them, grown without copying twice.
//
// A page fault costs a microsecond and a look-up in 16 MB of small pages misses the TLB; with huge
// pages both are gone. Memory that is reserved but not touched costs nothing.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <vector>

#include <sys/mman.h>

namespace interdict {

template <class T>
class LargeAllocator {
 public:
  using value_type = T;
  LargeAllocator() = default;
  template <class U>
  LargeAllocator(const LargeAllocator<U>&) {}  // NOLINT: allocators convert

  T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_alloc();
    const std::size_t bytes = count * sizeof(T);
    const bool large = bytes >= kHugePage;
    void* const memory = large ? std::aligned_alloc(kHugePage, rounded(bytes)) : std::malloc(bytes);
    if (memory == nullptr && bytes > 0) throw std::bad_alloc();
    if (large) (void)::madvise(memory, rounded(bytes), MADV_HUGEPAGE);  // a wish, not a need
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t /*count*/) { std::free(memory); }
  bool operator==(const LargeAllocator&) const = default;

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static constexpr std::size_t rounded(std::size_t bytes) {
    return (bytes + kHugePage - 1) / kHugePage * kHugePage;
  }
};

template <class T>
using Large = std::vector<T, LargeAllocator<T>>;

/// Room for `count` more, if they are many; small amounts grow by themselves.
template <class T>
void make_room(Large<T>& vector, std::size_t count) {
  constexpr std::size_t kMany = 256;
  if (count < kMany || vector.capacity() - vector.size() >= count) return;
  vector.reserve(std::max(vector.size() + count, 2 * vector.capacity()));
}

}  // namespace interdict
