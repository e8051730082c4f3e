// Writes the mail and web logs of an organisation that never existed, with the truth beside them:
// who used which device on which channel, how often, first and last. Own writer, own calendar;
// shares nothing with the readers. Deterministic for one plan.

#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace interdict::test {

/// What a device says of itself on each channel; an empty text: it does not use that channel.
struct LogDevice {
  std::string name;
  std::string mailer_field;  // "X-Mailer: iPhone Mail (20F66)" as header_checks would log it
  std::string mime_field;
  std::string ehlo;
  std::string imap_id;  // Dovecot's log form
  bool id_before_login = false;
  std::string eas_type, eas_agent;
  std::string dav_agent;
  std::string browser;
};
/// iphone, ipad, mac, k9, samsung, thunderbird, outlook-ios: facts on device identification 2.
const std::vector<LogDevice>& log_devices();

struct LogPlan {
  std::int64_t begin = 1'702'594'800;  // Unix; 2023-12-14T23:00:00Z is midnight in Berlin
  int days = 31;
  int people = 20;          // p0@work.example …; each has one to three devices
  int uses_a_day = 6;       // per person
  bool headers = true;      // header_checks INFO lines are in the log
  bool iso_stamps = false;  // instead of classic ones in Berlin's wall clock
  std::uint64_t seed = 1;
  std::vector<std::int64_t> marks = {};  // instants at which the truth is parted
};

struct LogUse {
  std::string account;
  std::string channel;               // "mail.send" …
  std::string device;                // name of the LogDevice
  int period = 0;                    // how many marks had come
  std::int64_t first = 0, last = 0;  // Unix, as these logs can show them (see mail_logs.cpp)
  std::uint64_t count = 0;
  auto operator<=>(const LogUse&) const = default;
};

struct MailLogs {
  std::string mail;           // Postfix and Dovecot through syslog, in one file
  std::string iis;            // ActiveSync and Outlook on the web
  std::string nginx;          // CalDAV and webmail
  std::vector<LogUse> truth;  // sorted
  std::uint64_t private_sessions = 0, foreign_messages = 0, submissions = 0, imap_sessions = 0;
  std::uint64_t folded = 0;  // uses in the hour that came twice, of classic stamps
};
MailLogs write_mail_logs(const LogPlan& plan);

/// The lines of one accepted submission, as Postfix writes them with header_checks INFO.
void append_submission(std::string& out, const std::string& stamp, const std::string& queue_id,
                       const std::string& account, const LogDevice& device, bool headers);
/// "Jul 16 23:59:01" on Berlin's wall clock (rule of the European Union since 1996).
std::string berlin_stamp(std::int64_t unix_seconds);

std::string gzip(const std::string& text, int level = 6);

}  // namespace interdict::test
