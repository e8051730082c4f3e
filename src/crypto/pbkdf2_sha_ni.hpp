// The iterations of PBKDF2-HMAC-SHA256 on processors with SHA extensions. Used by pbkdf2.cpp alone.

#pragma once

#include <cstdint>
#include <span>

#include "base/bytes.hpp"

namespace interdict::crypto::sha_ni {

inline constexpr std::size_t kMaxKey = 64;

/// True when this processor can run iterate(). Always false on other architectures than x86-64.
bool available();

/// block: U1 in, U1 ^ U2 ^ ... ^ Un out, where n = iterations >= 1. key: at most kMaxKey bytes.
/// Only when available().
void iterate(ByteView key, std::span<std::byte, 32> block, std::uint32_t iterations);

}  // namespace interdict::crypto::sha_ni
