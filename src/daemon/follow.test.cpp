#include "daemon/follow.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <vector>

#include "support/temporary_folder.hpp"

using namespace interdict;
using daemon::Follower;
using daemon::LateId;

namespace {

std::vector<std::string> news(Follower& follower) {
  std::vector<std::string> lines;
  follower.read_new([&](std::string_view line) { lines.emplace_back(line); });
  return lines;
}
void append(const std::filesystem::path& path, std::string_view text) {
  std::ofstream(path, std::ios::app) << text;
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("lines are told once they are whole, and what was there before is history") {
  const test::TemporaryFolder folder;
  const auto log = folder.path() / "log";
  append(log, "old\nhalf of");
  Follower follower(log);
  CHECK(news(follower).empty());
  append(log, " an old one\nnew\npa");
  CHECK(news(follower) == Lines{"new"});
  append(log, "rt\n\nlast\n");
  CHECK(news(follower) == Lines{"part", "", "last"});
  CHECK(news(follower).empty());
}

TEST_CASE(
    "a rotated log is read to its end and the new one from its beginning; so is a truncated one") {
  const test::TemporaryFolder folder;
  const auto log = folder.path() / "log";
  append(log, "old\n");
  Follower follower(log);
  CHECK(news(follower).empty());
  append(log, "before\n");
  std::filesystem::rename(log, folder.path() / "log.1");
  append(log, "after\n");
  CHECK(news(follower) == Lines{"before"});
  CHECK(news(follower) == Lines{"after"});
  std::ofstream(log, std::ios::trunc).close();
  CHECK(news(follower).empty());
  append(log, "again\n");
  CHECK(news(follower) == Lines{"again"});
}

TEST_CASE("a log that appears later is read from its beginning; a folder is none") {
  const test::TemporaryFolder folder;
  Follower nothing(folder.path());
  CHECK(news(nothing).empty());
  Follower follower(folder.path() / "log");
  CHECK(news(follower).empty());
  append(folder.path() / "log", "first\n");
  CHECK(news(follower) == Lines{"first"});
}

TEST_CASE("a line without an end costs bounded memory and its neighbours nothing") {
  const test::TemporaryFolder folder;
  const auto log = folder.path() / "log";
  append(log, "");
  Follower follower(log);
  CHECK(news(follower).empty());
  append(log, "before\n" + std::string(200'000, 'x'));
  CHECK(news(follower) == Lines{"before"});
  append(log, std::string(200'000, 'y') + "\nbehind\n");
  CHECK(news(follower) == Lines{"behind"});
}

TEST_CASE("an IMAP ID behind a login, in the forms that Dovecot logs") {
  LateId late;
  REQUIRE(
      daemon::parse_late_id("Jul 17 08:00:00 imap(alice@ministry.example)<77><AbC/d>: Info: "
                            "ID sent: name=iPhone Mail, version=20F66",
                            late));
  CHECK(late.account == "alice@ministry.example");
  CHECK(late.session == "AbC/d");
  CHECK(late.id == "name=iPhone Mail, version=20F66");
  REQUIRE(
      daemon::parse_late_id("imap(a)<1><s>: ID sent: name=x>: ID sent: imap(b)<2><t>: y", late));
  CHECK(late.account == "a");
  CHECK(late.id == "name=x>: ID sent: imap(b)<2><t>: y");
  for (const auto* line :
       {"", "imap(", "imap(a)<1><s>: Info: Disconnected", "imap-login: Info: ID sent: name=x",
        "imap(a)<><s>: ID sent: x", "imap(a)<1x><s>: ID sent: x", "imap()<1><s>: ID sent: x",
        "imap(a)<1><>: ID sent: x"}) {
    CAPTURE(line);
    CHECK_FALSE(daemon::parse_late_id(line, late));
  }
}
