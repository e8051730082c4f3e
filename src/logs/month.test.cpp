// Generated months with known truth: what is read is exact to the row.

#include <map>

#include <doctest/doctest.h>

#include "logs/testing.hpp"
#include "support/mail_logs.hpp"

using namespace interdict;
using namespace interdict::logs;
using namespace interdict::logs::testing;
using test::LogUse;

namespace {

/// Which of the generator's devices said this; the test's own key, not the product's reading.
std::string device_of(const Sighting& s) {
  for (const auto& device : test::log_devices()) {
    for (const auto& field : s.seen.headers) {
      if (fmt::format("{}: {}", field.name, field.value) == device.mailer_field) {
        return device.name;
      }
    }
    const auto same = [](std::string_view seen, const std::string& said) {
      return !said.empty() && seen == said;
    };
    if (same(s.seen.imap_id, device.imap_id) || same(s.seen.user_agent, device.eas_agent) ||
        same(s.seen.user_agent, device.dav_agent) || same(s.seen.user_agent, device.browser)) {
      return device.name;
    }
  }
  return "unknown";
}

struct Read {
  std::vector<LogUse> uses;
  Coverage coverage;
  std::string error;
  std::uint64_t wrong_ehlo = 0;
};

Read read(const std::vector<std::string>& files, int year) {
  Read out;
  auto options = work_accounts();
  auto berlin = Zone::find("Europe/Berlin");
  REQUIRE(berlin);
  options.zone = *berlin;
  options.year = year;
  std::map<std::tuple<std::string, std::string, std::string>, LogUse> uses;
  auto run = Run::begin(options, [&](const Sighting& s) {
    const auto device = device_of(s);
    const auto t = s.when.micros / 1'000'000;
    auto& use = uses[{std::string(s.account), std::string(devices::name_of(s.channel)), device}];
    if (use.count == 0) {
      use.account = s.account;
      use.channel = devices::name_of(s.channel);
      use.device = device;
      use.first = use.last = t;
    }
    use.first = std::min(use.first, t);
    use.last = std::max(use.last, t);
    ++use.count;
    if (s.channel == devices::Channel::mail_send) {
      for (const auto& known : test::log_devices()) {
        if (known.name == device && known.ehlo != s.seen.ehlo) ++out.wrong_ehlo;
      }
    }
  });
  REQUIRE(run);
  for (const auto& file : files) {
    const auto status = run->read(Input::of(file), "log");
    if (!status) out.error = status.error().what();
  }
  out.coverage = run->finish();
  for (auto& [key, use] : uses) out.uses.push_back(use);
  std::sort(out.uses.begin(), out.uses.end());
  return out;
}

void check_month(const test::LogPlan& plan, int year, bool packed) {
  const auto logs = test::write_mail_logs(plan);
  const auto file = [&](const std::string& text) { return packed ? test::gzip(text) : text; };
  const auto out = read({file(logs.mail), file(logs.iis), file(logs.nginx)}, year);
  CHECK(out.error.empty());
  REQUIRE(out.uses.size() == logs.truth.size());
  for (std::size_t i = 0; i < out.uses.size(); ++i) {
    const auto &seen = out.uses[i], &truth = logs.truth[i];
    CAPTURE(truth.account);
    CAPTURE(truth.channel);
    CAPTURE(truth.device);
    CHECK(seen.account == truth.account);
    CHECK(seen.channel == truth.channel);
    CHECK(seen.device == truth.device);
    CHECK(seen.first == truth.first);
    CHECK(seen.last == truth.last);
    CHECK(seen.count == truth.count);
  }
  CHECK(out.wrong_ehlo == 0);
  CHECK(out.coverage.not_work == logs.private_sessions);
  CHECK(out.coverage.evicted == 0);
  CHECK(out.coverage.files[0].clock.folds >= logs.folded);
  if (plan.iso_stamps) CHECK(out.coverage.files[0].clock.folds == 0);
}

}  // namespace

TEST_CASE("a month over New Year is exact to the row, plain and packed") {
  check_month({}, 2023, false);
  check_month({}, 2023, true);
}

TEST_CASE("a month over each change of the clocks is exact to the row") {
  // 2024-03-15 and 2023-10-15 in Berlin; enough uses that some fall into the hour that came twice.
  check_month({.begin = 1'710'457'200, .people = 12, .seed = 2}, 2024, false);
  const test::LogPlan autumn{.begin = 1'697'320'800, .people = 12, .uses_a_day = 40, .seed = 3};
  CHECK(test::write_mail_logs(autumn).folded > 2);
  check_month(autumn, 2023, false);
}

TEST_CASE("with ISO stamps nothing is folded and no year is needed") {
  check_month({.begin = 1'697'320'800, .people = 5, .uses_a_day = 40, .iso_stamps = true}, 0,
              false);
}

TEST_CASE("a plain log shows who sent mail when, not with what, and says so") {
  const auto logs = test::write_mail_logs({.people = 8, .headers = false});
  const auto out = read({logs.mail}, 2023);
  std::uint64_t sent = 0;
  for (const auto& use : out.uses) {
    if (use.channel == "mail.send") {
      CHECK(use.device == "unknown");
      sent += use.count;
    }
  }
  CHECK(sent == logs.submissions);
  for (const auto& blind : out.coverage.cannot_show) {
    if (blind.id == "postfix/no-ehlo" || blind.id == "postfix/no-mailer") {
      CHECK(blind.count == logs.submissions);
    }
    if (blind.id == "postfix/no-user") CHECK(blind.count == logs.foreign_messages);
  }
}
