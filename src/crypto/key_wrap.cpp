#include "crypto/key_wrap.hpp"

#include <openssl/err.h>

#include <cassert>

#include "crypto/openssl.hpp"

namespace interdict::crypto {

Result<Secret> unwrap_key(ByteView wrapping_key, ByteView wrapped) {
  assert(wrapping_key.size() == kKeySize && wrapped.size() == kWrappedKeySize);
  const openssl::Cipher context(openssl::need(EVP_CIPHER_CTX_new()));
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  if (EVP_DecryptInit_ex2(context.get(), openssl::aes256_wrap(), uchars(wrapping_key), nullptr,
                          nullptr) != 1) {
    throw std::bad_alloc();
  }
  // OpenSSL works on the whole wrapped length before it drops the eight bytes of the check.
  Secret scratch(kWrappedKeySize);
  int length = 0;
  const int opened = EVP_DecryptUpdate(context.get(), uchars(scratch.writable()), &length,
                                       uchars(wrapped), static_cast<int>(wrapped.size()));
  // The lengths are right and the cipher is set up: nothing else is left to fail.
  if (opened != 1 || length != static_cast<int>(kKeySize)) {
    ERR_clear_error();
    return Error{Errc::malformed, "the wrapped key fails its integrity check"};
  }
  return Secret(scratch.bytes().first(kKeySize));
}

}  // namespace interdict::crypto
