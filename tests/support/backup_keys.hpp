// The writing side of an encrypted backup: a key bag, keys wrapped for it, and the ciphers. Shares
// nothing with src/crypto. Layout: the "BackupKeyBag" of a Manifest.plist is a run of records (tag
// of 4 bytes, big-endian length, value): a header, then for each protection class a record group
// opened by UUID. Wrapping is RFC 3394, encryption AES-256-CBC with a zero start vector.

#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "phone.hpp"

namespace interdict::test {

/// Repeatable bytes, of no cryptographic worth: the keys of phones that never existed. SplitMix64.
class Randomness {
 public:
  explicit Randomness(std::uint64_t seed) : state_(seed) {}
  std::uint64_t number();
  std::string bytes(std::size_t count);

 private:
  std::uint64_t state_;
};

class BackupKeys {
 public:
  BackupKeys(const Encryption& encryption, Randomness& randomness);

  [[nodiscard]] const std::string& bag() const { return bag_; }

  /// Class number (little endian, 4 bytes) and the wrapped key: the shape of both ManifestKey and a
  /// file's EncryptionKey. `protection_class` is 1 to 11.
  [[nodiscard]] std::string wrapped(const std::string& key, std::int64_t protection_class) const;

 private:
  static constexpr std::size_t kClasses = 11;
  std::array<std::string, kClasses + 1> class_keys_;  // [0] is no class
  std::string bag_;
};

/// With PKCS#7 padding.
std::string encrypted(const std::string& plain, const std::string& key);

/// The same from file to file, in pieces. Without padding the size must be a multiple of 16.
void encrypt_file(const std::filesystem::path& plain, const std::filesystem::path& cipher,
                  const std::string& key, bool padding);

std::string sha1_hex(const std::string& text);

}  // namespace interdict::test
