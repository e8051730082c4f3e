// The key bag of an encrypted iTunes/Finder backup: password in, class keys out.
//
// Format  a sequence of 4-byte tag, big-endian u32 length, value. Header: VERS TYPE UUID HMCK WRAP
//         SALT ITER [DPWT DPIC DPSL], in any order; each later UUID opens a class: CLAS WRAP KTYP
//         WPKY. Unknown tags are skipped. Numbers are big-endian u32.
//         WRAP bit 1 (2) = wrapped with the passcode key; a class without it needs the device's
//         hardware key (bit 0) and is unavailable to anyone who has only the backup. With both bits
//         the unwrapped key may still be encrypted with the hardware key: unwrap() then says
//         locked.
// KDF     iOS >= 10.2 (DPSL and DPIC present): PBKDF2-HMAC-SHA256(password, DPSL, DPIC), then
//         PBKDF2-HMAC-SHA1(that, SALT, ITER); older: the second step alone. 32 bytes.
//         Class keys are unwrapped by RFC 3394; its integrity check is what tells a wrong password.
//         (KasperskyLab/triangle_check and jsharkey13/iphone_backup_decrypt describe the same.)
// Bounds  iterations are limited (kMaxIterations each: some ten seconds of SHA-256 and more than a
//         minute of SHA-1 by extrapolation, so a caller needs a deadline), 64 classes, 1 MiB.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "crypto/secret.hpp"

namespace interdict::crypto {

inline constexpr std::uint32_t kMaxIterations = 100'000'000;

class KeyBag {
 public:
  /// Errc::malformed for a damaged bag (no SALT, no ITER, no class, a length past the end ...),
  /// Errc::limit beyond the bounds above.
  static Result<KeyBag> parse(ByteView tlv);

  /// Derives the passcode key and unwraps every class key that it opens.
  /// Errc::locked: no class key opened, so the password is wrong. Errc::malformed: some opened and
  /// others with the passcode bit did not, or none has that bit, so the bag is damaged. Whatever it
  /// says, a failed attempt leaves the bag as it was.
  Status unlock(std::string_view password);
  /// The same from an already derived 32-byte passcode key. Errc::usage for another length.
  Status unlock_with_key(ByteView passcode_key);
  /// Empty until unlocked.
  [[nodiscard]] const Secret& passcode_key() const { return passcode_key_; }

  /// Unwraps a per-file or manifest key: little-endian u32 class, then 40 wrapped bytes.
  /// Errc::locked if that class is unavailable, malformed if the integrity check fails.
  [[nodiscard]] Result<Secret> unwrap(ByteView class_and_wrapped_key) const;

  [[nodiscard]] std::uint32_t sha256_iterations() const { return dpic_; }  // 0: single KDF
  [[nodiscard]] std::uint32_t sha1_iterations() const { return iter_; }

 private:
  struct Class {
    std::uint32_t wrap = 0;
    Bytes wrapped;
    Secret key;  // empty: unavailable
  };
  struct Draft;
  Status adopt(Draft draft);

  Bytes salt_, dpsl_;
  std::uint32_t iter_ = 0, dpic_ = 0;
  std::map<std::uint32_t, Class> classes_;
  Secret passcode_key_;
};

}  // namespace interdict::crypto
