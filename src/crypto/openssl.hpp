// OpenSSL's EVP objects behind owners, in a library context of our own.
//
// Why our own context: the default one reads the machine's openssl.cnf when first used, which may
//         take SHA-1 away (backups need it) and is a file that the sandbox does not let us open.
// Failure fetching from the built-in provider and creating contexts fails for lack of memory only;
//         both throw std::bad_alloc.
// For src/crypto alone: no other room includes OpenSSL through us.

#pragma once

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>
#include <new>

namespace interdict::crypto::openssl {

/// A unique_ptr deleter that is nothing but a C function.
template <auto free_function>
struct Free {
  template <class T>
  void operator()(T* p) const noexcept {
    free_function(p);
  }
};

using Digest = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>>;
using Kdf = std::unique_ptr<EVP_KDF_CTX, Free<EVP_KDF_CTX_free>>;

/// Lives as long as the process.
OSSL_LIB_CTX* library();
const EVP_MD* sha1_algorithm();
const EVP_MD* sha256_algorithm();
const EVP_CIPHER* aes256_cbc();
const EVP_CIPHER* aes256_wrap();

/// p, or std::bad_alloc when it is null.
template <class T>
T* need(T* p) {
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

}  // namespace interdict::crypto::openssl
