#include "http/session.hpp"

#include <exception>

#include <fmt/format.h>

#include "http/body.hpp"
#include "http/parser.hpp"

namespace interdict::http {
namespace {

/// Answers that wait to leave; the next request waits until they have.
constexpr std::size_t kEnoughOutput = 64 << 10;

}  // namespace

struct Session::Exchange {
  ParsedHead head;
  BodyReader body = BodyReader::with_length(0);
  const Router::Route* route = nullptr;
  bool keep_alive = false;
  std::shared_ptr<Reply::Slot> slot;  // shared with the Reply of a handler that answers later
};

Session::Session(const Service& service, const net::Peer& peer, net::Wake wake)
    : service_(service),
      peer_(peer),
      wake_(std::move(wake)),
      scan_(service.options().limits.head) {}

Session::~Session() = default;

Result<bool> Session::receive(std::string_view bytes, std::string& out) {
  // The clock of the first head starts with the connection, of the others with their first byte.
  if (state_ == State::head && in_.empty() && requests_ > 0) ++phase_;
  in_.append(bytes);
  return resume(out);
}

Result<bool> Session::resume(std::string& out) {
  held_back_ = false;
  bool going = true;
  while (going && state_ != State::ended) {
    if (out.size() >= kEnoughOutput) {
      held_back_ = true;
      break;
    }
    switch (state_) {
      case State::head:
        going = head(out);
        break;
      case State::body:
        going = body(out);
        break;
      case State::answer:
        going = answer(out);
        break;
      case State::ended:
        break;
    }
  }
  forget_used();
  return state_ != State::ended;
}

void Session::forget_used() {
  if (state_ == State::ended || used_ == in_.size()) {
    std::string().swap(in_);  // who waits holds no buffer; assigning would keep it
  } else {
    in_.erase(0, used_);
  }
  used_ = 0;
}

void Session::enter(State state) {
  state_ = state;
  ++phase_;
}

bool Session::head(std::string& out) {
  if (unread().empty()) return false;
  const auto& limits = service_.options().limits.head;
  if (const auto refused = scan_.look(unread())) {
    refuse(*refused, out);
    return true;
  }
  const auto size = scan_.size();
  if (!size) return false;
  scan_ = HeadScan(limits);
  exchange_ = std::make_unique<Exchange>();
  ++requests_;
  const auto refused = parse_head(unread().substr(0, *size), limits, exchange_->head);
  used_ += *size;
  if (refused) {
    refuse(*refused, out);
  } else {
    route(out);
  }
  return true;
}

void Session::route(std::string& out) {
  auto& head = exchange_->head;
  auto& request = head.request;
  exchange_->keep_alive =
      head.keep_alive && requests_ < service_.options().limits.requests && !leaving_;
  request.client = client_of(peer_, request.headers, service_.options());
  request.peer_user = peer_.user;
  const bool bodiless = !head.chunked && head.length == 0;
  auto found = service_.router().find(request.method, request.path());
  if (found.route == nullptr) {
    // A request that has ended by now needs no closing.
    if (!bodiless) return refuse(found.refusal, out, found.allow);
    auto response = failure(found.refusal.status, found.refusal.why);
    if (!found.allow.empty()) response = std::move(response).with("Allow", found.allow);
    return send(response, out);
  }
  exchange_->route = found.route;
  request.parameters = std::move(found.parameters);
  if (bodiless) return handle(out);
  const auto most = found.route->max_body;
  if (head.length > most) return refuse({413, "the body is too long"}, out);
  exchange_->body =
      head.chunked ? BodyReader::with_chunks(most) : BodyReader::with_length(head.length);
  if (head.expects_continue && unread().empty()) out += "HTTP/1.1 100 Continue\r\n\r\n";
  enter(State::body);
}

bool Session::body(std::string& out) {
  const auto step = exchange_->body.feed(unread(), exchange_->head.request.body);
  used_ += step.consumed;
  if (step.refusal) {
    refuse(*step.refusal, out);
    return true;
  }
  if (!exchange_->body.done()) return false;
  handle(out);
  return true;
}

void Session::handle(std::string& out) {
  auto& request = exchange_->head.request;
  if (const auto* now = std::get_if<Handler>(&exchange_->route->handler)) {
    return send(guarded(request.path(), [&] { return (*now)(request); }), out);
  }
  const auto slot = std::make_shared<Reply::Slot>(wake_);
  exchange_->slot = slot;
  enter(State::answer);
  const auto& later = std::get<LaterHandler>(exchange_->route->handler);
  const std::string path(request.path());
  const Reply reply(slot);
  const auto failed = guarded(path, [&] {
    later(std::move(request), reply);
    return Response{};
  });
  if (failed.status == 500) reply.send(failed);  // unless it answered before it threw
}

/// The answer of a handler, or what to say when it throws.
template <class Call>
Response Session::guarded(std::string_view path, Call&& call) const {
  std::string what;
  try {
    return call();
  } catch (const std::exception& thrown) {
    what = thrown.what();
  } catch (...) {
    what = "something that is no exception";
  }
  const auto& fault = service_.options().fault;
  if (fault) fault(fmt::format("{} {}", name_of(exchange_->head.request.method), path), what);
  return failure(500, "the server failed; its operator can see why");
}

bool Session::answer(std::string& out) {
  const auto response = exchange_->slot->take();
  if (!response) return false;
  send(*response, out);
  return true;
}

void Session::send(const Response& response, std::string& out) {
  const bool keep = exchange_->keep_alive && !response.close && !leaving_;
  const bool sent = append_response(out, response, exchange_->head.request.method,
                                    exchange_->head.request.http_1_0, keep, service_.date());
  exchange_.reset();
  enter(keep && sent ? State::head : State::ended);
}

void Session::refuse(const Refusal& refusal, std::string& out, std::string_view allow) {
  auto response = failure(refusal.status, refusal.why);
  if (!allow.empty()) response = std::move(response).with("Allow", allow);
  const auto method = exchange_ ? exchange_->head.request.method : Method::get;
  append_response(out, response, method, false, false, service_.date());
  exchange_.reset();
  enter(State::ended);
}

net::Patience Session::patience() const {
  const auto& limits = service_.options().limits;
  switch (state_) {
    case State::head:
      return {phase_, in_.empty() && requests_ > 0 ? limits.idle_time : limits.head_time};
    case State::body:
      return {phase_, limits.body_time};
    case State::answer:
      return {phase_, limits.answer_time};
    case State::ended:
      break;
  }
  return {};
}

void Session::late(std::string& out) {
  if (state_ == State::head && in_.empty()) return;  // it said nothing, so we need not
  if (state_ == State::answer) return refuse({503, "the answer takes too long"}, out);
  refuse({408, "the request takes too long"}, out);
}

}  // namespace interdict::http
