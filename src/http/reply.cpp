#include "http/reply.hpp"

namespace interdict::http {

bool Reply::Slot::put(Response response) {
  {
    const std::lock_guard hold(mutex_);
    if (answered_) return false;
    answered_ = true;
    response_ = std::move(response);
  }
  wake_();
  return true;
}

std::optional<Response> Reply::Slot::take() {
  const std::lock_guard hold(mutex_);
  return std::exchange(response_, std::nullopt);
}

Reply::Reply(std::shared_ptr<Slot> slot) : ticket_(std::make_shared<Ticket>(std::move(slot))) {}

bool Reply::send(Response response) const { return ticket_->slot->put(std::move(response)); }

Reply::Ticket::~Ticket() { slot->put(failure(500, "no answer was given")); }

}  // namespace interdict::http
