#include "gate/auth_request.hpp"

#include <doctest/doctest.h>

#include "base/text.hpp"
#include "gate/testing.hpp"

using namespace interdict;
using namespace interdict::gate;
using namespace interdict::gate::testing;

namespace {

using Fields = std::vector<devices::Field>;

std::string basic(std::string_view credentials) { return "Basic " + base64(bytes_of(credentials)); }

}  // namespace

TEST_CASE("an ActiveSync request is judged by its query, the user is Basic's") {
  ScriptedJudge judge;
  judge.verdict = {Verdict::Kind::refuse, "No Apple phones for work"};
  const auto credentials = basic("alice:secret");
  const Fields fields{{"x-original-uri",
                       "/Microsoft-Server-ActiveSync?User=bob&DeviceId=ApplX&"
                       "DeviceType=iPhone&Cmd=Sync"},
                      {"Authorization", credentials},
                      {"User-Agent", "Apple-iPhone15C2/2006.66"}};
  const auto answer = auth_request::ask(fields, {}, judge);
  CHECK(answer.status == 403);
  CHECK(answer.decision == "refuse");
  CHECK(answer.text == "No Apple phones for work");
  REQUIRE(judge.all.size() == 1);
  CHECK(judge.all[0].account == "alice");
  CHECK_FALSE(judge.all[0].authenticated);
  CHECK(judge.all[0].user_agent == "Apple-iPhone15C2/2006.66");
  CHECK(judge.all[0].activesync_query.find("DeviceType=iPhone") != std::string::npos);
  CHECK(judge.all[0].channel == devices::Channel::sync);
}

TEST_CASE("without Basic an ActiveSync query names its user; a proxy's field goes before both") {
  ScriptedJudge judge;
  Fields fields{{"X-Original-URI", "/Microsoft-Server-ActiveSync?User=bob&DeviceId=a&Cmd=Sync"}};
  auth_request::ask(fields, {}, judge);
  CHECK(judge.all.back().account == "bob");
  fields.push_back({"X-Remote-User", "carol"});
  auth_request::ask(fields, {.user_field = "x-remote-user"}, judge);
  CHECK(judge.all.back().account == "carol");
  CHECK(judge.all.back().authenticated);
  // A field that the proxy was not said to set is a visitor's own.
  auth_request::ask(fields, {}, judge);
  CHECK(judge.all.back().account == "bob");
}

TEST_CASE("pages of no channel and requests of nobody pass unjudged") {
  ScriptedJudge judge;
  judge.verdict.kind = Verdict::Kind::refuse;
  const auto credentials = basic("alice:secret");
  const auto answered = [&](std::string_view uri, std::string_view authorization) {
    const Fields fields{{"X-Original-URI", uri}, {"Authorization", authorization}};
    return auth_request::ask(fields, {}, judge).decision;
  };
  CHECK(answered("/shop/basket?user=alice", credentials) == "outside");
  CHECK(answered("", credentials) == "outside");
  CHECK(answered("/webmail/", "") == "outside");
  CHECK(answered("/webmail/", "Bearer abc") == "outside");
  CHECK(judge.all.empty());
  CHECK(answered("/webmail/?x#y", credentials) == "refuse");
  CHECK(judge.all.back().channel == devices::Channel::web);
  // A site's own path.
  const Fields fields{{"X-Original-URI", "/portal/mail"}, {"Authorization", credentials}};
  auth_request::Settings settings;
  settings.paths.push_back({"/portal", devices::Channel::web});
  CHECK(auth_request::ask(fields, settings, judge).status == 403);
}

TEST_CASE("the user of Basic authorization") {
  CHECK(auth_request::basic_user(basic("alice:a:b")) == "alice");
  CHECK(auth_request::basic_user("bAsIc  " + base64(bytes_of("alice:"))) == "alice");
  CHECK(auth_request::basic_user(basic("no colon")).empty());
  CHECK(auth_request::basic_user("Basic %%%").empty());
  CHECK(auth_request::basic_user("Basic").empty());
  CHECK(auth_request::basic_user(basic(std::string(9000, 'a') + ":b")).empty());
}
