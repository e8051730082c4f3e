#include <doctest/doctest.h>

#include "logs/testing.hpp"

using namespace interdict;
using namespace interdict::logs;
using namespace interdict::logs::testing;

TEST_CASE("JSON: an entry is a sighting, and a last line without its end counts when it is whole") {
  const auto out = read_log(
      R"({"time":"2023-07-16T23:59:01+02:00","account":"alice@work.example","channel":"mail.send",)"
      R"j("session":"Q1","ehlo":"smtpclient.apple","subject":"secret",)j"
      R"j("headers":{"X-Mailer":"iPhone Mail (20F66)","Mime-Version":"1.0 (1.0)"}})j"
      "\n"
      R"({"time":"2023-07-16T23:59:02Z","account":"alice@work.example","channel":"sync",)"
      R"("user_agent":"iOS/16.5 \u0041","activesync_query":"DeviceType=iPhone"})");
  CHECK(out.sightings ==
        std::vector<std::string>{
            "alice@work.example mail.send 2023-07-16T21:59:01 Q1 1|ehlo=smtpclient.apple|"
            "X-Mailer: iPhone Mail (20F66)|Mime-Version: 1.0 (1.0)",
            "alice@work.example sync 2023-07-16T23:59:02  2|eas=DeviceType=iPhone|"
            "ua=iOS/16.5 A"});
  CHECK(out.coverage.files[0].kind == "json");
}

TEST_CASE("JSON: what is damaged, deep, wrong or nobody's is counted and passed over") {
  std::string deep = R"({"time":"2023-07-16T23:59:01Z","x":)" + std::string(1000, '[');
  const auto out =
      read_log(R"({"time":"2023-07-16T23:59:01Z","channel":"web"})"
               "\n"
               R"({"time":"2023-07-16T23:59:01Z","account":"bob@private.example","channel":"web"})"
               "\n"
               R"({"time":"2023-07-16T23:59:01Z","account":"alice@work.example","channel":"web"})"
               "\n"
               R"({"time":"2023-07-16T23:59:01Z","account":7,"channel":"web"})"
               "\n"
               R"({"time":"yesterday","account":"alice@work.example","channel":"web"})"
               "\n"
               R"({"time":"2023-07-16T23:59:01Z","account":"alice@work.example","channel":"fax"})"
               "\n[1]\n{\n" +
               deep + "\n\n" + R"({"time":"2023-07-16T23:59:01Z","account":"alice@wo)");
  CHECK(out.sightings == std::vector<std::string>{"alice@work.example web 2023-07-16T23:59:01  3"});
  CHECK(out.coverage.no_account == 2);
  CHECK(out.coverage.not_work == 1);
  CHECK(out.skipped(Skip::no_stamp) == 1);
  CHECK(out.skipped(Skip::unknown_form) == 4);
  CHECK(out.skipped(Skip::cut_off) == 1);
  CHECK(out.blind("json/no-device") == 1);
}
