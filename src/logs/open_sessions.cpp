#include "logs/open_sessions.hpp"

namespace interdict::logs {

Session* OpenSessions::open(std::string_view id) {
  if (id.empty() || id.size() > kKeyLimit) return nullptr;
  if (Session* known = find(id)) return known;
  if (index_.size() >= bound_) leave(oldest_, Why::evicted);
  if (free_ == kNone) {
    free_ = static_cast<std::uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  const std::uint32_t at = free_;
  Slot& slot = slots_[at];
  free_ = slot.newer;
  std::memcpy(slot.key.data(), id.data(), id.size());
  slot.key_length = static_cast<std::uint8_t>(id.size());
  slot.closing = false;
  slot.older = newest_;
  slot.newer = kNone;
  (newest_ == kNone ? oldest_ : slots_[newest_].newer) = at;
  newest_ = at;
  index_.emplace(slot.id(), at);
  return &slot.session;
}

Session* OpenSessions::reopen(std::string_view id) {
  if (const auto found = index_.find(id); found != index_.end()) leave(found->second, Why::reused);
  return open(id);
}

void OpenSessions::close(std::string_view id) {
  const auto found = index_.find(id);
  if (found == index_.end() || slots_[found->second].closing) return;
  const std::uint32_t at = found->second;
  slots_[at].closing = true;
  if (linger_count_ == kLinger) {
    // The ring is full: its oldest goes. It may have left already by another way.
    const std::uint32_t old = lingering_[linger_next_];
    if (old != kNone) leave(old, Why::closed);
  } else {
    ++linger_count_;
  }
  lingering_[linger_next_] = at;
  slots_[at].linger_at = static_cast<std::uint16_t>(linger_next_);
  linger_next_ = (linger_next_ + 1) % kLinger;
}

void OpenSessions::drop(std::string_view id) {
  if (const auto found = index_.find(id); found != index_.end()) release(found->second);
}

void OpenSessions::leave(std::uint32_t at, Why why) {
  const Slot& slot = slots_[at];
  // Whoever closed in time is closed, however it is pushed out.
  if (slot.closing) why = Why::closed;
  leave_(slot.id(), slot.session, why);
  release(at);
}

void OpenSessions::release(std::uint32_t at) {
  Slot& slot = slots_[at];
  if (slot.closing) lingering_[slot.linger_at] = kNone;
  index_.erase(slot.id());
  (slot.older == kNone ? oldest_ : slots_[slot.older].newer) = slot.newer;
  (slot.newer == kNone ? newest_ : slots_[slot.newer].older) = slot.older;
  slot.session.clear();
  slot.closing = false;
  slot.newer = free_;
  free_ = at;
}

void OpenSessions::finish() {
  while (oldest_ != kNone) leave(oldest_, Why::end);
  linger_count_ = 0;
  linger_next_ = 0;
  lingering_.fill(kNone);
}

}  // namespace interdict::logs
