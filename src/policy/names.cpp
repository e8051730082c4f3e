#include "policy/names.hpp"

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
  const auto ref = static_cast<TextRef>(bytes_.size());
  bytes_ += static_cast<char>(text.size() & 0xFF);
  bytes_ += static_cast<char>(text.size() >> 8);
  bytes_ += text;
  return ref;
}

std::uint64_t hash_of(std::string_view text) { return XXH3_64bits(text.data(), text.size()); }

std::size_t TextMap::slot_of(const Texts& texts, std::string_view text, std::uint64_t hash) const {
  const auto mask = slots_.size() - 1;
  const auto short_hash = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t i = short_hash & mask;; i = (i + 1) & mask) {
    const Slot& slot = slots_[i];
    if (!slot.used || (slot.hash == short_hash && texts.at(slot.key) == text)) return i;
  }
}

std::optional<std::uint32_t> TextMap::find(const Texts& texts, std::string_view text) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(texts, text, hash_of(text))];
  if (!slot.used) return std::nullopt;
  return slot.value;
}

std::optional<TextRef> TextMap::name(const Texts& texts, std::string_view text) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(texts, text, hash_of(text))];
  if (!slot.used) return std::nullopt;
  return slot.key;
}

std::pair<std::uint32_t, bool> TextMap::insert(Texts& texts, std::string_view text,
                                               std::uint32_t value) {
  if ((size_ + 1) * 3 > slots_.size() * 2) grow(slots_.empty() ? 16 : slots_.size() * 2);
  const auto hash = hash_of(text.substr(0, Texts::kMaxText));
  Slot& slot = slots_[slot_of(texts, text.substr(0, Texts::kMaxText), hash)];
  if (slot.used) return {slot.value, false};
  slot = {static_cast<std::uint32_t>(hash >> 32), texts.add(text), value, true};
  ++size_;
  return {value, true};
}

void TextMap::assign(Texts& texts, std::string_view text, std::uint32_t value) {
  const auto [old, added] = insert(texts, text, value);
  if (!added && old != value) slots_[slot_of(texts, text, hash_of(text))].value = value;
}

void TextMap::reserve(std::size_t count) {
  const auto slots = std::bit_ceil(count * 3 / 2 + 16);
  if (slots > slots_.size()) grow(slots);
}

// A slot's place follows from the hash it keeps, so growing hashes no text again.
void TextMap::grow(std::size_t slots) {
  std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots));
  const auto mask = slots - 1;
  for (const Slot& slot : old) {
    if (!slot.used) continue;
    std::size_t i = slot.hash & mask;
    while (slots_[i].used) i = (i + 1) & mask;
    slots_[i] = slot;
  }
}

}  // namespace interdict::policy
