// Bytes that can be read at any offset: a file on disk, a decrypted view of one, a buffer.
//
// The one face through which decoders see evidence. Nothing here can write.

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace interdict {

class RandomAccess {
 public:
  RandomAccess() = default;
  RandomAccess(const RandomAccess&) = delete;
  RandomAccess& operator=(const RandomAccess&) = delete;
  virtual ~RandomAccess() = default;

  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills `into` from `offset`. Errc::truncated if the bytes are not all there.
  virtual Status read_at(std::uint64_t offset, std::span<std::byte> into) = 0;
};

/// A buffer; owns its bytes.
class MemoryBytes final : public RandomAccess {
 public:
  explicit MemoryBytes(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override;

 private:
  Bytes bytes_;
};

/// All of it, at most `limit` bytes (Errc::limit beyond).
Result<Bytes> read_all(RandomAccess& source, std::uint64_t limit);

}  // namespace interdict
