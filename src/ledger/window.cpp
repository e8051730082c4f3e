#include "ledger/window.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace interdict::ledger {
namespace {

constexpr std::size_t kMostKeys = std::size_t{1} << 28;
constexpr std::size_t kMostBytes = std::size_t{1} << 31;  // key_at has 32 bits

}  // namespace

Window::Window(std::size_t keys, std::size_t bytes)
    : keys_(std::clamp<std::size_t>(keys, 1, kMostKeys)),
      bytes_(std::clamp<std::size_t>(bytes, 1, kMostBytes)),
      // At least half of the cells stay free: probing ends soon.
      mask_(std::bit_ceil(keys_ * 2) - 1),
      text_(std::make_unique_for_overwrite<char[]>(bytes_)),
      index_(mask_ + 1) {
  entries_.reserve(keys_);
}

Window::Entry* Window::find(std::string_view key, std::uint64_t hash) {
  for (std::size_t at = hash & mask_;; at = (at + 1) & mask_) {
    const Cell cell = index_[at];
    if (cell.entry == 0) return nullptr;
    if (cell.tag != tag_of(hash)) continue;
    Entry& entry = entries_[cell.entry - 1];
    if (entry.hash == hash && this->key(entry) == key) return &entry;
  }
}

Window::Entry* Window::add(std::string_view key, std::uint64_t hash) {
  if (entries_.size() == keys_ || key.size() > bytes_ - text_used_ || key.size() > 0xffff)
    return nullptr;
  std::size_t at = hash & mask_;
  while (index_[at].entry != 0) at = (at + 1) & mask_;
  Entry& entry = entries_.emplace_back();
  index_[at] = {static_cast<std::uint32_t>(entries_.size()), tag_of(hash)};
  entry.hash = hash;
  entry.key_at = static_cast<std::uint32_t>(text_used_);
  entry.key_size = static_cast<std::uint16_t>(key.size());
  std::memcpy(text_.get() + text_used_, key.data(), key.size());
  text_used_ += key.size();
  return &entry;
}

std::size_t Window::memory() const {
  return keys_ * sizeof(Entry) + bytes_ + index_.size() * sizeof(Cell);
}

void Window::clear() {
  std::fill(index_.begin(), index_.end(), Cell{});
  entries_.clear();
  text_used_ = 0;
}

}  // namespace interdict::ledger
