// AES-256-CBC with a zero IV, as backups encrypt files: read at any offset.
//
// CBC allows random access: a block needs its key and the ciphertext block before it.

#pragma once

#include <memory>

#include "base/random_access.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace interdict::crypto {

/// What the last block of a file said about its padding.
enum class Padding : std::uint8_t { pkcs7, none };

struct DecryptedFile {
  std::unique_ptr<RandomAccess> plain;  // size() is the plaintext size: ciphertext less padding
  Padding padding;                      // none: no valid PKCS#7 at the end, nothing was cut off
};

/// Errc::truncated if the ciphertext is empty or not a multiple of 16. Holds the key; owns the
/// ciphertext source.
Result<DecryptedFile> open_cbc(std::shared_ptr<RandomAccess> ciphertext, Secret key);

}  // namespace interdict::crypto
