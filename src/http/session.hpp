// One connection of an HTTP client: bytes in, bytes out.

#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/head.hpp"
#include "http/reply.hpp"
#include "http/service.hpp"
#include "net/conversation.hpp"

namespace interdict::http {

class Session final : public net::Conversation {
 public:
  /// The service must outlive the session.
  Session(const Service& service, const net::Peer& peer, net::Wake wake);
  ~Session() override;

  Result<bool> receive(std::string_view bytes, std::string& out) override;
  Result<bool> resume(std::string& out) override;
  [[nodiscard]] bool hungry() const override { return !held_back_ && state_ != State::answer; }
  [[nodiscard]] net::Patience patience() const override;
  void late(std::string& out) override;
  void leave() override { leaving_ = true; }
  [[nodiscard]] bool resting() const override { return state_ == State::head && in_.empty(); }

 private:
  enum class State : std::uint8_t { head, body, answer, ended };
  /// What a request under way needs; between requests there is none of it.
  struct Exchange;

  [[nodiscard]] std::string_view unread() const { return std::string_view(in_).substr(used_); }
  void forget_used();
  void enter(State state);
  bool head(std::string& out);  // false: more is needed; so do body() and answer()
  bool body(std::string& out);
  bool answer(std::string& out);
  void route(std::string& out);
  void handle(std::string& out);
  void send(const Response& response, std::string& out);
  void refuse(const Refusal& refusal, std::string& out, std::string_view allow = {});
  template <class Call>
  Response guarded(std::string_view path, Call&& call) const;

  const Service& service_;
  net::Peer peer_;
  net::Wake wake_;
  std::string in_;  // arrived and not read
  std::size_t used_ = 0;
  HeadScan scan_;
  std::unique_ptr<Exchange> exchange_;
  std::uint32_t requests_ = 0, phase_ = 0;
  State state_ = State::head;
  bool held_back_ = false, leaving_ = false;
};

}  // namespace interdict::http
