// Postfix: which authenticated user sent a message, and what its headers and EHLO said.
//
// Joined by queue id:
//   smtpd    QID: client=NAME[ADDR], sasl_method=M, sasl_username=USER[, sasl_sender=…]
//   cleanup  QID: message-id=<…>
//   cleanup  QID: info: header NAME: VALUE from CLIENT[ADDR]; from=<…> to=<…> proto=P helo=<NAME>
//            (header_checks with INFO; also warning, hold, reject …; VALUE at most 200 bytes)
//   both     QID: reject|milter-reject|…: … helo=<NAME>
//   qmgr     QID: removed
// Source  facts on device identification 3.3; Postfix's smtpd and cleanup write these lines with
//         one format each, so the places are fixed.
// Bounds  OpenSessions; 12 headers and 4 KiB a message.
//
// A header's value and the EHLO name are the client's own words. The account is read from smtpd's
// client= line alone, at its fixed place. A value that imitates the rest of its line is cut where
// the imitation begins, so that a recipient can never be taken for a part of a value; it is
// counted.

#pragma once

#include <cstdint>
#include <string_view>

#include "logs/frame.hpp"
#include "logs/open_sessions.hpp"
#include "logs/reader.hpp"

namespace interdict::logs {

class Postfix {
 public:
  explicit Postfix(const Report& report);
  /// True for "postfix/smtpd" and whatever else ends in one of Postfix's daemons.
  static bool writes(std::string_view program);

  /// What of a header is kept. A Message-Id names one message, so only its shape is.
  enum class Keep : std::uint8_t { nothing, value, shape, presence };

  void begin_file(const FileContext& file) { file_ = file; }
  void message(const Frame& frame, Clock& clock);
  void finish();

 private:
  void smtpd(std::string_view id, std::string_view text, const Frame& frame, Clock& clock);
  void client(std::string_view id, std::string_view text, const Frame& frame, Clock& clock);
  void cleanup(std::string_view id, std::string_view text);
  void header(std::string_view id, std::string_view text);
  void helo(std::string_view id, std::string_view text);
  void add(Session& session, std::string_view name, std::string_view value, Keep keep);
  Session* listening(std::string_view id);
  void leave(std::string_view id, const Session& session, OpenSessions::Why why);

  Report report_;
  FileContext file_;
  OpenSessions open_;
  std::uint64_t messages_ = 0;  // of work accounts
  std::uint64_t not_work_ = 0, no_user_ = 0, no_ehlo_ = 0, no_mailer_ = 0, no_headers_ = 0,
                stripped_ = 0;
};

}  // namespace interdict::logs
