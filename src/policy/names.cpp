#include "policy/names.hpp"

#include <algorithm>
#include <bit>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace interdict::policy {

TextRef Texts::add(std::string_view text) {
  text = text.substr(0, kMaxText);
  if (text.empty()) return 0;
  if (bytes_.size() + text.size() + 2 > kMaxBytes) {
    full_ = true;
    return 0;
  }
  // A text may lie in this very arena, which moves when it grows.
  if (bytes_.capacity() - bytes_.size() < text.size() + 2) {
    const std::string copy(text);
    bytes_.reserve(std::max(bytes_.capacity() * 2, bytes_.size() + copy.size() + 2));
    return append(copy);
  }
  return append(text);
}

TextRef Texts::append(std::string_view text) {
  const auto ref = static_cast<TextRef>(bytes_.size());
  bytes_.push_back(static_cast<char>(text.size() & 0xFF));
  bytes_.push_back(static_cast<char>(text.size() >> 8));
  bytes_.insert(bytes_.end(), text.begin(), text.end());
  return ref;
}

std::uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

std::size_t TextMap::slot_of(const Texts& texts, std::string_view text, std::uint64_t hash) const {
  const auto mask = slots_.size() - 1;
  const auto short_hash = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = short_hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (slot.key == kFree || (slot.hash == short_hash && texts.at(slot.key) == text)) return i;
  }
}

std::optional<std::uint32_t> TextMap::find(const Texts& texts, std::string_view text) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(texts, text, hash_of(text))];
  if (slot.key == kFree) return std::nullopt;
  return slot.value;
}

TextMap::Inserted TextMap::insert(Texts& texts, std::string_view text, std::uint32_t value) {
  if ((size_ + 1) * 3 > slots_.size() * 2) grow(slots_.empty() ? 16 : slots_.size() * 2);
  const auto hash = hash_of(text.substr(0, Texts::kMaxText));
  Slot& slot = slots_[slot_of(texts, text.substr(0, Texts::kMaxText), hash)];
  if (slot.key != kFree) return {slot.value, false, slot.key};
  slot = {static_cast<std::uint32_t>(hash >> 32), texts.add(text), value};
  ++size_;
  return {value, true, slot.key};
}

void TextMap::assign(Texts& texts, std::string_view text, std::uint32_t value) {
  const auto there = insert(texts, text, value);
  if (!there.added && there.value != value)
    slots_[slot_of(texts, text, hash_of(text))].value = value;
}

void TextMap::expect(std::string_view text) const {
  if (slots_.empty()) return;
  __builtin_prefetch(&slots_[(hash_of(text) >> 32) & (slots_.size() - 1)]);
}

void TextMap::reserve(std::size_t count) {
  const auto slots = std::bit_ceil(count * 3 / 2 + 16);
  if (slots > slots_.size()) grow(slots);
}

// A slot's place follows from the hash it keeps, so growing hashes no text again.
void TextMap::grow(std::size_t slots) {
  Large<Slot> old = std::exchange(slots_, Large<Slot>(slots));
  const auto mask = slots - 1;
  for (const Slot& slot : old) {
    if (slot.key == kFree) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].key != kFree) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace interdict::policy
