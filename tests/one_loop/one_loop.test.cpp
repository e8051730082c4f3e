// Milter, policy delegation and HTTP on one loop in one thread, as the daemon carries them.

#include <doctest/doctest.h>

#include "gate/milter_session.hpp"
#include "gate/policy_delegation.hpp"
#include "gate/testing.hpp"
#include "http/testing.hpp"
#include "net/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::gate::testing;
using net::testing::Client;
using net::testing::RunningLoop;

namespace {

template <class Session>
net::Factory carry(gate::Judge& judge) {
  return [&judge](const net::Peer&, const net::Wake&) {
    return std::make_unique<net::Carried<Session>>(judge);
  };
}

const std::string kAsked = "request=smtpd_access_policy\nsasl_username=alice\n\n";

/// What a mail server sends for one message of alice, but for the negotiation.
std::string message() {
  return packet('D', "M" + texts({"{auth_authen}", "alice"})) +
         packet('M', texts({"<alice@ministry.example>"})) +
         packet('L', texts({"X-Mailer", "iPhone Mail (20F66)"})) + packet('N') + packet('E');
}

}  // namespace

TEST_CASE("three protocols share one loop, and a client of each waits for no other") {
  const test::TemporaryFolder folder;
  const auto milter_at = net::Endpoint::unix_socket((folder.path() / "milter").string());
  const auto policy_at = net::Endpoint::unix_socket((folder.path() / "policy").string());
  ScriptedJudge judge;
  judge.verdict = {gate::Verdict::Kind::refuse, "No Apple phones for work", {}};
  const http::Service service(http::testing::sample_router());
  RunningLoop running;
  REQUIRE(running.loop.listen(milter_at, {.name = "milter"}, carry<gate::milter::Session>(judge)));
  REQUIRE(running.loop.listen(policy_at, {.name = "policy"},
                              carry<gate::policy_delegation::Session>(judge)));
  auto web =
      running.loop.listen(net::Endpoint::loopback(), service.listener("web"), service.factory());
  REQUIRE(web);
  running.start();

  Client milter(milter_at), policy(policy_at), browser(web->port);
  CHECK(milter.send(postfix_offer()));
  CHECK(milter.until("O").find('O') != std::string::npos);
  CHECK(milter.send(message().substr(0, 20)));  // and waits
  CHECK(policy.send(kAsked));
  CHECK(policy.until("\n\n") == "action=550 5.7.1 No Apple phones for work\n\n");
  CHECK(browser.send("GET /hello HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(browser.until("hi").ends_with("hi"));
  CHECK(milter.send(message().substr(20)));
  CHECK(milter.until("No Apple").find("550 5.7.1 No Apple phones for work") != std::string::npos);
  CHECK(milter.send(packet('Q')));
  CHECK(milter.closed());
  CHECK(policy.send("no request\n\n"));
  CHECK(policy.closed());
  CHECK(running.troubles() == std::vector<std::string>{"policy: a line without '='"});
  running.stop(net::Millis(0));
  REQUIRE(judge.all.size() == 2);
  CHECK(judge.all[1].headers.size() == 1);
}
