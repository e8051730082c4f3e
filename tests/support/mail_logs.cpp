#include "support/mail_logs.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <stdexcept>
#include <tuple>

#include <fmt/format.h>
#include <zlib.h>

namespace interdict::test {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }
int days_in(int year, int month) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[static_cast<std::size_t>(month - 1)] + (month == 2 && leap(year) ? 1 : 0);
}

struct Calendar {
  int year = 1970, month = 1, day = 1;
  int hour = 0, minute = 0, second = 0;
};
/// Counts the years and months off, the plain way.
Calendar calendar(std::int64_t t) {
  Calendar c;
  auto days = t / kDay;
  while (days >= (leap(c.year) ? 366 : 365)) days -= leap(c.year++) ? 366 : 365;
  while (days >= days_in(c.year, c.month)) days -= days_in(c.year, c.month++);
  c.day = static_cast<int>(days) + 1;
  const auto rest = static_cast<int>(t % kDay);
  c.hour = rest / 3600;
  c.minute = rest / 60 % 60;
  c.second = rest % 60;
  return c;
}
std::int64_t midnight(int year, int month, int day) {
  std::int64_t days = day - 1;
  for (int y = 1970; y < year; ++y) days += leap(y) ? 366 : 365;
  for (int m = 1; m < month; ++m) days += days_in(year, m);
  return days * kDay;
}
/// 01:00 UTC of the month's last Sunday; 1 January 1970 was a Thursday.
std::int64_t change(int year, int month) {
  auto t = midnight(year, month, days_in(year, month));
  while ((t / kDay + 4) % 7 != 0) t -= kDay;
  return t + 3600;
}
std::int64_t berlin_offset(std::int64_t t) {
  const int year = calendar(t).year;
  return t >= change(year, 3) && t < change(year, 10) ? 7200 : 3600;
}
/// In the second pass of the hour that comes twice: a wall clock cannot tell it from the first.
bool second_pass(std::int64_t t) {
  const auto back = change(calendar(t).year, 10);
  return t >= back && t < back + 3600;
}

std::string iso_stamp(std::int64_t t) {
  const auto c = calendar(t + berlin_offset(t));
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}+0{}:00", c.year, c.month, c.day,
                     c.hour, c.minute, c.second, t % 7 * 142'857, berlin_offset(t) / 3600);
}

class Writer {
 public:
  explicit Writer(const LogPlan& plan) : plan_(plan), random_(plan.seed) {}

  MailLogs write() {
    out_.iis =
        "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
        "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n";
    for (const auto& [when, person] : moments()) {
      background(when);
      use(when, person);
    }
    for (auto& [key, use] : uses_) out_.truth.push_back(use);
    std::sort(out_.truth.begin(), out_.truth.end());
    return std::move(out_);
  }

 private:
  std::uint64_t below(std::uint64_t n) { return random_() % n; }

  std::vector<std::pair<std::int64_t, int>> moments() {
    std::vector<std::pair<std::int64_t, int>> all;
    for (int person = 0; person < plan_.people; ++person) {
      for (int i = 0; i < plan_.days * plan_.uses_a_day; ++i) {
        const auto span = static_cast<std::uint64_t>(plan_.days * kDay);
        all.emplace_back(plan_.begin + static_cast<std::int64_t>(below(span)), person);
      }
    }
    std::sort(all.begin(), all.end());
    return all;
  }

  /// The devices of a person never change: they follow from the number.
  const LogDevice& device_of(int person, std::uint64_t which) const {
    const auto& all = log_devices();
    const auto n = static_cast<std::size_t>(person);
    return all[(n * 3 + which % (n % 3 + 1)) % all.size()];
  }

  std::string stamp(std::int64_t t) const {
    return plan_.iso_stamps ? iso_stamp(t) : berlin_stamp(t);
  }
  std::string next_id() { return fmt::format("4{:07X}", ++ids_ * 7919); }

  void record(std::int64_t t, const std::string& account, const char* channel,
              const LogDevice& device, bool wall_clock) {
    if (wall_clock && !plan_.iso_stamps && second_pass(t)) {
      t -= 3600;
      ++out_.folded;
    }
    const auto period = static_cast<int>(std::count_if(
        plan_.marks.begin(), plan_.marks.end(), [&](std::int64_t mark) { return mark <= t; }));
    auto& use = uses_[{account, channel, device.name, period}];
    if (use.count == 0) use = {account, channel, device.name, period, t, t, 0};
    use.first = std::min(use.first, t);
    use.last = std::max(use.last, t);
    ++use.count;
  }

