// PBKDF2 (RFC 8018) as backups use it: 32 bytes out. For SHA-256 that is exactly one block.
//
// std::bad_alloc is the only failure; iterations >= 1 is the caller's duty (KeyBag bounds them).

#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "crypto/secret.hpp"

namespace interdict::crypto {

/// HMAC-SHA256. Uses a kernel with SHA extensions when the processor has them (3x OpenSSL), else
/// OpenSSL; the bytes are the same. iterations >= 1.
Secret pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations);
/// The OpenSSL way, for comparison.
Secret pbkdf2_sha256_generic(ByteView password, ByteView salt, std::uint32_t iterations);
Secret pbkdf2_sha1(ByteView password, ByteView salt, std::uint32_t iterations);
/// True when the fast kernel is used on this processor.
bool has_sha_extensions();

}  // namespace interdict::crypto
