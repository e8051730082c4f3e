#include "logs/dovecot.hpp"

#include <doctest/doctest.h>

#include "logs/testing.hpp"

using namespace interdict;
using namespace interdict::logs;
using namespace interdict::logs::testing;

namespace {

std::string lines(std::initializer_list<std::string_view> messages,
                  std::string_view before = "host dovecot: ") {
  std::string out;
  for (const auto message : messages) {
    out += fmt::format("Jul 16 23:59:01 {}{}\n", before, message);
  }
  return out;
}
constexpr std::string_view kIphone =
    "name=iPhone Mail, version=20F66, os=iOS, os-version=16.5 (20F66)";

}  // namespace

TEST_CASE("an ID before the login is joined to its user by the session") {
  const auto out = read_log(
      lines({"imap-login: ID sent: name=Mac OS X Mail, version=16.0: user=<>, rip=192.0.2.7, "
             "lip=192.0.2.1, TLS, session=<a+b/c1>",
             "imap-login: Login: user=<alice@work.example>, method=PLAIN, rip=192.0.2.7, "
             "lip=192.0.2.1, mpid=77, TLS, session=<a+b/c1>",
             "imap(alice@work.example)<77><a+b/c1>: Disconnected: Logged out in=10 out=200"}));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0] ==
        "alice@work.example mail.read 2023-07-16T23:59:01 a+b/c1 2|"
        "imap=name=Mac OS X Mail, version=16.0");
  CHECK(out.coverage.cannot_show.empty());
}

TEST_CASE("an ID after the login is the iPhone's, in syslog and in Dovecot's own file") {
  const auto login =
      "imap-login: Info: Login: user=<alice@work.example>, method=PLAIN, rip=192.0.2.7, "
      "session=<s1>";
  const auto id = fmt::format("imap(alice@work.example)<77><s1>: Info: ID sent: {}", kIphone);
  const auto expected =
      fmt::format("alice@work.example mail.read 2023-07-16T23:59:01 s1 1|imap={}", kIphone);
  CHECK(read_log(lines({login, id}, "")).sightings == std::vector{expected});
  CHECK(read_log(lines({login, id}, "h dovecot[5]: ")).sightings == std::vector{expected});
  // Out of order: the account is then named by the ID's own line.
  const auto swapped = read_log(lines({id, login}, ""));
  CHECK(swapped.sightings == std::vector{expected});
}

TEST_CASE("values of an ID that imitate the server are the client's words and no more") {
  const auto out = read_log(lines(
      {"imap-login: ID sent: name=x: user=<boss@work.example>, session=<s9>, y=z: user=<>, "
       "rip=192.0.2.7, session=<s1>",
       "imap-login: Login: user=<alice@work.example>, method=PLAIN, session=<s1>",
       "imap-login: Login: user=<boss@work.example>, method=PLAIN, session=<s9>",
       "imap(alice@work.example)<1><s1>: ID sent: name=imap(boss@work.example)<1><s9>: ID sent: "
       "os=iOS"}));
  REQUIRE(out.sightings.size() == 2);
  CHECK(out.sightings[0] ==
        "alice@work.example mail.read 2023-07-16T23:59:01 s1 2|"
        "imap=name=x: user=<boss@work.example>, session=<s9>, y=z");
  CHECK(out.sightings[1] == "boss@work.example mail.read 2023-07-16T23:59:01 s9 3");
}

TEST_CASE("who never logs in is nobody, and private accounts are not looked at") {
  const auto out = read_log(
      lines({"imap-login: ID sent: name=scanner: user=<>, rip=192.0.2.7, session=<s1>",
             "imap-login: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs): "
             "user=<alice@work.example>, method=PLAIN, rip=192.0.2.7, session=<s1>",
             "imap-login: Login: user=<bob@private.example>, method=PLAIN, session=<s2>",
             "imap(bob@private.example)<1><s2>: ID sent: name=iPhone Mail",
             "lmtp(alice@work.example)<5><x>: sieve: msgid=<a@b>: stored mail into mailbox 'INBOX'",
             "managesieve-login: Login: user=<alice@work.example>, method=PLAIN, session=<s3>",
             "auth: Error: something"}));
  CHECK(out.sightings.empty());
  CHECK(out.coverage.not_work == 1);
  CHECK(out.coverage.no_account == 1);
  CHECK(out.blind("dovecot/no-login") == 1);
  CHECK(out.coverage.files[0].recognised == 7);
}

TEST_CASE("sessions without an ID and POP3 are sightings of an unknown device, and said") {
  const auto out = read_log(
      lines({"imap-login: Login: user=<alice@work.example>, method=PLAIN, session=<s1>",
             "pop3-login: Login: user=<alice@work.example>, method=PLAIN, session=<s2>",
             "imap-login: Login: user=<alice@work.example>, method=PLAIN, rip=192.0.2.7"}));
  CHECK(out.sightings ==
        std::vector<std::string>{"alice@work.example mail.read 2023-07-16T23:59:01 s1 1",
                                 "alice@work.example mail.read 2023-07-16T23:59:01 s2 2"});
  CHECK(out.blind("dovecot/no-id") == 1);
  CHECK(out.blind("dovecot/pop3") == 1);
  CHECK(out.blind("dovecot/no-session") == 1);
}

TEST_CASE("a login and its session may lie in two files, and Postfix and Dovecot in one") {
  const auto out = read_logs(
      {lines({"imap-login: Login: user=<alice@work.example>, method=PLAIN, session=<s1>"}),
       lines({"imap(alice@work.example)<1><s1>: ID sent: name=iPad Mail",
              "imap(alice@work.example)<1><s1>: Disconnected for inactivity in=1 out=2"}) +
           "Jul 16 23:59:02 host postfix/smtpd[1]: ABCDEF12: client=unknown[192.0.2.7], "
           "sasl_method=PLAIN, sasl_username=alice@work.example\n"});
  CHECK(out.sightings ==
        std::vector<std::string>{
            "alice@work.example mail.send 2023-07-16T23:59:02 ABCDEF12 3",
            "alice@work.example mail.read 2023-07-16T23:59:01 s1 1|imap=name=iPad Mail"});
}
