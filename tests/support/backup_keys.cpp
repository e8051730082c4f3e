// Key bags and ciphers for encrypted sample phones, with OpenSSL.

#include "backup_keys.hpp"

#include <openssl/evp.h>

#include <fstream>
#include <memory>
#include <stdexcept>

namespace interdict::test {

namespace {

constexpr std::size_t kKeySize = 32;

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

void must(int openssl_status, const char* what) {
  if (openssl_status != 1) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

// OpenSSL speaks of bytes as unsigned char.
const unsigned char* in(const std::string& bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* out(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string pbkdf2(const std::string& password, const std::string& salt, std::uint32_t iterations,
                   const EVP_MD* digest) {
  std::string key(kKeySize, '\0');
  must(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), in(salt),
                         static_cast<int>(salt.size()), static_cast<int>(iterations), digest,
                         static_cast<int>(key.size()), out(key)),
       "PBKDF2");
  return key;
}

std::string wrap(const std::string& wrapping_key, const std::string& key) {
  const Cipher cipher(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX_set_flags(cipher.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string wrapped(key.size() + 2 * 8, '\0');
  int written = 0;
  must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_wrap(), nullptr, in(wrapping_key), nullptr),
       "AES wrap");
  must(EVP_EncryptUpdate(cipher.get(), out(wrapped), &written, in(key),
                         static_cast<int>(key.size())),
       "AES wrap");
  wrapped.resize(static_cast<std::size_t>(written));
  return wrapped;
}

Cipher cbc(const std::string& key, bool padding) {
  Cipher cipher(EVP_CIPHER_CTX_new());
  const std::string start(16, '\0');
  must(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_cbc(), nullptr, in(key), in(start)), "AES-CBC");
  EVP_CIPHER_CTX_set_padding(cipher.get(), padding ? 1 : 0);
  return cipher;
}

std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(value >> shift & 0xff));
  }
  return bytes;
}

std::string record(const char (&tag)[5], const std::string& value) {
  return tag + big_endian(static_cast<std::uint32_t>(value.size())) + value;
}

std::string record(const char (&tag)[5], std::uint32_t value) {
  return record(tag, big_endian(value));
}

}  // namespace

std::uint64_t Randomness::number() {
  state_ += 0x9e3779b97f4a7c15u;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
  return mixed ^ mixed >> 31;
}

std::string Randomness::bytes(std::size_t count) {
  std::string result;
  result.reserve(count + 8);
  while (result.size() < count) {
    const std::uint64_t next = number();
    for (unsigned shift = 0; shift < 64; shift += 8) {
      result.push_back(static_cast<char>(next >> shift & 0xff));
    }
  }
  result.resize(count);
  return result;
}

BackupKeys::BackupKeys(const Encryption& encryption, Randomness& randomness) {
  constexpr std::uint32_t kBackupBag = 1, kWrappedByPasscode = 2, kWrappedByDeviceToo = 3;
  const std::string salt = randomness.bytes(20);
  const std::string first_salt = randomness.bytes(20);
  const bool is_double = encryption.sha256_iterations != 0;
  std::string secret = encryption.password;
  if (is_double) secret = pbkdf2(secret, first_salt, encryption.sha256_iterations, EVP_sha256());
  const std::string passcode_key = pbkdf2(secret, salt, encryption.sha1_iterations, EVP_sha1());

  bag_ = record("VERS", is_double ? 4 : 3) + record("TYPE", kBackupBag) +
         record("UUID", randomness.bytes(16)) + record("HMCK", randomness.bytes(40)) +
         record("WRAP", std::uint32_t{0}) + record("SALT", salt) +
         record("ITER", encryption.sha1_iterations);
  if (is_double) {
    bag_ += record("DPWT", std::uint32_t{0}) + record("DPIC", encryption.sha256_iterations) +
            record("DPSL", first_salt);
  }
  for (std::uint32_t number = 1; number <= kClasses; ++number) {
    class_keys_[number] = randomness.bytes(kKeySize);
    // From 9 on the classes never leave the device: what the passcode unwraps is still encrypted
    // with a key of the chip. Nothing in a backup is readable with them.
    const bool stays_on_device = number >= 9;
    bag_ += record("UUID", randomness.bytes(16)) + record("CLAS", number) +
            record("WRAP", stays_on_device ? kWrappedByDeviceToo : kWrappedByPasscode) +
            record("KTYP", std::uint32_t{0}) +
            record("WPKY", wrap(passcode_key, stays_on_device ? randomness.bytes(kKeySize)
                                                              : class_keys_[number]));
  }
}

std::string BackupKeys::wrapped(const std::string& key, std::int64_t protection_class) const {
  const std::string number = big_endian(static_cast<std::uint32_t>(protection_class));
  return std::string(number.rbegin(), number.rend()) +
         wrap(class_keys_.at(static_cast<std::size_t>(protection_class)), key);
}

std::string encrypted(const std::string& plain, const std::string& key) {
  const Cipher cipher = cbc(key, true);
  std::string result(plain.size() + 16, '\0');
  int written = 0, last = 0;
  must(EVP_EncryptUpdate(cipher.get(), out(result), &written, in(plain),
                         static_cast<int>(plain.size())),
       "AES-CBC");
  must(EVP_EncryptFinal_ex(cipher.get(), out(result) + written, &last), "AES-CBC");
  result.resize(static_cast<std::size_t>(written + last));
  return result;
}

void encrypt_file(const std::filesystem::path& plain, const std::filesystem::path& cipher_path,
                  const std::string& key, bool padding) {
  constexpr std::size_t kPiece = 1 << 20;
  std::ifstream source(plain, std::ios::binary);
  std::ofstream sink(cipher_path, std::ios::binary);
  const Cipher cipher = cbc(key, padding);
  std::string piece(kPiece, '\0'), cipher_text(kPiece + 16, '\0');
  int written = 0;
  while (source.read(piece.data(), kPiece), source.gcount() > 0) {
    must(EVP_EncryptUpdate(cipher.get(), out(cipher_text), &written, in(piece),
                           static_cast<int>(source.gcount())),
         "AES-CBC");
    sink.write(cipher_text.data(), written);
  }
  must(EVP_EncryptFinal_ex(cipher.get(), out(cipher_text), &written), "AES-CBC");
  sink.write(cipher_text.data(), written);
  if (!sink.flush()) throw std::runtime_error("cannot write " + cipher_path.string());
}

std::string sha1_hex(const std::string& text) {
  std::string digest(20, '\0');
  must(EVP_Digest(text.data(), text.size(), out(digest), nullptr, EVP_sha1(), nullptr), "SHA-1");
  std::string hex;
  for (const char c : digest) {
    hex.push_back("0123456789abcdef"[c >> 4 & 0xf]);
    hex.push_back("0123456789abcdef"[c & 0xf]);
  }
  return hex;
}

}  // namespace interdict::test
