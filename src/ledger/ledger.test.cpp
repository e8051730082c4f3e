#include "ledger/ledger.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <thread>

#include <fmt/format.h>

#include "ledger/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::ledger;
using namespace interdict::ledger::testing;

namespace {

std::unique_ptr<Ledger> opened(const test::TemporaryFolder& folder,
                               const Settings& settings = unhurried()) {
  auto ledger = Ledger::open(folder.path() / "ledger.db", settings);
  if (!ledger) throw std::runtime_error(ledger.error().what());
  return *std::move(ledger);
}

bool on_disk(const test::TemporaryFolder& folder, std::string_view text) {
  for (const auto& file : std::filesystem::directory_iterator(folder.path())) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    if (content.find(text) != content.npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE(
    "what was recorded is stored by flush, added up again by the next, and there afterwards") {
  const test::TemporaryFolder folder;
  const auto phone = iphone();
  {
    const auto ledger = opened(folder);
    ledger->record(seen("anna", phone));
    ledger->record(seen("anna", phone, {kNoon.micros + 5}));
    ledger->record(refused("anna"));
    CHECK(sightings(*ledger).empty());
    REQUIRE(ledger->flush());
    ledger->record(seen("anna", phone, {kNoon.micros - 7}));
    ledger->record(refused("anna", {kNoon.micros + 3'600'000'000}));
    ledger->record(refused("anna", {kNoon.micros + kDay}));
    REQUIRE(ledger->close());
  }
  const auto ledger = opened(folder);
  const auto seen_rows = sightings(*ledger);
  REQUIRE(seen_rows.size() == 1);
  CHECK(seen_rows[0].person == "anna");
  CHECK(seen_rows[0].position == phone);
  CHECK(seen_rows[0].grade == devices::Grade::strong);
  CHECK(seen_rows[0].channel == devices::Channel::mail_send);
  CHECK(seen_rows[0].first.micros == kNoon.micros - 7);
  CHECK(seen_rows[0].last.micros == kNoon.micros + 5);
  CHECK(seen_rows[0].count == 3);
  CHECK(seen_rows[0].shed == 0);
  const auto days = decisions(*ledger);
  REQUIRE(days.size() == 2);
  CHECK(days[0].count == 2);
  CHECK(days[0].hours == 24);
  CHECK(days[0].bucket.micros == kNoon.micros - kDay / 2);
  CHECK(days[0].rule == "no-apple-mobile");
  CHECK(days[0].policy == "c0ffee");
  CHECK(days[0].action == "refuse");
  CHECK(days[0].stage == "refuse");
  CHECK(days[1].count == 1);
  CHECK(decisions(*ledger, {.person = "anna", .before = {{kNoon.micros}}}).size() == 1);
  CHECK(decisions(*ledger, {.person = "ben"}).empty());
  CHECK(sightings(*ledger, {.seen_since = {{kNoon.micros + 6}}}).empty());
  CHECK(ledger->check()->empty());
}

TEST_CASE("the ledger stores by itself every interval") {
  const test::TemporaryFolder folder;
  Settings settings = unhurried();
  settings.flush_interval = std::chrono::milliseconds(20);
  const auto ledger = opened(folder, settings);
  const auto phone = iphone();
  ledger->record(seen("anna", phone));
  for (int i = 0; i < 1000 && sightings(*ledger).empty(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(sightings(*ledger).size() == 1);
}

TEST_CASE("a full window is stored early, and what was shed stands in the rows") {
  const test::TemporaryFolder folder;
  Settings settings = unhurried();
  settings.window_keys = 64;
  const auto ledger = opened(folder, settings);
  for (int i = 0; i < 5000; ++i) {
    const auto phone = iphone(fmt::format("iPhone{},1", i));
    const std::string person = fmt::format("person-{}", i);
    ledger->record(seen(person, phone));
    ledger->record(refused(person));
  }
  // The interval is an hour: somebody hurried.
  for (int i = 0; i < 2000 && ledger->metrics().rows_stored < 64; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  CHECK(ledger->metrics().rows_stored >= 64);
  REQUIRE(ledger->flush());
  const auto metrics = ledger->metrics();
  CHECK(metrics.shed_detail > 0);
  CHECK(metrics.shed_whole > 0);
  std::uint64_t stored = 0, shed_detail = 0, shed_whole = 0;
  for (const auto& row : sightings(*ledger)) {
    stored += row.count;
    shed_detail += row.shed;
    if (row.shed != 0) CHECK(row.position.model.empty());
  }
  for (const auto& row : decisions(*ledger)) stored += row.count;
  for (const auto& row : sighting_counts(*ledger)) {
    CHECK(row.shed);
    CHECK(row.month == "2023-07");
    shed_whole += row.count;
  }
  for (const auto& row : decision_counts(*ledger)) {
    CHECK(row.shed);
    CHECK(row.action == "refuse");
    shed_whole += row.count;
  }
  CHECK(stored + shed_whole == 10'000);
  CHECK(shed_detail == metrics.shed_detail);
  CHECK(shed_whole == metrics.shed_whole);
}

TEST_CASE("a person whose client invents models gets a bounded number of rows") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  for (int i = 0; i < 500; ++i) {
    const auto phone = iphone(fmt::format("iPhone{},1", i));
    ledger->record(seen("mallory", phone));
  }
  REQUIRE(ledger->flush());
  const auto rows = sightings(*ledger);
  CHECK(rows.size() == 65);
  std::uint64_t count = 0, shed = 0;
  for (const auto& row : rows) {
    count += row.count;
    shed += row.shed;
  }
  CHECK(count == 500);
  CHECK(shed == 500 - 64);
}

TEST_CASE("text that is not UTF-8 is repaired when it is stored") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  const auto phone = iphone("iPhone\xff'; DROP TABLE sightings; --");
  ledger->record(seen("an\xffna", phone));
  REQUIRE(ledger->flush());
  const auto rows = sightings(*ledger);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].person == "an\xEF\xBF\xBDna");
  CHECK(rows[0].position.model == "iPhone\xEF\xBF\xBD'; DROP TABLE sightings; --");
}

TEST_CASE("one notice a person, device, rule and stage, even after a restart") {
  const test::TemporaryFolder folder;
  const auto key = device_key(iphone());
  CHECK(key == "apple/mobile/iphone/iPhone15,2");
  CHECK(device_key({}) == "-/-/-/-");
  {
    const auto ledger = opened(folder);
    CHECK(ledger->first_time("anna", key, "r", "warn", kNoon));
    CHECK_FALSE(ledger->first_time("anna", key, "r", "warn", kNoon));
    CHECK(ledger->first_time("anna", key, "r", "refuse", kNoon));
    CHECK(ledger->first_time("ben", key, "r", "warn", kNoon));
    CHECK(ledger->first_time("an", "na" + key, "r", "warn", kNoon));
    CHECK(ledger->metrics().notices_given == 4);
    REQUIRE(ledger->close());
  }
  const auto ledger = opened(folder);
  CHECK_FALSE(ledger->first_time("anna", key, "r", "warn", kNoon));
  CHECK_FALSE(ledger->first_time("ben", key, "r", "warn", kNoon));
  CHECK(ledger->first_time("ben", key, "r2", "warn", kNoon));
}

TEST_CASE("a full memory of notices stays silent and says so") {
  const test::TemporaryFolder folder;
  Settings settings = unhurried();
  settings.most_notices = 10;
  const auto ledger = opened(folder, settings);
  int mails = 0;
  for (int i = 0; i < 50; ++i) {
    mails += ledger->first_time(fmt::format("p{}", i), "-", "r", "warn", kNoon) ? 1 : 0;
  }
  CHECK(mails == 10);
  CHECK_FALSE(ledger->first_time(std::string(kMaxId + 1, 'x'), "-", "r", "warn", kNoon));
  CHECK(ledger->metrics().notices_refused == 41);
}

TEST_CASE("of many threads that ask for one notice, exactly one may send it") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  std::atomic<int> mails{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        if (ledger->first_time(fmt::format("p{}", i), "-", "r", "warn", kNoon)) ++mails;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(mails == 500);
  REQUIRE(ledger->flush());
  CHECK(ledger->metrics().notices_waiting == 0);
}

TEST_CASE("a policy that was seen keeps its name and its earliest time") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  ledger->record(refused("anna"));  // a decision may come first
  REQUIRE(ledger->flush());
  REQUIRE(ledger->policy_seen("c0ffee", "apple-at-work", {kNoon.micros - 5}));
  REQUIRE(ledger->policy_seen("c0ffee", "another-name", {kNoon.micros + 5}));
  const auto rows = gathered<PolicyRow>([&](const auto& v) { return ledger->each_policy(v); });
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].name == "apple-at-work");
  CHECK(rows[0].first_seen.micros == kNoon.micros - 5);
  CHECK(ledger->policy_seen("", "x", kNoon).error().code() == Errc::malformed);
  CHECK(ledger->policy_seen(std::string(200, 'a'), "x", kNoon).error().code() == Errc::limit);
}

TEST_CASE("retention leaves counts by month and keeps what is younger") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  const auto phone = iphone();
  const auto pad = iphone("iPad13,1");
  for (int person = 0; person < 30; ++person) {
    const std::string name = fmt::format("p{}", person);
    ledger->record(seen(name, phone));
    ledger->record(seen(name, phone));
    ledger->record(seen(name, pad, {kNoon.micros + 40 * kDay}));
    ledger->record(refused(name));
    ledger->record(refused(name, {kNoon.micros + 40 * kDay}));
    ledger->first_time(name, "k", "r", "warn", kNoon);
  }
  const UtcTime cut{kNoon.micros + 20 * kDay};
  CHECK(*ledger->forget_before(Kind::sightings, cut) == 30);
  CHECK(*ledger->forget_before(Kind::sightings, cut) == 0);
  CHECK(*ledger->forget_before(Kind::decisions, {kNoon.micros}) == 0);  // the day is not over
  CHECK(*ledger->forget_before(Kind::decisions, cut) == 30);
  CHECK(*ledger->forget_before(Kind::notices, cut) == 30);
  CHECK(sightings(*ledger).size() == 30);
  CHECK(sightings(*ledger)[0].position.model == "iPad13,1");
  CHECK(decisions(*ledger).size() == 30);
  const auto counts = sighting_counts(*ledger);
  REQUIRE(counts.size() == 1);
  CHECK(counts[0].month == "2023-07");
  CHECK(counts[0].vendor == devices::Vendor::apple);
  CHECK(counts[0].line == devices::Line::iphone);
  CHECK_FALSE(counts[0].shed);
  CHECK(counts[0].count == 60);
  const auto of_rules = decision_counts(*ledger);
  REQUIRE(of_rules.size() == 1);
  CHECK(of_rules[0].rule == "no-apple-mobile");
  CHECK(of_rules[0].count == 30);
  CHECK(ledger->first_time("p1", "k", "r", "warn", kNoon));
  // The forgotten phone's row of devices went, and comes back when it is seen again.
  ledger->record(seen("p1", phone));
  REQUIRE(ledger->flush());
  CHECK(sightings(*ledger).size() == 31);
  CHECK(ledger->check()->empty());
}

TEST_CASE("a forgotten person is gone from every table and from memory, and nobody else is") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  const auto phone = iphone();
  const std::string who = "anna-of-the-ministry";
  for (const std::string& name : {who, std::string("anna-of-the-ministry-2"), std::string("ann")}) {
    ledger->record(seen(name, phone));
    ledger->record(refused(name));
    CHECK(ledger->first_time(name, "k", "r", "warn", kNoon));
  }
  REQUIRE(ledger->flush());
  REQUIRE(ledger->set_owner("serial-1", who));
  const auto marked = ledger->add(examined("serial-1", ExaminationVerdict::compromised));
  const auto named = ledger->add(examined("", ExaminationVerdict::compromised, who));
  REQUIRE(marked);
  REQUIRE(named);
  const auto other = ledger->add(examined("s", ExaminationVerdict::compromised, "ben"));
  REQUIRE(ledger->withdraw(*other, {.by = who, .why = "a mistake", .at = kNoon}));
  ledger->record(seen(who, phone));  // not stored yet
  CHECK(ledger->compromised(who, phone) == devices::Fit::yes);
  CHECK(*ledger->forget_person(who) == 6);
  CHECK(ledger->compromised(who, phone) == devices::Fit::no);
  CHECK(sightings(*ledger).size() == 2);
  CHECK(decisions(*ledger).size() == 2);
  CHECK(sightings(*ledger, {.person = who}).empty());
  CHECK(sighting_counts(*ledger).at(0).count == 2);
  CHECK(decision_counts(*ledger).at(0).count == 1);
  CHECK(examinations(*ledger, {.only_without_person = true}).size() == 2);
  CHECK(examinations(*ledger).at(2).withdrawn->by.empty());
  CHECK(ledger->first_time(who, "k", "r", "warn", kNoon));
  CHECK_FALSE(ledger->first_time("ann", "k", "r", "warn", kNoon));
  CHECK(*ledger->forget_person(who) == 1);  // that notice
}

TEST_CASE("forgetting overwrites: no byte of a name is left in any file") {
  const test::TemporaryFolder folder;
  const auto ledger = opened(folder);
  const auto phone = iphone();
  for (int i = 0; i < 2000; ++i) ledger->record(seen(fmt::format("somebody-{}", i), phone));
  ledger->record(seen("zzz-unique-name", phone));
  ledger->record(refused("zzz-unique-name"));
  REQUIRE(ledger->flush());
  ledger->first_time("zzz-unique-name", "k", "r", "warn", kNoon);
  REQUIRE(ledger->flush());
  REQUIRE(ledger->forget_person("zzz-unique-name"));
  REQUIRE(ledger->close());
  CHECK(on_disk(folder, "somebody-77"));
  CHECK_FALSE(on_disk(folder, "zzz-unique-name"));
}
