#include "formats/sqlite_wal.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>

#include <fmt/format.h>

#include "base/bytes.hpp"

namespace interdict::sqlite {
namespace {

constexpr std::uint64_t kHeader = 32, kFrameHeader = 24;
constexpr std::uint32_t kMagic = 0x377f0682;  // its last bit: checksums are of big-endian words
constexpr std::uint32_t kVersion = 3007000;
constexpr std::uint32_t kSmallestPage = 512, kLargestPage = 65536;

std::uint32_t word(ByteView bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(load_be(bytes.data() + offset, 4));
}

/// The running checksum of 4.2: two sums over pairs of words.
class Checksum {
 public:
  explicit Checksum(bool big_endian) : big_endian_(big_endian) {}
  /// Goes on from a stored one.
  Checksum(bool big_endian, ByteView stored)
      : big_endian_(big_endian), first_(word(stored, 0)), second_(word(stored, 4)) {}

  void add(ByteView bytes) {  // whole pairs of words
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
      first_ += value(bytes, i) + second_;
      second_ += value(bytes, i + 4) + first_;
    }
  }
  [[nodiscard]] bool is(ByteView stored) const {
    return first_ == word(stored, 0) && second_ == word(stored, 4);
  }

 private:
  [[nodiscard]] std::uint32_t value(ByteView bytes, std::size_t at) const {
    return static_cast<std::uint32_t>(big_endian_ ? load_be(bytes.data() + at, 4)
                                                  : load_le(bytes.data() + at, 4));
  }
  bool big_endian_;
  std::uint32_t first_ = 0, second_ = 0;
};

Error damaged(std::string_view what) {
  return {Errc::malformed, fmt::format("its -wal is damaged ({}): changes may be missing", what)};
}

struct Generation {
  std::uint32_t page_size;
  bool big_endian;
  ByteView salts, checksum;  // as in the header
};

Result<Generation> generation_of(ByteView header) {
  const auto magic = word(header, 0), page_size = word(header, 8);
  if ((magic & ~1U) != kMagic) return damaged("it does not begin as one");
  if (word(header, 4) != kVersion) return damaged("its version is unknown");
  if (!std::has_single_bit(page_size) || page_size < kSmallestPage || page_size > kLargestPage) {
    return damaged("its page size is none");
  }
  Generation out{page_size, (magic & 1U) != 0, header.subspan(16, 8), header.subspan(24, 8)};
  Checksum sum(out.big_endian);
  sum.add(header.first(24));
  if (!sum.is(out.checksum)) return damaged("the checksum of its header fails");
  return out;
}

/// The frames of one generation, from the first on.
class Frames {
 public:
  Frames(RandomAccess& wal, const Generation& generation)
      : wal_(wal),
        generation_(generation),
        frame_(kFrameHeader + generation.page_size),
        chain_(generation.big_endian, generation.checksum) {}

  std::optional<Error> damage() {
    std::uint64_t broken = 0;  // number of the first frame that SQLite does not take; 0: none
    for (std::uint64_t number = 1;; ++number) {
      auto whole = read(number);
      if (!whole) return std::move(whole).error();
      if (!*whole) {
        if (rest_ == 0 || (rest_ >= 16 && !of_generation())) return std::nullopt;
        return damaged(fmt::format("it ends within frame {}", number));
      }
      if (broken == 0 && !(of_generation() && follows())) broken = number;
      // What was rolled back has a failing checksum, too, once newer frames lie before it; but it
      // was never committed.
      if (broken != 0 && of_generation() && commits()) {
        return damaged(fmt::format("the checksum of frame {} fails", broken));
      }
    }
  }

 private:
  /// False: the file ends before this frame does; the first rest_ bytes of it are there.
  Result<bool> read(std::uint64_t number) {
    const auto from = kHeader + (number - 1) * frame_.size();
    rest_ = static_cast<std::size_t>(std::min<std::uint64_t>(wal_.size() - from, frame_.size()));
    TRY(wal_.read_at(from, std::span(frame_).first(rest_)));
    return rest_ == frame_.size();
  }

  // Of the frame that was read.
  [[nodiscard]] bool commits() const { return word(frame_, 4) != 0; }
  [[nodiscard]] bool of_generation() const {
    return std::ranges::equal(part(8, 8), generation_.salts);
  }
  bool follows() {
    chain_.add(part(0, 8));
    chain_.add(part(kFrameHeader, generation_.page_size));
    return chain_.is(part(16, 8));
  }
  [[nodiscard]] ByteView part(std::size_t from, std::size_t size) const {
    return ByteView(frame_).subspan(from, size);
  }

  RandomAccess& wal_;
  const Generation& generation_;
  Bytes frame_;
  std::size_t rest_ = 0;
  Checksum chain_;
};

}  // namespace

std::optional<Error> wal_damage(RandomAccess& wal) {
  if (wal.size() == 0) return std::nullopt;
  if (wal.size() < kHeader) return damaged("it ends within its header");
  Bytes header(kHeader);
  if (auto status = wal.read_at(0, header); !status) return std::move(status).error();
  auto generation = generation_of(header);
  if (!generation) return std::move(generation).error();
  return Frames(wal, *generation).damage();
}

}  // namespace interdict::sqlite
