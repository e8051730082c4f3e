#include "gate/milter_session.hpp"

#include <doctest/doctest.h>

#include "gate/testing.hpp"

using namespace interdict;
using namespace interdict::gate;
using namespace interdict::gate::testing;
using gate::milter::Session;

namespace {

/// The replies to come, as their letters and data: "c", "y550 5.7.1 no".
std::vector<std::string> replies(std::string_view out) {
  std::vector<std::string> all;
  while (out.size() >= 5) {
    const auto length = static_cast<std::size_t>(load_be(bytes_of(out).data(), 4));
    REQUIRE(out.size() >= 4 + length);
    auto reply = std::string(out.substr(4, length));
    while (!reply.empty() && reply.back() == '\0') reply.pop_back();
    all.push_back(std::move(reply));
    out.remove_prefix(4 + length);
  }
  CHECK(out.empty());
  return all;
}

std::string macros_of_mail(std::string_view account) {
  if (account.empty()) return packet('D', "M" + texts({"{mail_addr}", "x@example.org"}));
  return packet('D', "M" + texts({"{auth_type}", "PLAIN", "{auth_authen}", account}));
}

/// A message from MAIL to its end.
std::string message(std::string_view account, std::string_view mailer = "iPhone Mail (20F66)") {
  return macros_of_mail(account) + packet('M', texts({"<a@work.example>"})) +
         packet('L', texts({"X-Mailer", mailer})) +
         packet('L', texts({"Mime-Version", "1.0 (1.0)"})) + packet('N') +
         packet('D', "E" + texts({"i", "4ABC"})) + packet('E');
}

std::string connection() {
  return packet('D', "C" + texts({"{client_addr}", "127.0.0.9"})) +
         packet('C',
                texts({"localhost"}) + "4" + std::string("\x01\x02", 2) + texts({"127.0.0.9"})) +
         packet('H', texts({"smtpclient.apple"}));
}

struct Outcome {
  std::vector<std::string> replies;
  bool open = false;
  std::string error;
};

Outcome feed(Session& session, std::string_view bytes) {
  Outcome outcome;
  std::string out;
  const auto open = session.receive(bytes, out);
  outcome.open = open && *open;
  if (!open) outcome.error = open.error().what();
  outcome.replies = replies(out);
  return outcome;
}

Session negotiated(ScriptedJudge& judge) {
  Session session(judge);
  CHECK(feed(session, postfix_offer()).open);
  return session;
}

}  // namespace

TEST_CASE("an authenticated message is judged once, at its end, by what identifies its device") {
  ScriptedJudge judge;
  auto session = negotiated(judge);
  const auto said = feed(session, connection() + message("alice"));
  CHECK(said.open);
  CHECK(said.replies == std::vector<std::string>{"c"});
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].account == "alice");
  CHECK(judge.all[0].ehlo == "smtpclient.apple");
  CHECK(judge.all[0].session == "4ABC");
  CHECK(judge.all[0].client_address == "127.0.0.9");
  REQUIRE(judge.all[0].headers.size() == 2);
  CHECK(judge.all[0].headers[0] ==
        std::pair<std::string, std::string>{"X-Mailer", "iPhone Mail (20F66)"});
}

TEST_CASE("mail that nobody authenticated for passes unjudged, whatever it says of its device") {
  ScriptedJudge judge;
  judge.verdict.kind = Verdict::Kind::refuse;
  auto session = negotiated(judge);
  CHECK(feed(session, connection() + message("")).replies == std::vector<std::string>{"c"});
  CHECK(judge.all.empty());
}

TEST_CASE("one session, two people, and one who is not there: each message stands alone") {
  ScriptedJudge judge;
  auto session = negotiated(judge);
  feed(session, connection() + message("alice", "iPhone Mail (20F66)") + message("bob", "Other"));
  REQUIRE(judge.all.size() == 2);
  CHECK(judge.all[1].account == "bob");
  REQUIRE(judge.all[1].headers.size() == 2);
  CHECK(judge.all[1].headers[0].second == "Other");
  CHECK(judge.all[1].ehlo == "smtpclient.apple");

  // A message that was given up, then a MAIL without any macros.
  feed(session, macros_of_mail("alice") + packet('M', texts({"<a@work.example>"})) + packet('A') +
                    packet('M', texts({"<x@example.org>"})) + packet('E'));
  CHECK(judge.all.size() == 2);
  // The same where the server forgot to say that it was given up.
  feed(session, macros_of_mail("alice") + packet('M', texts({"<a@work.example>"})) +
                    packet('M', texts({"<x@example.org>"})) + packet('E'));
  CHECK(judge.all.size() == 2);
}

TEST_CASE("verdicts in the protocol's words") {
  ScriptedJudge judge;
  auto session = negotiated(judge);
  judge.verdict = {Verdict::Kind::refuse, "No Apple phones for work since 17 July"};
  CHECK(feed(session, message("a")).replies ==
        std::vector<std::string>{"y550 5.7.1 No Apple phones for work since 17 July"});
  judge.verdict = {Verdict::Kind::refuse, ""};
  CHECK(feed(session, message("a")).replies[0].starts_with("y550 5.7.1 This device"));
  judge.verdict = {Verdict::Kind::tempfail, ""};
  CHECK(feed(session, message("a")).replies[0].starts_with("y451 4.7.1 "));
  judge.verdict = {Verdict::Kind::hold, "waits for a decision"};
  CHECK(feed(session, message("a")).replies ==
        std::vector<std::string>{"qwaits for a decision", "c"});
  judge.verdict = {Verdict::Kind::pass, "", {{"X-Interdict", "advise\r\nBcc: all@x.example"}}};
  CHECK(feed(session, message("a")).replies ==
        std::vector<std::string>{std::string("hX-Interdict\0advise  Bcc: all@x.example", 39), "c"});
}

