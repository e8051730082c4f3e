// RFC 3394 key unwrapping: how every key of a backup is stored.

#pragma once

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace interdict::crypto {

inline constexpr std::size_t kKeySize = 32, kWrappedKeySize = 40;

/// Errc::malformed when the integrity check fails: another key wrapped this, or it is damaged.
/// wrapping_key: kKeySize bytes, wrapped: kWrappedKeySize; the caller has checked both.
Result<Secret> unwrap_key(ByteView wrapping_key, ByteView wrapped);

}  // namespace interdict::crypto
