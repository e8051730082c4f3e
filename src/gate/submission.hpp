// What the gate knows of one message or request when it is judged, and what it answers.
//
// Whatever mouth it came through (milter, policy delegation, Dovecot, HTTP), a session fills in a
// Submission, a Judge gives a Verdict, and the session puts it into the words of its protocol.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/observed.hpp"

namespace interdict::gate {

struct Submission {
  devices::Channel channel{};
  /// The user as the server names them. Empty: nobody, so nothing is decided and nothing recorded.
  std::string account;
  /// False: the user is named but has not proved to be it (a login under way). Such a request may
  /// be refused; it is no sighting of anybody's device.
  bool authenticated = true;
  /// What was seen. Views into this connection's own memory, for the call only.
  devices::Observed seen;
  std::string_view session;         // what the server's log calls it: queue id, session id
  std::string_view client_address;  // for the log of refusals; never part of a decision
};

struct Verdict {
  enum class Kind {
    pass,
    hold,  // accepted, but kept back for somebody's decision
    refuse,
    tempfail,  // try again later
  };
  Kind kind = Kind::pass;
  std::string text;  // refuse, tempfail, hold: for the user, one line, ASCII
  /// Header fields to add to a message that passes, name and value.
  std::vector<std::pair<std::string, std::string>> headers{};
  /// The first time for this person, device and stage: now they are to be written to.
  bool notice = false;
};

class Judge {
 public:
  Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  virtual ~Judge() = default;
  /// Called only with an account. Must not block.
  virtual Verdict judge(const Submission& submission) = 0;
};

}  // namespace interdict::gate
