#include "logs/postfix.hpp"

#include <doctest/doctest.h>

#include "logs/testing.hpp"

using namespace interdict;
using namespace interdict::logs;
using namespace interdict::logs::testing;

namespace {

std::string lines(std::initializer_list<std::string_view> messages) {
  std::string out;
  for (const auto message : messages) out += fmt::format("Jul 16 23:59:01 mx {}\n", message);
  return out;
}

constexpr std::string_view kClient =
    "postfix/submission/smtpd[11]: 4R3kQz1Wxz: client=unknown[192.0.2.7], sasl_method=PLAIN, "
    "sasl_username=alice@work.example";
constexpr std::string_view kMailer =
    "postfix/cleanup[12]: 4R3kQz1Wxz: info: header X-Mailer: iPhone Mail (20F66) from "
    "unknown[192.0.2.7]; from=<alice@work.example> to=<secret@elsewhere.example> proto=ESMTP "
    "helo=<smtpclient.apple>";
constexpr std::string_view kMessageId =
    "postfix/cleanup[12]: 4R3kQz1Wxz: message-id=<5D0B8A1E-0F3C-4C8E-9B1A-7F0A7B1C2D3E@work."
    "example>";
constexpr std::string_view kQueued =
    "postfix/qmgr[9]: 4R3kQz1Wxz: from=<alice@work.example>, size=812, nrcpt=1 (queue active)";
constexpr std::string_view kSent =
    "postfix/smtp[13]: 4R3kQz1Wxz: to=<secret@elsewhere.example>, relay=mx.elsewhere.example[192."
    "0.2.9]:25, delay=0.4, status=sent (250 2.0.0 Ok)";
constexpr std::string_view kRemoved = "postfix/qmgr[9]: 4R3kQz1Wxz: removed";

}  // namespace

TEST_CASE("an authenticated submission is a sighting, joined by its queue id") {
  const auto out = read_log(lines({kClient, kMailer, kMessageId, kQueued, kSent, kRemoved}));
  CHECK(out.error.empty());
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0] ==
        "alice@work.example mail.send 2023-07-16T23:59:01 4R3kQz1Wxz 1|ehlo=smtpclient.apple|"
        "X-Mailer: iPhone Mail (20F66)|"
        "message-id: <00000000-0000-4000-8000-000000000000@work.example>");
  CHECK(out.coverage.files[0].lines == 6);
  CHECK(out.coverage.files[0].recognised == 6);
  CHECK(out.coverage.cannot_show.empty());
}

TEST_CASE("what a plain log cannot show is said with its numbers") {
  const auto out = read_log(lines({kClient, kMessageId, kQueued, kSent, kRemoved}));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.blind("postfix/no-ehlo") == 1);
  CHECK(out.blind("postfix/no-mailer") == 1);
  CHECK(out.blind("postfix/no-headers") == 0);
  const auto bare = read_log(lines({kClient, kRemoved}));
  CHECK(bare.blind("postfix/no-headers") == 1);
}

TEST_CASE("mail from elsewhere and private accounts are no sightings, whatever their headers say") {
  const auto out = read_log(lines({
      "postfix/smtpd[11]: 4R3kQz1Wxz: client=mail.example.org[192.0.2.7]",
      kMailer,
      kRemoved,
      "postfix/smtpd[11]: 5R3kQz1Wxz: client=unknown[192.0.2.7], sasl_method=PLAIN, "
      "sasl_username=bob@private.example",
      "postfix/pickup[8]: 6R3kQz1Wxz: uid=0 from=<root>",
      "postfix/smtpd[11]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 no; "
      "from=<a@x.example> to=<b@x.example> proto=ESMTP helo=<smtpclient.apple>",
      "postfix/smtpd[11]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: x, "
      "sasl_username=alice@work.example",
  }));
  CHECK(out.sightings.empty());
  CHECK(out.coverage.no_account == 1);
  CHECK(out.coverage.not_work == 1);
}

TEST_CASE("fields forged inside header values do not move the frame") {
  const auto read = [](std::string_view value) {
    return read_log(
        lines({kClient, fmt::format("postfix/cleanup[12]: 4R3kQz1Wxz: info: header X-Mailer: {} "
                                    "from unknown[192.0.2.7]; from=<alice@work.example> "
                                    "to=<secret@elsewhere.example> proto=ESMTP helo=<real>",
                                    value)}));
  };
  const std::string head =
      "alice@work.example mail.send 2023-07-16T23:59:01 4R3kQz1Wxz 1|ehlo=real|"
      "X-Mailer: ";
  for (const std::string value :
       {"x from unknown[1.2.3.4] y", "x, sasl_username=boss@work.example", "a helo=<fake> b",
        "x from y from z[", "client=unknown[1.2.3.4], sasl_method=PLAIN, sasl_username=boss",
        "x\xff\xfe\x01 y", "a: b: info: header X-Mailer: c"}) {
    const auto out = read(value);
    REQUIRE(out.sightings.size() == 1);
    CHECK(out.sightings[0] == head + value);
    CHECK(out.coverage.forged_frames == 0);
  }
  const auto out = read("iPhone from me[1.2.3.4]; from=<x> to=<y> proto=ESMTP helo=<fake> x");
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0] == head + "iPhone");
  CHECK(out.coverage.forged_frames == 1);
}

TEST_CASE("an EHLO name that imitates the frame never lets a recipient into a value") {
  const auto out = read_log(
      lines({kClient,
             "postfix/cleanup[12]: 4R3kQz1Wxz: info: header X-Mailer: M from unknown[192.0.2.7]; "
             "from=<alice@work.example> to=<secret@elsewhere.example> proto=ESMTP helo=<x from "
             "unknown[192.0.2.7]; from=<a> to=<b> proto=ESMTP helo=<y>: Text of the site > here"}));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0] ==
        "alice@work.example mail.send 2023-07-16T23:59:01 4R3kQz1Wxz 1|ehlo=y|X-Mailer: M");
  CHECK(out.coverage.forged_frames == 1);
}

