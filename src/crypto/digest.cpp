#include "crypto/digest.hpp"

#include <algorithm>

#include "crypto/openssl.hpp"

namespace interdict::crypto {
namespace {

constexpr std::size_t kReadPiece = 1 << 18;

void begin_digest(EVP_MD_CTX* context, const EVP_MD* algorithm) {
  if (EVP_DigestInit_ex2(context, algorithm, nullptr) != 1) throw std::bad_alloc();
}

template <class Digest>
Digest end_digest(EVP_MD_CTX* context) {
  Digest digest;
  if (EVP_DigestFinal_ex(context, uchars(std::span<std::byte>(digest)), nullptr) != 1) {
    throw std::bad_alloc();
  }
  return digest;
}

/// A manifest asks for a digest a row: the context is made once a thread.
template <class Digest>
Digest digest_of(ByteView bytes, const EVP_MD* algorithm) {
  thread_local const openssl::Digest context(openssl::need(EVP_MD_CTX_new()));
  begin_digest(context.get(), algorithm);
  EVP_DigestUpdate(context.get(), bytes.data(), bytes.size());
  return end_digest<Digest>(context.get());
}

}  // namespace

Sha1 sha1(ByteView bytes) { return digest_of<Sha1>(bytes, openssl::sha1_algorithm()); }
Sha256 sha256(ByteView bytes) { return digest_of<Sha256>(bytes, openssl::sha256_algorithm()); }

Result<Sha256> sha256(RandomAccess& source) {
  Sha256Stream stream;
  Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(source.size(), kReadPiece)));
  for (std::uint64_t offset = 0; offset < source.size(); offset += piece.size()) {
    const auto n = std::min<std::uint64_t>(source.size() - offset, piece.size());
    piece.resize(static_cast<std::size_t>(n));
    TRY(source.read_at(offset, piece));
    stream.update(piece);
  }
  return stream.finish();
}

struct Sha256Stream::State {
  openssl::Digest context;
};

Sha256Stream::Sha256Stream() : state_(new State{openssl::Digest(openssl::need(EVP_MD_CTX_new()))}) {
  begin_digest(state_->context.get(), openssl::sha256_algorithm());
}
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream::~Sha256Stream() = default;

void Sha256Stream::update(ByteView bytes) {
  EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size());
}

Sha256 Sha256Stream::finish() { return end_digest<Sha256>(state_->context.get()); }

}  // namespace interdict::crypto
