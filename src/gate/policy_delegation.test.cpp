#include "gate/policy_delegation.hpp"

#include <doctest/doctest.h>

#include "gate/testing.hpp"

using namespace interdict;
using namespace interdict::gate;
using namespace interdict::gate::testing;
using policy_delegation::Session;

namespace {

std::string request(std::string_view account, std::string_view more = {}) {
  return "request=smtpd_access_policy\nprotocol_state=END-OF-MESSAGE\nhelo_name=smtpclient.apple\n"
         "queue_id=4ABC\ninstance=1.2.3\nclient_address=127.0.0.9\nsasl_username=" +
         std::string(account) + "\n" + std::string(more) + "\n";
}

std::string answered(Session& session, std::string_view bytes) {
  std::string out;
  const auto status = session.receive(bytes, out);
  return status ? out : "error: " + status.error().what();
}

}  // namespace

TEST_CASE("a request is judged by its account and EHLO; without an account it is not judged") {
  ScriptedJudge judge;
  judge.verdict = {Verdict::Kind::refuse, "No Apple phones for work"};
  Session session(judge);
  CHECK(answered(session, request("alice")) == "action=550 5.7.1 No Apple phones for work\n\n");
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].account == "alice");
  CHECK(judge.all[0].ehlo == "smtpclient.apple");
  CHECK(judge.all[0].session == "4ABC");
  CHECK(answered(session, request("")) == "action=DUNNO\n\n");
  CHECK(judge.all.size() == 1);
}

TEST_CASE("each verdict has its action") {
  ScriptedJudge judge;
  Session session(judge);
  CHECK(answered(session, request("a")) == "action=DUNNO\n\n");
  judge.verdict = {Verdict::Kind::hold, "waits"};
  CHECK(answered(session, request("a")) == "action=HOLD waits\n\n");
  judge.verdict = {Verdict::Kind::tempfail, ""};
  CHECK(answered(session, request("a")) == "action=451 4.7.1 Please try again later\n\n");
  judge.verdict = {Verdict::Kind::pass, "", {{"X-Interdict", "advise\nsasl_username=x"}}};
  CHECK(answered(session, request("a")) ==
        "action=PREPEND X-Interdict: advise sasl_username=x\n\n");
}

TEST_CASE("requests may follow each other, and may arrive in any pieces") {
  ScriptedJudge judge;
  const std::string all = request("a") + request("") + request("b");
  const std::string expected = "action=DUNNO\n\naction=DUNNO\n\naction=DUNNO\n\n";
  for (std::size_t cut = 0; cut <= all.size(); ++cut) {
    Session session(judge);
    std::string out;
    REQUIRE(session.receive(std::string_view(all).substr(0, cut), out));
    REQUIRE(session.receive(std::string_view(all).substr(cut), out));
    CHECK(out == expected);
  }
}

TEST_CASE("what is no request ends the connection with a reason") {
  ScriptedJudge judge;
  const auto said = [&](std::string_view bytes) {
    Session session(judge);
    return answered(session, bytes);
  };
  CHECK(said("hello\n\n") == "error: a line without '='");
  CHECK(said("request=other\n\n") == "error: not a request=smtpd_access_policy");
  CHECK(said(std::string(40'000, 'x')).starts_with("error: a request of more than"));
  std::string many = "request=smtpd_access_policy\n";
  for (int i = 0; i < 300; ++i) many += "a=b\n";
  CHECK(said(many + "\n") == "error: too many attributes");
  CHECK(judge.all.empty());
}
