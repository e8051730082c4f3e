// SHA-1 and SHA-256 (OpenSSL). Safe from any thread; std::bad_alloc is the only failure.

#pragma once

#include <array>
#include <memory>

#include "base/bytes.hpp"
#include "base/random_access.hpp"
#include "base/result.hpp"

namespace interdict::crypto {

using Sha1 = std::array<std::byte, 20>;
using Sha256 = std::array<std::byte, 32>;

Sha1 sha1(ByteView bytes);
Sha256 sha256(ByteView bytes);
/// Of everything a source holds, read in pieces. Fails as the source's read_at fails.
Result<Sha256> sha256(RandomAccess& source);

/// SHA-256 over pieces.
class Sha256Stream {
 public:
  Sha256Stream();
  Sha256Stream(Sha256Stream&&) noexcept;
  ~Sha256Stream();
  void update(ByteView bytes);
  /// Once; the stream is at its end then.
  Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace interdict::crypto
