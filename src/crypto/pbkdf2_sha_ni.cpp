// An HMAC iteration needs two compressions once the padded key is absorbed; a generic HMAC object
// also copies contexts, pads and swaps byte orders each time. Here both key states and the running
// block stay in registers, in the order that the instructions want. What is left is the latency of
// 64 dependent sha256rnds2, which no rearrangement can hide: one chain cannot overlap with itself.
//
// Casts: the intrinsics' own types force reinterpret_cast for loads and stores (unaligned ones are
// used, so no alignment is assumed).

#include "crypto/pbkdf2_sha_ni.hpp"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cassert>

#include "crypto/secret.hpp"

#define INTERDICT_SHA_NI __attribute__((target("sha,sse4.1,ssse3")))
#define INTERDICT_SHA_NI_INLINE INTERDICT_SHA_NI __attribute__((always_inline)) inline

namespace interdict::crypto::sha_ni {
namespace {

// FIPS 180-4, 4.2.2.
alignas(16) constexpr std::array<std::uint32_t, 64> kRoundConstants{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
// FIPS 180-4, 5.3.3, in the registers' order, least significant word first: f e b a, h g d c.
constexpr std::array<std::uint32_t, 8> kInitialState{
    0x9b05688c, 0x510e527f, 0xbb67ae85, 0x6a09e667, 0x5be0cd19, 0x1f83d9ab, 0xa54ff53a, 0x3c6ef372};

struct State {
  __m128i abef, cdgh;
};
/// Eight words of a message or digest in natural order, in the processor's byte order.
struct Words {
  __m128i low, high;
};

INTERDICT_SHA_NI_INLINE __m128i load(const void* p) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
INTERDICT_SHA_NI_INLINE void store(void* p, __m128i value) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(p), value);
}
/// Between SHA-256's big-endian words and the processor's.
INTERDICT_SHA_NI_INLINE __m128i swap_bytes(__m128i words) {
  return _mm_shuffle_epi8(words, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

INTERDICT_SHA_NI_INLINE State compress(State state, __m128i m0, __m128i m1, __m128i m2,
                                       __m128i m3) {
  __m128i a = state.abef, b = state.cdgh, m[4] = {m0, m1, m2, m3};
#pragma GCC unroll 16
  for (std::size_t i = 0; i < 16; ++i) {
    const __m128i k = _mm_add_epi32(m[i & 3], load(kRoundConstants.data() + 4 * i));
    b = _mm_sha256rnds2_epu32(b, a, k);
    a = _mm_sha256rnds2_epu32(a, b, _mm_shuffle_epi32(k, 0x0E));
    if (i < 12) {  // the message schedule, four words ahead
      const __m128i w = _mm_add_epi32(_mm_sha256msg1_epu32(m[i & 3], m[(i + 1) & 3]),
                                      _mm_alignr_epi8(m[(i + 3) & 3], m[(i + 2) & 3], 4));
      m[i & 3] = _mm_sha256msg2_epu32(w, m[(i + 3) & 3]);
    }
  }
  return {_mm_add_epi32(a, state.abef), _mm_add_epi32(b, state.cdgh)};
}

INTERDICT_SHA_NI_INLINE Words words_of(State s) {
  const __m128i feba = _mm_shuffle_epi32(s.abef, 0x1B), dchg = _mm_shuffle_epi32(s.cdgh, 0xB1);
  return {_mm_blend_epi16(feba, dchg, 0xF0), _mm_alignr_epi8(dchg, feba, 8)};
}

/// The second half of a block that holds a 32-byte digest after one block of key: the padding and
/// the length in bits of both.
INTERDICT_SHA_NI_INLINE State compress_digest(State key, Words digest) {
  const __m128i padding = _mm_set_epi32(0, 0, 0, static_cast<int>(0x80000000));
  const __m128i length = _mm_set_epi32((64 + 32) * 8, 0, 0, 0);
  return compress(key, digest.low, digest.high, padding, length);
}

/// The state after the key, padded and masked as HMAC does: all that is needed of the key.
INTERDICT_SHA_NI_INLINE State absorb_key(ByteView key, std::byte mask) {
  std::array<std::byte, 64> block;
  block.fill(mask);
  std::transform(key.begin(), key.end(), block.begin(), [mask](std::byte b) { return b ^ mask; });
  const std::byte* p = block.data();
  const State initial{load(kInitialState.data()), load(kInitialState.data() + 4)};
  const State state = compress(initial, swap_bytes(load(p)), swap_bytes(load(p + 16)),
                               swap_bytes(load(p + 32)), swap_bytes(load(p + 48)));
  wipe(block);
  return state;
}

}  // namespace

bool available() {
  constexpr unsigned kFeatures = 7, kShaBit = 29;  // CPUID.7.0:EBX.SHA
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(kFeatures, 0, &a, &b, &c, &d) != 0 && (b >> kShaBit & 1) != 0 &&
         __builtin_cpu_supports("ssse3") != 0 && __builtin_cpu_supports("sse4.1") != 0;
}

INTERDICT_SHA_NI void iterate(ByteView key, std::span<std::byte, 32> block,
                              std::uint32_t iterations) {
  assert(key.size() <= kMaxKey);
  const State inner = absorb_key(key, std::byte{0x36}), outer = absorb_key(key, std::byte{0x5c});
  Words u{swap_bytes(load(block.data())), swap_bytes(load(block.data() + 16))}, sum = u;
  for (std::uint32_t i = 1; i < iterations; ++i) {
    u = words_of(compress_digest(inner, u));
    u = words_of(compress_digest(outer, u));
    sum = {_mm_xor_si128(sum.low, u.low), _mm_xor_si128(sum.high, u.high)};
  }
  store(block.data(), swap_bytes(sum.low));
  store(block.data() + 16, swap_bytes(sum.high));
}

}  // namespace interdict::crypto::sha_ni

#undef INTERDICT_SHA_NI_INLINE
#undef INTERDICT_SHA_NI

#else

namespace interdict::crypto::sha_ni {
bool available() { return false; }
void iterate(ByteView, std::span<std::byte, 32>, std::uint32_t) {}
}  // namespace interdict::crypto::sha_ni

#endif