  void use(std::int64_t t, int person) {
    const auto account = fmt::format("p{}@work.example", person);
    const LogDevice& device = device_of(person, below(3));
    const auto channel = below(5);
    if (channel == 0 && !device.mailer_field.empty()) {
      ++out_.submissions;
      record(t, account, "mail.send", device, true);
      append_submission(out_.mail, stamp(t) + " mx ", next_id(), account, device, plan_.headers);
    } else if (channel == 1 && !device.imap_id.empty()) {
      ++out_.imap_sessions;
      record(t, account, "mail.read", device, true);
      imap(t, account, device);
    } else if (channel == 2 && !device.eas_type.empty()) {
      record(t, account, "sync", device, false);
      sync(t, account, device);
    } else if (channel == 3 && !device.dav_agent.empty()) {
      record(t, account, "sync", device, false);
      combined(t, account, "PROPFIND /SOGo/dav/" + account + "/Calendar/", 207, device.dav_agent);
    } else if (channel == 4 && !device.browser.empty()) {
      record(t, account, "web", device, false);
      combined(t, account, "GET /webmail/?_task=mail&_mbox=INBOX", 200, device.browser);
    }
  }

  void dovecot(std::int64_t t, const std::string& text) {
    out_.mail += fmt::format("{} mx dovecot: {}\n", stamp(t), text);
  }

  void imap(std::int64_t t, const std::string& account, const LogDevice& device) {
    const auto session = fmt::format("S{:x}/+{}", ++ids_, below(1000));
    const auto before = fmt::format(
        "imap-login: ID sent: {}: user=<>, rip=192.0.2.7, lip=192.0.2.1, TLS, "
        "session=<{}>",
        device.imap_id, session);
    const auto after =
        fmt::format("imap({})<{}><{}>: ID sent: {}", account, ids_, session, device.imap_id);
    if (device.id_before_login) dovecot(t, before);
    dovecot(t, fmt::format("imap-login: Login: user=<{}>, method=PLAIN, rip=192.0.2.7, "
                           "lip=192.0.2.1, mpid={}, TLS, session=<{}>",
                           account, ids_, session));
    if (!device.id_before_login) dovecot(t, after);
    if (below(4) > 0) {
      dovecot(t, fmt::format("imap({})<{}><{}>: Disconnected: Logged out in=211 out=9102", account,
                             ids_, session));
    }
  }

  void sync(std::int64_t t, const std::string& account, const LogDevice& device) {
    constexpr std::array<const char*, 4> kCommands{"Sync", "Ping", "FolderSync", "SendMail"};
    auto agent = device.eas_agent;
    std::replace(agent.begin(), agent.end(), ' ', '+');
    const auto c = calendar(t);
    out_.iis += fmt::format(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02} 192.0.2.1 POST "
        "/Microsoft-Server-ActiveSync/default.eas "
        "Cmd={}&User={}&DeviceId=DEV{}&DeviceType={}&Log=V161_Sst{}_Hb{} 443 {} 192.0.2.7 {} - 200 "
        "0 0 {}\n",
        c.year, c.month, c.day, c.hour, c.minute, c.second, kCommands[below(4)], account,
        account.substr(0, account.find('@')), device.eas_type, below(9), below(3000), account,
        agent, below(500));
  }

  void combined(std::int64_t t, const std::string& account, const std::string& request, int status,
                const std::string& agent) {
    const auto offset = berlin_offset(t);
    const auto c = calendar(t + offset);
    out_.nginx += fmt::format(
        "192.0.2.7 - {} [{:02}/{}/{:04}:{:02}:{:02}:{:02} +0{}00] \"{} HTTP/1.1\" {} {} \"-\" "
        "\"{}\"\n",
        account, c.day, kMonths[static_cast<std::size_t>(c.month - 1)], c.year, c.hour, c.minute,
        c.second, offset / 3600, request, status, below(9000), agent);
  }

  /// What else a server sees: mail from elsewhere that names an iPhone, private accounts, scanners.
  void background(std::int64_t t) {
    const auto& device = log_devices()[below(log_devices().size())];
    const auto what = below(8);
    if (what == 0 && !device.mailer_field.empty()) {
      ++out_.foreign_messages;
      append_submission(out_.mail, stamp(t) + " mx ", next_id(), "", device, plan_.headers);
    } else if (what == 1 && !device.mailer_field.empty()) {
      ++out_.private_sessions;
      append_submission(out_.mail, stamp(t) + " mx ", next_id(), "someone@private.example", device,
                        plan_.headers);
    } else if (what == 2 && !device.imap_id.empty()) {
      ++out_.private_sessions;
      imap(t, "someone@private.example", device);
    } else if (what == 3) {
      out_.mail += fmt::format(
          "{} mx postfix/smtpd[9]: NOQUEUE: reject: RCPT from unknown[192.0.2.99]: 554 5.7.1 no; "
          "from=<a@x.example> to=<p0@work.example> proto=ESMTP helo=<smtpclient.apple>\n",
          stamp(t));
      out_.mail += fmt::format("{} mx kernel: eth0: link is up\n", stamp(t));
    } else if (what == 4) {
      combined(t, "-", "GET /webmail/?_task=login", 200, device.browser);
      combined(t, "p1@work.example", "GET /webmail/", 401, device.browser);
      combined(t, "p1@work.example", "GET /static/logo.png", 200, device.browser);
    }
  }

  const LogPlan& plan_;
  std::mt19937_64 random_;
  MailLogs out_;
  std::uint64_t ids_ = 0;
  std::map<std::tuple<std::string, std::string, std::string, int>, LogUse> uses_;
};

}  // namespace

