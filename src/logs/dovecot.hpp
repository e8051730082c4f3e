// Dovecot: who read mail, and what the client's IMAP ID said, before or after it logged in.
//
// Joined by session:
//   imap-login: [Info: ]ID sent: NAME=VALUE, …: user=<>, rip=…, session=<SESSION>
//   imap-login: [Info: ]Login: user=<USER>, method=M, …, session=<SESSION>   ("Logged in:" in 2.4)
//   imap(USER)<PID><SESSION>: [Info: ]ID sent: NAME=VALUE, …
//   imap(USER)<PID><SESSION>: Disconnected… | Logged out… | Connection closed…
//   imap-login: Disconnected… | Aborted login… | Login aborted…: user=<>, …, session=<SESSION>
// pop3 likewise, without an ID. lmtp, managesieve and the others say nothing of a device.
// Source  facts on device identification 2.3, 3.4; needs imap_id_log = * for the ID lines.
//
// The values of an ID are the client's own words: behind the login they are the rest of the line,
// before it they end at the last ": user=<", and the session is the one behind that.

#pragma once

#include <cstdint>
#include <string_view>

#include "logs/frame.hpp"
#include "logs/open_sessions.hpp"
#include "logs/reader.hpp"

namespace interdict::logs {

class Dovecot {
 public:
  explicit Dovecot(const Report& report);
  /// True for a frame that Dovecot wrote, through syslog or into its own file.
  static bool writes(const Frame& frame);

  void begin_file(const FileContext& file) { file_ = file; }
  void message(const Frame& frame, Clock& clock);
  void finish();

 private:
  void before_login(std::string_view text, const Frame& frame, Clock& clock, bool imap);
  void after_login(std::string_view text, const Frame& frame, Clock& clock, bool imap);
  void own(Session& session, std::string_view user, const Frame& frame, Clock& clock);
  void heard(Session& session, std::string_view id);
  void leave(std::string_view id, const Session& session, OpenSessions::Why why, bool imap);

  Report report_;
  FileContext file_;
  OpenSessions imap_, pop3_;
  std::uint64_t sessions_ = 0, no_id_ = 0, pop3_sessions_ = 0;  // of work accounts
  std::uint64_t not_work_ = 0, never_logged_in_ = 0, without_session_ = 0;
};

}  // namespace interdict::logs
