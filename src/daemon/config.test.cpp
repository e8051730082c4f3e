#include "daemon/config.hpp"

#include <doctest/doctest.h>

#include <fstream>

#include "support/temporary_folder.hpp"

using namespace interdict;

namespace {

struct Outcome {
  std::optional<daemon::Config> config;
  std::string problems;
};

Outcome read(std::string_view text) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "interdict.toml";
  std::ofstream(path) << text;
  policy::Problems problems("interdict.toml");
  Outcome outcome;
  auto config = daemon::read_config(path, problems);
  for (const auto& problem : problems.sorted()) outcome.problems += to_string(problem) + "\n";
  CHECK(config.has_value() == outcome.problems.empty());
  if (config) outcome.config = *std::move(config);
  return outcome;
}

constexpr std::string_view kLeast =
    "[policy]\nfile = \"ban.toml\"\n[ledger]\nfile = \"ledger.db\"\n";

}  // namespace

TEST_CASE("the least configuration observes, on no face") {
  const auto outcome = read(kLeast);
  REQUIRE(outcome.config);
  CHECK(outcome.config->gate.mode == gate::Mode::observe);
  CHECK_FALSE(outcome.config->fail_closed);
  CHECK_FALSE(outcome.config->milter);
  CHECK(outcome.config->ban.filename() == "ban.toml");
  CHECK(outcome.config->ban.is_absolute());
}

TEST_CASE("every key is read") {
  const auto outcome =
      read(std::string(kLeast) +
           "[inventory]\nfile = \"/x/devices.csv\"\n"
           "[gate]\nmode = \"act\"\nadd_headers = false\nwhen_broken = \"closed\"\n"
           "remember_days = 2\n"
           "[milter]\nlisten = \"127.0.0.1:7357\"\n"
           "[postfix_policy]\nlisten = \"unix:/x/policy.sock\"\n"
           "[http]\nlisten = \"[::1]:0\"\nuser_field = \"X-User\"\n"
           "basic_is_verified = true\n"
           "[control]\nlisten = \"unix:/x/c.sock\"\n"
           "[dovecot]\nlog = \"/x/dovecot.log\"\n");
  CHECK(outcome.problems.empty());
  REQUIRE(outcome.config);
  const auto& c = *outcome.config;
  CHECK(c.inventory == "/x/devices.csv");
  CHECK(c.gate.mode == gate::Mode::act);
  CHECK_FALSE(c.gate.add_headers);
  CHECK(c.gate.remember_seconds == 2 * 86'400);
  CHECK(c.fail_closed);
  CHECK(c.milter->port == 7357);
  CHECK(c.postfix_policy->path == "/x/policy.sock");
  CHECK(c.http->text() == "[::1]:0");
  CHECK(c.auth_request.user_field == "X-User");
  CHECK(c.auth_request.basic_is_verified);
  CHECK(c.control->path == "/x/c.sock");
  CHECK(c.dovecot_log == "/x/dovecot.log");
}

TEST_CASE("problems are told all at once, with their places") {
  const auto said = [](std::string_view text) { return read(text).problems; };
  CHECK(said("").find("policy") != std::string::npos);
  const auto many = said(std::string(kLeast) +
                         "[gate]\nmode = \"obserfe\"\nad_headers = true\nremember_days = -1\n"
                         "[milter]\nlisten = \"nowhere\"\n[httpd]\n");
  CHECK(many.find("interdict.toml:6:") != std::string::npos);
  CHECK(many.find("did you mean 'observe'") != std::string::npos);
  CHECK(many.find("did you mean 'add_headers'") != std::string::npos);
  CHECK(many.find("remember_days is 0 to 3650") != std::string::npos);
  CHECK(many.find("nowhere") != std::string::npos);
  CHECK(many.find("did you mean 'http'") != std::string::npos);
  CHECK(said("[policy\n").find("interdict.toml:1:") != std::string::npos);
}
