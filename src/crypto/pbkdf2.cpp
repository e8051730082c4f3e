#include "crypto/pbkdf2.hpp"

#include <openssl/core_names.h>

#include <array>
#include <cassert>
#include <string_view>

#include "crypto/digest.hpp"
#include "crypto/openssl.hpp"
#include "crypto/pbkdf2_sha_ni.hpp"

namespace interdict::crypto {
namespace {

constexpr std::size_t kDerivedSize = 32;

// OSSL_PARAM wants mutable pointers for what it only reads.
OSSL_PARAM octets(const char* name, ByteView bytes) {
  static constexpr std::byte kNothing{};  // a null pointer would read as "not given"
  const std::byte* p = bytes.empty() ? &kNothing : bytes.data();
  return OSSL_PARAM_construct_octet_string(name, const_cast<std::byte*>(p), bytes.size());
}

Secret derive(const char* digest, ByteView password, ByteView salt, std::uint32_t iterations) {
  assert(iterations >= 1);
  static EVP_KDF* const algorithm =
      openssl::need(EVP_KDF_fetch(openssl::library(), "PBKDF2", nullptr));
  const openssl::Kdf context(openssl::need(EVP_KDF_CTX_new(algorithm)));
  int no_lower_bounds = 1;  // short salts and few iterations are the bag's business
  std::uint64_t rounds = iterations;
  const std::array parameters{
      octets(OSSL_KDF_PARAM_PASSWORD, password),
      octets(OSSL_KDF_PARAM_SALT, salt),
      OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_ITER, &rounds),
      OSSL_PARAM_construct_int(OSSL_KDF_PARAM_PKCS5, &no_lower_bounds),
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, const_cast<char*>(digest), 0),
      OSSL_PARAM_construct_end(),
  };
  Secret key(kDerivedSize);
  if (EVP_KDF_derive(context.get(), uchars(key.writable()), kDerivedSize, parameters.data()) != 1) {
    throw std::bad_alloc();
  }
  return key;
}

}  // namespace

Secret pbkdf2_sha256_generic(ByteView password, ByteView salt, std::uint32_t iterations) {
  return derive("SHA256", password, salt, iterations);
}

Secret pbkdf2_sha1(ByteView password, ByteView salt, std::uint32_t iterations) {
  return derive("SHA1", password, salt, iterations);
}

bool has_sha_extensions() {
  static const bool has = sha_ni::available();
  return has;
}

Secret pbkdf2_sha256(ByteView password, ByteView salt, std::uint32_t iterations) {
  if (!has_sha_extensions()) return pbkdf2_sha256_generic(password, salt, iterations);
  Secret block = pbkdf2_sha256_generic(password, salt, 1);
  if (password.size() <= sha_ni::kMaxKey) {
    sha_ni::iterate(password, block.writable().first<kDerivedSize>(), iterations);
    return block;
  }
  // HMAC replaces a key longer than its block by its digest (RFC 2104).
  Sha256 digest = sha256(password);
  sha_ni::iterate(digest, block.writable().first<kDerivedSize>(), iterations);
  wipe(digest);
  return block;
}

}  // namespace interdict::crypto
