#include "crypto/cbc.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "crypto/key_wrap.hpp"
#include "crypto/openssl.hpp"

namespace interdict::crypto {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kWindow = 1 << 16;  // what a small read in sequence decrypts ahead
constexpr std::size_t kLarge = 1 << 14;   // reads of this size do not go through the window
constexpr std::size_t kPiece = 1 << 17;   // what a large read decrypts while it is in the cache
constexpr std::uint64_t kNowhere = std::numeric_limits<std::uint64_t>::max();

constexpr std::uint64_t block_start(std::uint64_t offset) { return offset - offset % kBlock; }

class CbcFile final : public RandomAccess {
 public:
  CbcFile(std::shared_ptr<RandomAccess> ciphertext, openssl::Cipher cipher)
      : ciphertext_(std::move(ciphertext)),
        cipher_(std::move(cipher)),
        size_(ciphertext_->size()) {}
  ~CbcFile() override { wipe(window_); }

  [[nodiscard]] std::uint64_t size() const override { return size_; }
  Status read_at(std::uint64_t offset, std::span<std::byte> into) override;

  /// The last `n` bytes are padding.
  void cut(std::uint64_t n) { size_ -= n; }

 private:
  /// Decrypts whole blocks in place of their ciphertext.
  Status decrypt(std::uint64_t offset, std::span<std::byte> into);
  Status set_iv(std::uint64_t offset);
  Status fill_window(std::uint64_t offset, std::size_t wanted);

  std::shared_ptr<RandomAccess> ciphertext_;
  openssl::Cipher cipher_;
  std::uint64_t size_;
  std::uint64_t next_ = kNowhere;  // the offset that the cipher's running IV is good for
  Bytes window_;                   // plaintext; once used, kWindow long or as long as the file
  std::uint64_t window_start_ = 0, window_end_ = 0;
};

Status CbcFile::set_iv(std::uint64_t offset) {
  if (offset == next_) return ok();
  next_ = kNowhere;
  std::array<std::byte, kBlock> iv{};
  if (offset != 0) TRY(ciphertext_->read_at(offset - kBlock, iv));
  // No cipher and no key given: the key schedule of the first initialisation is kept.
  if (EVP_DecryptInit_ex2(cipher_.get(), nullptr, nullptr, uchars(std::span<std::byte>(iv)),
                          nullptr) != 1) {
    throw std::bad_alloc();
  }
  return ok();
}

Status CbcFile::decrypt(std::uint64_t offset, std::span<std::byte> into) {
  while (!into.empty()) {
    const auto piece = into.first(std::min(into.size(), kPiece));
    TRY(set_iv(offset));
    next_ = kNowhere;
    TRY(ciphertext_->read_at(offset, piece));
    int length = 0;
    if (EVP_DecryptUpdate(cipher_.get(), uchars(piece), &length, uchars(piece),
                          static_cast<int>(piece.size())) != 1 ||
        static_cast<std::size_t>(length) != piece.size()) {
      return Error{Errc::io, "OpenSSL could not decrypt"};
    }
    offset += piece.size();
    next_ = offset;
    into = into.subspan(piece.size());
  }
  return ok();
}

Status CbcFile::fill_window(std::uint64_t offset, std::size_t wanted) {
  const std::uint64_t start = block_start(offset);
  const bool in_sequence = offset == window_end_;
  const std::uint64_t end =
      in_sequence ? start + kWindow : block_start(offset + wanted + kBlock - 1);
  const std::uint64_t length =
      std::min({end - start, std::uint64_t{kWindow}, ciphertext_->size() - start});
  if (window_.empty()) {
    window_.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kWindow, ciphertext_->size())));
  }
  window_start_ = window_end_ = 0;
  TRY(decrypt(start, std::span(window_).first(static_cast<std::size_t>(length))));
  window_start_ = start;
  window_end_ = start + length;
  return ok();
}

Status CbcFile::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (offset > size_ || into.size() > size_ - offset) {
    return Error{Errc::truncated, "read past the end"};
  }
  while (!into.empty()) {
    std::size_t n = 0;
    if (offset % kBlock == 0 && into.size() >= kLarge) {
      n = into.size() - into.size() % kBlock;
      TRY(decrypt(offset, into.first(n)));
    } else {
      if (offset < window_start_ || offset >= window_end_) {
        TRY(fill_window(offset, into.size()));
      }
      n = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), window_end_ - offset));
      const auto from = static_cast<std::ptrdiff_t>(offset - window_start_);
      std::copy_n(window_.begin() + from, n, into.begin());
    }
    offset += n;
    into = into.subspan(n);
  }
  return ok();
}

/// How many bytes of PKCS#7 padding the file ends with; 0: it does not.
Result<std::size_t> padding_of(CbcFile& file) {
  std::array<std::byte, kBlock> last;
  TRY(file.read_at(file.size() - kBlock, last));
  const auto n = std::to_integer<std::size_t>(last.back());
  const bool valid = n >= 1 && n <= kBlock &&
                     std::all_of(last.end() - static_cast<std::ptrdiff_t>(n), last.end(),
                                 [&](std::byte b) { return b == last.back(); });
  wipe(last);
  return valid ? n : 0;
}

/// https://www.sqlite.org/fileformat.html: a database is whole pages of 512 bytes or a multiple,
/// and opens with these 16 bytes. Padding always adds a block, so a padded one is never that long.
Result<bool> unpadded_database(CbcFile& file) {
  constexpr std::uint64_t kSmallestPage = 512;
  constexpr std::string_view kMagic{"SQLite format 3\0", kBlock};
  if (file.size() % kSmallestPage != 0) return false;
  std::array<std::byte, kBlock> first;
  TRY(file.read_at(0, first));
  return text_of(first) == kMagic;
}

}  // namespace

Result<DecryptedFile> open_cbc(std::shared_ptr<RandomAccess> ciphertext, Secret key) {
  if (ciphertext->size() == 0) return Error{Errc::truncated, "the encrypted file is empty"};
  if (ciphertext->size() % kBlock != 0) {
    return Error{Errc::truncated, fmt::format("the encrypted file has {} bytes, not whole blocks "
                                              "of {}: its end is missing",
                                              ciphertext->size(), kBlock)};
  }
  if (key.bytes().size() != kKeySize) {
    return Error{Errc::malformed,
                 fmt::format("an AES-256 key has {} bytes, not {}", kKeySize, key.bytes().size())};
  }
  openssl::Cipher cipher(openssl::need(EVP_CIPHER_CTX_new()));
  if (EVP_DecryptInit_ex2(cipher.get(), openssl::aes256_cbc(), uchars(key.bytes()), nullptr,
                          nullptr) != 1 ||
      EVP_CIPHER_CTX_set_padding(cipher.get(), 0) != 1) {
    throw std::bad_alloc();
  }
  auto file = std::make_unique<CbcFile>(std::move(ciphertext), std::move(cipher));
  const std::size_t padding = TRY(padding_of(*file));
  if (padding == 0 || TRY(unpadded_database(*file))) {
    return DecryptedFile{std::move(file), Padding::none};
  }
  file->cut(padding);
  return DecryptedFile{std::move(file), Padding::pkcs7};
}

}  // namespace interdict::crypto
