#include "logs/web.hpp"

#include <doctest/doctest.h>

#include "logs/testing.hpp"

using namespace interdict;
using namespace interdict::logs;
using namespace interdict::logs::testing;

namespace {

constexpr std::string_view kFields =
    "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n"
    "#Date: 2023-07-16 00:00:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port "
    "cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status "
    "time-taken\n";

std::string iis(std::string_view stem, std::string_view query, std::string_view user,
                std::string_view agent, int status = 200) {
  return fmt::format("2023-07-16 23:59:01 192.0.2.1 POST {} {} 443 {} 192.0.2.7 {} - {} 0 0 31\n",
                     stem, query, user, agent, status);
}
std::string web(std::string_view user, std::string_view target, std::string_view agent,
                int status = 200) {
  return fmt::format(
      "192.0.2.7 - {} [16/Jul/2023:23:59:01 +0200] \"POST {} HTTP/1.1\" {} 512 \"-\" \"{}\"\n",
      user, target, status, agent);
}

}  // namespace

TEST_CASE("IIS: the columns are those of #Fields, and only the device is kept of a query") {
  const auto out =
      read_log(std::string(kFields) +
               iis("/Microsoft-Server-ActiveSync/default.eas",
                   "Cmd=Sync&User=alice&DeviceId=APPL1&DeviceType=iPhone&Log=V141_Sst8_Fc1",
                   "WORK\\alice", "Apple-iPhone15C2/2006.66") +
               "#Fields: time cs-username cs-uri-stem cs(User-Agent)\n"
               "00:00:02.5 WORK\\bob /EWS/Exchange.asmx "
               "Mac+OS+X/10.8.2+(12C2034);+ExchangeWebServices/3.0\n");
  CHECK(out.sightings ==
        std::vector<std::string>{
            "WORK\\alice sync 2023-07-16T23:59:01  5|eas=DeviceId=APPL1&DeviceType=iPhone|"
            "ua=Apple-iPhone15C2/2006.66",
            "WORK\\bob sync 2023-07-16T00:00:02  7|"
            "ua=Mac OS X/10.8.2 (12C2034); ExchangeWebServices/3.0"});
  CHECK(out.coverage.files[0].kind == "iis");
  CHECK(out.coverage.files[0].recognised == 7);
}

TEST_CASE("IIS: a coded query is kept as it is, without what the server appended") {
  const auto out =
      read_log(std::string(kFields) + iis("/Microsoft-Server-ActiveSync",
                                          "jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l&Log=V141_Ssnf:T",
                                          "alice@work.example", "-"));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0] ==
        "alice@work.example sync 2023-07-16T23:59:01  5|eas=jAAJBAp2MTQwRGV2aWNlAApTbWFydFBob25l");
  CHECK(out.blind("iis/no-user-agent") == 1);
}

TEST_CASE("IIS: who is not authenticated, not ours or elsewhere is no sighting") {
  auto log = std::string(kFields) +
             iis("/Microsoft-Server-ActiveSync", "User=alice&DeviceType=iPhone", "-", "x") +
             iis("/Microsoft-Server-ActiveSync", "-", "alice@work.example", "x", 401) +
             iis("/owa/", "-", "bob@private.example", "x") +
             iis("/ecp/", "-", "alice@work.example", "x") +
             "2023-07-16 23:59:01 192.0.2.1 POST /owa\nnonsense\n"
             "2023-07-16 23:59:01 192.0.2.1 POST /owa/ - 443 alice@wo";
  const auto out = read_log(log);
  CHECK(out.sightings.empty());
  CHECK(out.blind("iis/no-user") == 2);
  CHECK(out.coverage.not_work == 1);
  CHECK(out.skipped(Skip::unknown_form) == 1);
  CHECK(out.skipped(Skip::no_stamp) == 1);
  CHECK(out.skipped(Skip::cut_off) == 1);
  auto options = work_accounts();
  options.kind = "iis";
  CHECK(
      read_log(iis("/owa/", "-", "alice@work.example", "x"), options).skipped(Skip::unknown_form) ==
      1);
}

TEST_CASE("nginx and Apache: path, user and agent of a combined line") {
  const auto out = read_log(
      web("alice@work.example",
          "/Microsoft-Server-ActiveSync?User=alice&DeviceId=APPL1&DeviceType=iPhone&Cmd=Ping",
          "Apple-iPhone15C2/2006.66") +
      web("alice@work.example", "/SOGo/dav/alice/Calendar/", "iOS/16.5 (20F66) dataaccessd/1.0",
          207) +
      web("alice@work.example", "/SOGo/so/alice/Mail/view", "Mozilla/5.0 (iPhone)") +
      "www.work.example:443 " + web("WORK\\\\alice", "/owa/?ae=Folder", "a \\\"b\\\" \\x41") +
      web("alice@work.example", "/index.html", "x"));
  CHECK(out.sightings ==
        std::vector<std::string>{
            "alice@work.example sync 2023-07-16T21:59:01  1|"
            "eas=DeviceId=APPL1&DeviceType=iPhone|ua=Apple-iPhone15C2/2006.66",
            "alice@work.example sync 2023-07-16T21:59:01  2|ua=iOS/16.5 (20F66) dataaccessd/1.0",
            "alice@work.example web 2023-07-16T21:59:01  3|ua=Mozilla/5.0 (iPhone)",
            "WORK\\alice web 2023-07-16T21:59:01  4|ua=a \"b\" A"});
  CHECK(out.coverage.files[0].kind == "web");
}

TEST_CASE("web: a user name that imitates a line stays a user name") {
  const auto out = read_log(
      web("boss [16/Jul/2023:23:59:01 +0200] \\x22GET /owa HTTP/1.1\\x22 200 5 - [x", "/owa", "x"));
  REQUIRE(out.sightings.size() == 1);
  CHECK(out.sightings[0].starts_with("boss [16/Jul/2023:23:59:01 +0200] \"GET /owa"));
}

TEST_CASE("web: a refused request names nobody") {
  const auto out =
      read_log(web("alice@work.example", "/owa/", "x", 401) +
               web("alice@work.example", "/owa/", "x", 502) + web("-", "/webmail/", "x") +
               web("bob@private.example", "/owa/", "x") + "nonsense\n\"\n\"\"\"\n[\" \"\n");
  CHECK(out.sightings.empty());
  CHECK(out.blind("web/no-user") == 3);
  CHECK(out.coverage.not_work == 1);
  CHECK(out.skipped(Skip::no_stamp) == 4);
}

TEST_CASE("paths belong to channels at the boundaries of their components") {
  CHECK(channel_of("/microsoft-server-ACTIVESYNC", {}) == devices::Channel::sync);
  CHECK(channel_of("/SOGo/dav/x", {}) == devices::Channel::sync);
  CHECK(channel_of("/SOGo/x", {}) == devices::Channel::web);
  CHECK_FALSE(channel_of("/mailing-lists", {}));
  CHECK_FALSE(channel_of("", {}));
  const std::vector<PathRule> rules{{"/mailing-lists/", devices::Channel::web},
                                    {"/SOGo", devices::Channel::sync}};
  CHECK(channel_of("/mailing-lists", rules) == devices::Channel::web);
  CHECK(channel_of("/SOGo/x", rules) == devices::Channel::sync);
}
