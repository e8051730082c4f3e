#include "gate/dovecot_policy.hpp"

#include <doctest/doctest.h>

#include "gate/testing.hpp"

using namespace interdict;
using namespace interdict::gate;
using namespace interdict::gate::testing;

namespace {

// As Dovecot 2.3.19 sends it with the attributes that docs/gate.md recommends.
constexpr std::string_view kLogin =
    R"({"login":"alice","pwhash":"00ff","remote":"127.0.0.9","device_id":)"
    R"("\"name\" \"iPhone Mail\" \"version\" \"22C161\"","protocol":"imap","session_id":"abc",)"
    R"("fail_type":"","success":true})";

std::string said(std::string_view command, std::string_view body, Judge& judge) {
  const auto answer = dovecot::answer(command, body, judge);
  return answer ? *answer : "error: " + answer.error().what();
}

}  // namespace

TEST_CASE("a login that may be is judged, and its user reads why not") {
  ScriptedJudge judge;
  CHECK(said("allow", kLogin, judge) == R"({"status":0})");
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].account == "alice");
  CHECK_FALSE(judge.all[0].authenticated);
  CHECK(judge.all[0].channel == devices::Channel::mail_read);
  CHECK(judge.all[0].imap_id == R"("name" "iPhone Mail" "version" "22C161")");
  for (const auto kind : {Verdict::Kind::refuse, Verdict::Kind::hold, Verdict::Kind::tempfail}) {
    judge.verdict = {kind, "No Apple phones for work"};
    CHECK(said("allow", kLogin, judge) == R"({"status":-1,"msg":"No Apple phones for work"})");
  }
  judge.verdict = {Verdict::Kind::refuse, ""};
  CHECK(said("allow", kLogin, judge).find("may not be used") != std::string::npos);
}

TEST_CASE(
    "a login that succeeded is a sighting and cannot be refused any more; one that failed is "
    "none") {
  ScriptedJudge judge;
  judge.verdict.kind = Verdict::Kind::refuse;
  CHECK(said("report", kLogin, judge) == R"({"status":0})");
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].authenticated);
  CHECK(said("report", R"({"login":"alice","success":false})", judge) == R"({"status":0})");
  CHECK(said("report", R"({"login":"alice"})", judge) == R"({"status":0})");
  CHECK(judge.all.size() == 1);
}

TEST_CASE("what is missing is nothing seen; without a user nothing is asked") {
  ScriptedJudge judge;
  CHECK(said("allow", "{}", judge) == R"({"status":0})");
  CHECK(judge.all.empty());
  CHECK(said("allow", R"({"login":"alice","protocol":"smtp"})", judge) == R"({"status":0})");
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].channel == devices::Channel::mail_send);
  CHECK(judge.all[0].imap_id.empty());
  CHECK(said("allow", R"({"login":["alice"]})", judge) == R"({"status":0})");
}

TEST_CASE("what is no request is an error, and never a crash") {
  ScriptedJudge judge;
  CHECK(said("kick", "{}", judge).starts_with("error: command"));
  for (const std::string_view body :
       {"", "[]", "alice", "{\"login\":", "{}{}", "{\"login\":\"\xff\"}"}) {
    CHECK(said("allow", body, judge).starts_with("error:"));
  }
  CHECK(said("allow", std::string(70'000, ' '), judge) == "error: the body is too long");
  std::string deep;
  for (int i = 0; i < 2000; ++i) deep += "[";
  CHECK(said("allow", "{\"a\":" + deep, judge).starts_with("error:"));
  CHECK(judge.all.empty());
}
