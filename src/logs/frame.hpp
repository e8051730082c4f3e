// The frame around a message of a mail log: stamp, host, program.
//
// Forms   "STAMP HOST PROGRAM[PID]: TEXT"  syslog daemons and Postfix's maillog_file; STAMP is
//                                          classic or ISO, optionally behind "<PRI>" (RFC 3164,
//                                          RFC 5424 4.1)
//         "STAMP TEXT"                     Dovecot's own log_path, where TEXT is "imap-login: …" or
//                                          "imap(USER)<PID><SESSION>: …"
// Parsed from the left, at fixed places: nothing inside TEXT can move the frame.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "logs/clock.hpp"

namespace interdict::logs {

struct Frame {
  std::string_view stamp;  // classic stamp and what follows it; empty when `iso` is set
  int year = 0;            // of the classic stamp; 0: not known
  std::optional<IsoStamp> iso;
  std::string_view program;  // "postfix/submission/smtpd", "dovecot"; empty for Dovecot's own form
  std::string_view text;
  std::uint64_t line = 0;

  /// The instant, worked out only for lines that need it.
  [[nodiscard]] std::optional<UtcTime> when(Clock& clock) const {
    if (iso) return clock.iso(*iso);
    return clock.classic(stamp, year);
  }
};

/// False: the line does not begin like this. `clock` follows the years.
bool parse_frame(std::string_view line, Clock& clock, Frame& frame);

}  // namespace interdict::logs
