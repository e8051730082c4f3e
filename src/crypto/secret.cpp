#include "crypto/secret.hpp"

#include <openssl/crypto.h>
#include <sys/mman.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

namespace interdict::crypto {
namespace {

/// Anonymous memory that is neither swapped nor dumped, where the system allows.
std::byte* map_locked(std::size_t size) {
  void* p = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (p == MAP_FAILED) throw std::bad_alloc();
  ::madvise(p, size, MADV_DONTDUMP);
  ::mlock(p, size);
  return static_cast<std::byte*>(p);
}

/// Cells for short secrets. A backup has a key a file: a mapping each would cost four system calls
/// a file, and the lock limit is counted in whole pages.
class Vault {
 public:
  Vault() : cells_(map_locked(kCell * kCells)) {
    free_.reserve(kCells);
    for (std::size_t i = kCells; i-- > 0;) free_.push_back(cells_ + i * kCell);
  }

  std::byte* take(std::size_t size) {
    if (size <= kCell) {
      const std::scoped_lock lock(mutex_);
      if (!free_.empty()) {
        std::byte* cell = free_.back();
        free_.pop_back();
        return cell;
      }
    }
    return map_locked(size);
  }

  /// `bytes` come from take() and are wiped.
  void give_back(std::span<std::byte> bytes) noexcept {
    const std::less<> before;
    if (before(bytes.data(), cells_) || !before(bytes.data(), cells_ + kCell * kCells)) {
      ::munmap(bytes.data(), bytes.size());
      return;
    }
    const std::scoped_lock lock(mutex_);
    free_.push_back(bytes.data());  // never grows beyond what the constructor reserved
  }

 private:
  static constexpr std::size_t kCell = 64, kCells = 1024;
  std::byte* cells_;
  std::mutex mutex_;
  std::vector<std::byte*> free_;
};

Vault& vault() {
  // Never destroyed: a secret with static storage may die after every other static object.
  static Vault& instance = *new Vault;
  return instance;
}

}  // namespace

Secret::Secret(std::size_t size) : data_(size == 0 ? nullptr : vault().take(size)), size_(size) {}

Secret::Secret(ByteView copy_of) : Secret(copy_of.size()) {
  std::copy(copy_of.begin(), copy_of.end(), data_);
}

Secret::Secret(Secret&& o) noexcept
    : data_(std::exchange(o.data_, nullptr)), size_(std::exchange(o.size_, 0)) {}

Secret& Secret::operator=(Secret&& o) noexcept {
  std::swap(data_, o.data_);
  std::swap(size_, o.size_);
  return *this;
}

Secret::~Secret() {
  if (size_ == 0) return;
  wipe(writable());
  vault().give_back(writable());
}

void wipe(std::span<std::byte> bytes) { OPENSSL_cleanse(bytes.data(), bytes.size()); }

}  // namespace interdict::crypto
