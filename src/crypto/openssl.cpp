#include "crypto/openssl.hpp"

#include <openssl/crypto.h>

namespace interdict::crypto::openssl {

// Each is fetched once; a fetch by name costs more than hashing a short text.

OSSL_LIB_CTX* library() {
  static OSSL_LIB_CTX* context = [] {
    // The HMAC inside PBKDF2 looks for engines, and with them for the configuration file, whatever
    // its context: say once that there is none.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    return need(OSSL_LIB_CTX_new());
  }();
  return context;
}

const EVP_MD* sha1_algorithm() {
  static const EVP_MD* md = need(EVP_MD_fetch(library(), "SHA1", nullptr));
  return md;
}

const EVP_MD* sha256_algorithm() {
  static const EVP_MD* md = need(EVP_MD_fetch(library(), "SHA256", nullptr));
  return md;
}

const EVP_CIPHER* aes256_cbc() {
  static const EVP_CIPHER* cipher = need(EVP_CIPHER_fetch(library(), "AES-256-CBC", nullptr));
  return cipher;
}

const EVP_CIPHER* aes256_wrap() {
  static const EVP_CIPHER* cipher = need(EVP_CIPHER_fetch(library(), "AES-256-WRAP", nullptr));
  return cipher;
}

}  // namespace interdict::crypto::openssl