const std::vector<LogDevice>& log_devices() {
  static const std::vector<LogDevice> all{
      {"iphone", "X-Mailer: iPhone Mail (20F66)", "Mime-Version: 1.0 (1.0)", "smtpclient.apple",
       "name=iPhone Mail, version=20F66, os=iOS, os-version=16.5 (20F66)", false, "iPhone",
       "Apple-iPhone15C2/2006.66", "iOS/16.5 (20F66) dataaccessd/1.0",
       "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
       "Gecko) Version/16.5 Mobile/15E148 Safari/604.1"},
      {"ipad", "X-Mailer: iPad Mail (20F66)", "Mime-Version: 1.0 (1.0)", "smtpclient.apple",
       "name=iPad Mail, version=20F66, os=iOS, os-version=16.5 (20F66)", false, "iPad",
       "Apple-iPad13C1/2006.66", "", ""},
      {"mac", "X-Mailer: Apple Mail (2.3731.600.7)",
       "Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3731.600.7\\))", "smtpclient.apple",
       "name=Mac OS X Mail, version=16.0 (3731.600.7), os=Mac OS X, os-version=13.4 (22F66), "
       "vendor=Apple Inc.",
       true, "", "", "macOS/13.4 (22F66) dataaccessd/1.0", ""},
      {"k9", "User-Agent: K-9 Mail for Android", "MIME-Version: 1.0", "localhost",
       "name=K-9 Mail, version=6.603", false, "", "", "", ""},
      {"samsung", "", "", "", "", false, "SamsungDevice", "Android-SAMSUNG-SM-A515F/101.10", "",
       "Mozilla/5.0 (Linux; Android 13; SM-A515F) AppleWebKit/537.36 (KHTML, like Gecko) "
       "Chrome/114.0.0.0 Mobile Safari/537.36"},
      {"thunderbird", "User-Agent: Mozilla Thunderbird", "MIME-Version: 1.0", "[192.0.2.7]",
       "name=Thunderbird, version=115.3.1", true, "", "", "",
       "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0"},
      {"outlook-ios", "", "", "", "", false, "Outlook", "Outlook-iOS/2.0", "", ""}};
  return all;
}

std::string berlin_stamp(std::int64_t t) {
  const auto c = calendar(t + berlin_offset(t));
  return fmt::format("{} {:2} {:02}:{:02}:{:02}", kMonths[static_cast<std::size_t>(c.month - 1)],
                     c.day, c.hour, c.minute, c.second);
}

void append_submission(std::string& out, const std::string& before, const std::string& id,
                       const std::string& account, const LogDevice& device, bool headers) {
  const auto line = [&](const char* daemon, const std::string& text) {
    out += fmt::format("{}postfix/{}[{}]: {}\n", before, daemon, 4000 + id.back(), text);
  };
  const bool own = !account.empty();
  const auto* const client = own ? "unknown[192.0.2.7]" : "mail.elsewhere.example[198.51.100.3]";
  line("submission/smtpd", fmt::format("connect from {}", client));
  line("submission/smtpd",
       own ? fmt::format("{}: client={}, sasl_method=PLAIN, sasl_username={}", id, client, account)
           : fmt::format("{}: client={}", id, client));
  const auto frame =
      fmt::format("from {}; from=<{}> to=<secret@elsewhere.example> proto=ESMTP helo=<{}>", client,
                  account, device.ehlo);
  if (headers) {
    line("cleanup", fmt::format("{}: info: header {} {}", id, device.mime_field, frame));
    line("cleanup", fmt::format("{}: info: header {} {}", id, device.mailer_field, frame));
  }
  line("cleanup", fmt::format("{}: message-id=<0F8AC3B2-11D4-4E7A-9C55-{}@work.example>", id, id));
  line("qmgr", fmt::format("{}: from=<{}>, size=2231, nrcpt=1 (queue active)", id, account));
  line("submission/smtpd",
       fmt::format("disconnect from {} ehlo=2 starttls=1 auth=1 mail=1 rcpt=1 data=1 quit=1 "
                   "commands=8",
                   client));
  line("smtp", fmt::format("{}: to=<secret@elsewhere.example>, relay=mx.elsewhere.example[198.51."
                           "100.9]:25, delay=0.53, delays=0.1/0.01/0.2/0.22, dsn=2.0.0, "
                           "status=sent (250 2.0.0 Ok: queued as {})",
                           id, id));
  line("qmgr", fmt::format("{}: removed", id));
}

MailLogs write_mail_logs(const LogPlan& plan) { return Writer(plan).write(); }

std::string gzip(const std::string& text, int level) {
  z_stream z{};
  if (deflateInit2(&z, level, Z_DEFLATED, 16 + 15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("deflateInit2");
  }
  std::string out(deflateBound(&z, static_cast<uLong>(text.size())) + 64, '\0');
  // zlib reads through a pointer that is not const in its interface.
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  if (deflate(&z, Z_FINISH) != Z_STREAM_END) throw std::runtime_error("deflate");
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

}  // namespace interdict::test
