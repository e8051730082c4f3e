// AES-256-CBC with a zero IV, as backups encrypt files: read at any offset.
//
// CBC allows random access: a block needs its key and the ciphertext block before it.
// Memory  one 64 KiB window of plaintext for small reads, wiped when the file is closed; large
//         reads are decrypted where the caller wants them.
// Threads a DecryptedFile belongs to one thread.

#pragma once

#include <cstdint>
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

/// Errc::truncated if the ciphertext is empty or not a multiple of 16, malformed for a key that has
/// not 32 bytes, else as the source's read_at. Owns the ciphertext source and the key's schedule.
/// A SQLite database whose ciphertext is as long as whole pages was stored without padding (as
/// Manifest.db sometimes is): its last byte, be it 1, is content and stays.
Result<DecryptedFile> open_cbc(std::shared_ptr<RandomAccess> ciphertext, Secret key);

}  // namespace interdict::crypto