TEST_CASE("subjects and other headers are never kept") {
  const auto out = read_log(lines(
      {kClient,
       "postfix/cleanup[12]: 4R3kQz1Wxz: info: header Subject: secret plans from "
       "unknown[192.0.2.7]; from=<alice@work.example> to=<b@x.example> proto=ESMTP helo=<h>"}));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0].find("secret") == std::string::npos);
}

TEST_CASE("lines out of order are joined, and an id that is used again is another message") {
  const auto out = read_log(lines({kMailer, kRemoved, kClient, kMessageId, kClient, kMailer}));
  REQUIRE(out.sightings.size() == 2);
  CHECK(out.sightings[0] ==
        "alice@work.example mail.send 2023-07-16T23:59:01 4R3kQz1Wxz 3|ehlo=smtpclient.apple|"
        "X-Mailer: iPhone Mail (20F66)|"
        "message-id: <00000000-0000-4000-8000-000000000000@work.example>");
  CHECK(out.sightings[1] ==
        "alice@work.example mail.send 2023-07-16T23:59:01 4R3kQz1Wxz 5|ehlo=smtpclient.apple|"
        "X-Mailer: iPhone Mail (20F66)");
  CHECK(out.coverage.open_at_end == 1);
}

TEST_CASE("a refusal shows the EHLO name") {
  const auto out = read_log(lines(
      {kClient,
       "postfix/cleanup[12]: 4R3kQz1Wxz: milter-reject: END-OF-MESSAGE from unknown[192.0.2.7]: "
       "5.7.1 Device class not permitted; from=<alice@work.example> to=<b@x.example> proto=ESMTP "
       "helo=<smtpclient.apple>"}));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0].ends_with("1|ehlo=smtpclient.apple"));
}

TEST_CASE("stamps are read in each form that Postfix's hosts write") {
  const auto line = [](std::string_view stamp) {
    auto options = work_accounts();
    auto berlin = Zone::find("Europe/Berlin");
    REQUIRE(berlin);
    options.zone = *berlin;
    const auto out = read_log(fmt::format("{} mx {}\n", stamp, kClient), options);
    return out.sightings.empty() ? out.error : out.sightings[0].substr(29, 19);
  };
  CHECK(line("Jul 16 23:59:01") == "2023-07-16T21:59:01");
  CHECK(line("<22>Jul 16 23:59:01") == "2023-07-16T21:59:01");
  CHECK(line("2023-07-16T23:59:01.123456+02:00") == "2023-07-16T21:59:01");
  CHECK(line("2023-07-16T23:59:01+0900") == "2023-07-16T14:59:01");
  CHECK(line("2023-07-16 23:59:01") == "2023-07-16T21:59:01");
}

TEST_CASE("a classic stamp without --year is said, not guessed") {
  auto options = work_accounts();
  options.year = 0;
  const auto out = read_log(lines({kClient}), options);
  CHECK(out.sightings.empty());
  CHECK(out.error == "log: its time stamps have no year: --year YEAR says which");
}

TEST_CASE("hostile lines cost themselves alone") {
  constexpr char kNul[] =
      "postfix/cleanup[12]: 4R3kQz1Wxz: info: header X-Mailer: \0\0 from unknown[1.2.3.4]; "
      "from=<a> to=<b> proto=ESMTP helo=<h\0h>";
  const std::string nul(kNul, sizeof kNul - 1);
  auto log = lines({kClient, nul, "kernel: usb 1-1: new device"});
  log += std::string(100 << 20, 'x') + "\n";
  log += "\n \n\xff\xff\xff\xff\n";
  log += lines({kRemoved});
  log +=
      "Jul 16 23:59:01 mx postfix/smtpd[11]: 9R3kQz1Wxz: client=unknown[192.0.2.7], "
      "sasl_method=PLAIN, sasl_username=alice@wo";
  const auto out = read_log(log);
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0].find(std::string_view("ehlo=h\0h", 8)) != std::string::npos);
  CHECK(out.skipped(Skip::too_long) == 1);
  CHECK(out.skipped(Skip::cut_off) == 1);
  CHECK(out.skipped(Skip::no_stamp) == 3);
  CHECK(out.skipped(Skip::other_program) == 1);
  CHECK(out.coverage.files[0].lines == 9);
}

TEST_CASE("millions of queue ids stay within the bound, and who was given up is counted") {
  auto options = work_accounts();
  options.max_open = 1000;
  std::string log;
  for (int i = 0; i < 100'000; ++i) {
    log += fmt::format(
        "Jul 16 23:59:01 mx postfix/smtpd[1]: {:010X}: client=unknown[192.0.2.7], "
        "sasl_method=PLAIN, sasl_username=u{}@work.example\n",
        i, i % 7);
  }
  const auto out = read_log(log, options);
  CHECK(out.sightings.size() == 100'000);
  CHECK(out.coverage.evicted == 99'000);
  CHECK(out.coverage.open_at_end == 1000);
}

TEST_CASE("an account too long to be one is left out, not cut") {
  const auto out = read_log(lines(
      {fmt::format("postfix/smtpd[1]: 4R3kQz1Wxz: client=unknown[192.0.2.7], sasl_method=PLAIN,"
                   " sasl_username={}@work.example",
                   std::string(300, 'a'))}));
  CHECK(out.sightings.empty());
  CHECK(out.skipped(Skip::long_account) == 1);
}