TEST_CASE("a text for the user is one clean line") {
  ScriptedJudge judge;
  auto session = negotiated(judge);
  judge.verdict = {Verdict::Kind::refuse, "100% of\r\n250 ok \xC3\xBC\x01" + std::string(600, 'x')};
  const auto said = feed(session, message("a")).replies;
  REQUIRE(said.size() == 1);
  CHECK(said[0].starts_with("y550 5.7.1 100 of??250 ok ???xxx"));
  CHECK(said[0].size() <= 402);
}

TEST_CASE("a server that suppresses nothing is answered at every step but those without a reply") {
  ScriptedJudge judge;
  Session session(judge);
  const auto opened = feed(session, offer(2, 0x1, 0));
  REQUIRE(opened.replies.size() == 1);
  // Version 2, adding headers, nothing suppressed, no wishes for macros.
  CHECK(opened.replies[0].substr(0, 5) == std::string("O\0\0\0\2", 5));
  // connect, helo, MAIL, two headers, end of headers; macros have no reply; the end of the message.
  CHECK(feed(session, connection() + message("alice")).replies == std::vector<std::string>(7, "c"));
  // It cannot hold a message either: later is the nearest that loses nothing.
  judge.verdict.kind = Verdict::Kind::hold;
  CHECK(feed(session, message("alice")).replies.back().starts_with("y451 4.7.1"));
}

TEST_CASE("a server of the future is met at the newest version we know") {
  ScriptedJudge judge;
  Session session(judge);
  const auto opened = feed(session, offer(9, 0xffffffff, 0xffffffff));
  REQUIRE(opened.replies.size() == 1);
  CHECK(opened.replies[0].substr(0, 5) == std::string("O\0\0\0\6", 5));
  CHECK(opened.replies[0].find("{auth_authen}") != std::string::npos);
}

TEST_CASE("what is no milter conversation ends it with a reason") {
  ScriptedJudge judge;
  const auto error = [&](std::string_view bytes) {
    Session session(judge);
    return feed(session, bytes).error;
  };
  CHECK(error(packet('M', "x")) == "a command before the negotiation");
  CHECK(error(packet('O', "abc")).find("version") != std::string::npos);
  CHECK(error(offer(1, 0, 0)) == "milter protocol 1");
  CHECK(error(big_endian(0)) == "a packet without a command");
  CHECK(error(big_endian(0xffffffff)).find("announced") != std::string::npos);
  CHECK(error("GET / HTTP/1.1\r\n").find("announced") != std::string::npos);
  CHECK(error(postfix_offer() + packet('Z')).find("a command of code 90") == 0);
}

TEST_CASE("the same bytes give the same replies however they are cut") {
  const std::string all = postfix_offer() + connection() + message("alice") + message("") +
                          packet('A') + message("bob") + packet('Q');
  ScriptedJudge judge;
  judge.verdict = {Verdict::Kind::refuse, "no"};
  Session whole(judge);
  std::string expected;
  const auto open = whole.receive(all, expected);
  REQUIRE(open);
  CHECK_FALSE(*open);
  for (std::size_t cut = 1; cut < all.size(); ++cut) {
    Session session(judge);
    std::string out;
    REQUIRE(*session.receive(std::string_view(all).substr(0, cut), out));
    const auto rest = session.receive(std::string_view(all).substr(cut), out);
    REQUIRE(rest);
    CHECK_FALSE(*rest);
    CHECK(out == expected);
  }
}

TEST_CASE("a flood of headers costs a bounded amount of memory and looks at the first ones") {
  ScriptedJudge judge;
  auto session = negotiated(judge);
  std::string flood = macros_of_mail("alice") + packet('M', texts({"<a@work.example>"}));
  flood += packet('L', texts({"X-Mailer", "iPhone Mail (20F66)"}));
  for (int i = 0; i < 3000; ++i) flood += packet('L', texts({"X-Filler", std::string(100, 'f')}));
  flood += packet('L', texts({"X-Huge", std::string(100'000, 'h')}));
  CHECK(feed(session, flood + packet('E')).replies == std::vector<std::string>{"c"});
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].headers.size() == milter::kMaxHeaders);
  CHECK(judge.all[0].headers[0].first == "X-Mailer");
}

TEST_CASE("fields without their NUL are no fields, and harm nobody") {
  ScriptedJudge judge;
  auto session = negotiated(judge);
  CHECK(feed(session, macros_of_mail("alice") + packet('M') + packet('L', "X-Mailer") +
                          packet('L', texts({"X-Mailer"})) + packet('D') + packet('D', "M") +
                          packet('E'))
            .open);
  CHECK(judge.all.empty());  // an empty set of macros for MAIL: nobody is authenticated
}
