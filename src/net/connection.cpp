#include "net/connection.hpp"

#include <exception>

#include <fmt/format.h>

namespace interdict::net {
namespace {

/// What a client may go on sending after our last word. Closing with bytes unread would reset the
/// connection, and the last word might be lost with it.
constexpr std::uint32_t kMostDrained = 256 << 10;

// Phases of the connection and of its conversation are numbered apart.
constexpr std::uint64_t kKinds = 4;
enum : std::uint64_t { conversation_phase, idle_phase, write_phase, drain_phase };

}  // namespace

Connection::Connection(Descriptor socket, std::unique_ptr<Conversation> conversation,
                       const ConnectionBounds& bounds)
    : socket_(std::move(socket)), conversation_(std::move(conversation)), bounds_(bounds) {}

/// What a conversation throws, memory that ran out included, ends that conversation alone.
template <class Call>
Result<bool> Connection::guarded(Call&& call) {
  try {
    return call();
  } catch (const std::exception& thrown) {
    return Error{Errc::io, fmt::format("thrown: {}", thrown.what())};
  }
}

Wish Connection::readable(std::span<char> shared) {
  const auto got = read_some(socket_.get(), shared);
  if (got.moved == Moved::closed) return Wish::close;
  if (got.moved == Moved::none_now) return Wish::read;
  if (state_ == State::draining) {
    drained_ += static_cast<std::uint32_t>(got.bytes);
    return drained_ > kMostDrained ? Wish::close : Wish::read;
  }
  ++reads_;
  return settle(guarded(
      [&] { return conversation_->receive(std::string_view(shared.data(), got.bytes), out_); }));
}

Wish Connection::writable() { return settle(true); }

Wish Connection::resume() {
  if (state_ == State::draining) return Wish::read;
  if (state_ == State::closing || !out_.empty()) return settle(true);
  return settle(guarded([&] { return conversation_->resume(out_); }));
}

Wish Connection::late() {
  if (state_ != State::talking || !out_.empty()) return Wish::close;
  auto going = guarded([&]() -> Result<bool> {
    conversation_->late(out_);
    return false;
  });
  if (out_.empty()) return Wish::close;
  return settle(std::move(going));
}

Wish Connection::leave() {
  leaving_ = true;
  if (state_ != State::talking) return settle(true);
  conversation_->leave();
  if (out_.empty() && conversation_->resting()) return Wish::close;
  return settle(true);
}

Wish Connection::settle(Result<bool> going) {
  while (true) {
    const bool goes_on = going && *going;
    if (!going) fault_ = std::move(going).error();
    if (state_ == State::talking && !goes_on) state_ = State::closing;
    if (out_.size() - sent_ > bounds_.output) {
      fault_ = Error{Errc::limit, fmt::format("more than {} bytes unsent", bounds_.output)};
      return Wish::close;
    }
    const bool spoke = !out_.empty();
    if (!flush()) return Wish::close;
    if (!out_.empty()) return Wish::write;
    if (state_ == State::draining) return Wish::read;
    if (state_ == State::closing) {
      end_output(socket_.get());
      state_ = State::draining;
      conversation_.reset();
      return Wish::read;
    }
    if (leaving_ && conversation_->resting()) return Wish::close;
    if (conversation_->hungry()) return Wish::read;
    if (!spoke) return Wish::wake;
    going = guarded([&] { return conversation_->resume(out_); });
  }
}

bool Connection::flush() {
  while (sent_ < out_.size()) {
    const auto put = write_some(socket_.get(), std::string_view(out_).substr(sent_));
    if (put.moved == Moved::closed) return false;
    if (put.moved == Moved::none_now) return true;
    sent_ += put.bytes;
  }
  if (!out_.empty()) {
    ++writes_;
    sent_ = 0;
    std::string().swap(out_);  // a connection that waits holds no buffer; assigning would keep it
  }
  return true;
}

Patience Connection::patience() const {
  if (!out_.empty()) return {writes_ * kKinds + write_phase, bounds_.write};
  if (state_ != State::talking) return {drain_phase, bounds_.linger};
  const auto own = conversation_->patience();
  if (own.limit.count() != 0) return {own.phase * kKinds + conversation_phase, own.limit};
  return {reads_ * kKinds + idle_phase, bounds_.idle};
}

std::optional<Error> Connection::take_fault() {
  auto out = std::move(fault_);
  fault_.reset();
  return out;
}

}  // namespace interdict::net
