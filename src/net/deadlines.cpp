#include "net/deadlines.hpp"

#include <algorithm>

namespace interdict::net {

Deadlines::Deadlines(std::int64_t now) : tick_(now / kTick) {
  for (auto& list : slots_) list.before = list.after = &list;
}

void Deadlines::link(Hook& list, Hook& hook) {
  hook.before = list.before;
  hook.after = &list;
  list.before->after = &hook;
  list.before = &hook;
}

void Deadlines::clear(Hook& hook) {
  if (!hook.set()) return;
  hook.before->after = hook.after;
  hook.after->before = hook.before;
  hook.before = hook.after = nullptr;
}

void Deadlines::set(Hook& hook, std::int64_t due) {
  hook.due = due;
  // The first tick at which it is due; what lies beyond the wheel is looked at before.
  const auto wanted =
      std::clamp((due + kTick - 1) / kTick, tick_, tick_ + static_cast<std::int64_t>(kSlots) - 1);
  if (hook.set() && hook.tick <= wanted) return;
  clear(hook);
  hook.tick = wanted;
  link(slot(wanted), hook);
}

Deadlines::Hook* Deadlines::take_due(std::int64_t now) {
  const auto last = now / kTick;
  // After a long sleep one turn sees every slot.
  tick_ = std::max(tick_, last - static_cast<std::int64_t>(kSlots) + 1);
  while (tick_ <= last) {
    Hook& list = slot(tick_);
    while (list.after != &list) {
      Hook& hook = *list.after;
      const auto due = hook.due;
      clear(hook);
      if (due <= now) return &hook;
      // It was moved later, or lay beyond the wheel. A due time later within this tick comes with
      // the next one, so that this list becomes empty.
      hook.tick = std::clamp((due + kTick - 1) / kTick, tick_ + 1,
                             tick_ + static_cast<std::int64_t>(kSlots) - 1);
      link(slot(hook.tick), hook);
    }
    if (tick_ == last) break;
    ++tick_;
  }
  return nullptr;
}

std::optional<std::int64_t> Deadlines::next() const {
  for (std::size_t i = 0; i < kSlots; ++i) {
    const auto tick = tick_ + static_cast<std::int64_t>(i);
    const Hook& list = slots_[static_cast<std::size_t>(tick) % kSlots];
    if (list.after != &list) return tick * kTick;
  }
  return {};
}

}  // namespace interdict::net
