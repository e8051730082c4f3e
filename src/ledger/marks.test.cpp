#include "ledger/marks.hpp"

#include <doctest/doctest.h>

#include <latch>

#include "ledger/ledger.hpp"
#include "ledger/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::ledger;
using namespace interdict::ledger::testing;
using devices::Fit;

namespace {

std::unique_ptr<Ledger> reopened(const test::TemporaryFolder& folder) {
  auto ledger = Ledger::open(folder.path() / "ledger.db", unhurried());
  if (!ledger) throw std::runtime_error(ledger.error().what());
  return *std::move(ledger);
}

constexpr auto kCompromised = ExaminationVerdict::compromised;

}  // namespace

TEST_CASE("a compromised phone counts at once and after a restart, by model, and for its owner") {
  const test::TemporaryFolder folder;
  const auto phone = iphone();
  const auto other_model = iphone("iPhone14,5");
  devices::Position apple_only, android;
  apple_only.vendor = devices::Vendor::apple;
  android.line = devices::Line::android_phone;
  {
    const auto ledger = reopened(folder);
    CHECK(ledger->compromised("anna", phone) == Fit::no);
    REQUIRE(ledger->add(examined("s1", kCompromised, "anna")));
    REQUIRE(ledger->add(examined("s2", ExaminationVerdict::suspicious, "ben")));
    CHECK(ledger->compromised("anna", phone) == Fit::yes);
  }
  const auto ledger = reopened(folder);
  CHECK(ledger->compromised("anna", phone) == Fit::yes);
  CHECK(ledger->compromised("anna", other_model) == Fit::no);
  CHECK(ledger->compromised("anna", apple_only) == Fit::unknown);
  CHECK(ledger->compromised("anna", android) == Fit::no);
  CHECK(ledger->compromised("anna", {}) == Fit::unknown);
  CHECK(ledger->compromised("ben", phone) == Fit::no);
  const auto marks = ledger->marks();
  REQUIRE(marks.size() == 1);
  CHECK(marks[0] == Mark{1, "anna", "iPhone15,2", kNoon});
}

TEST_CASE(
    "without an owner an examination is listed and nothing follows; the inventory gives one") {
  const test::TemporaryFolder folder;
  const auto ledger = reopened(folder);
  const auto phone = iphone();
  const auto id = ledger->add(examined("s1", kCompromised));
  REQUIRE(id);
  CHECK(ledger->marks().empty());
  auto rows = examinations(*ledger, {.only_without_person = true, .only_compromised = true});
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].examination.serial == "s1");
  CHECK(rows[0].person.empty());

  REQUIRE(ledger->set_owner("s1", "anna"));
  CHECK(ledger->compromised("anna", phone) == Fit::yes);
  REQUIRE(ledger->set_owner("s1", "ben"));
  CHECK(ledger->compromised("anna", phone) == Fit::no);
  CHECK(ledger->compromised("ben", phone) == Fit::yes);
  REQUIRE(ledger->assign(*id, "carla"));  // named at the examination: stands above
  CHECK(ledger->compromised("ben", phone) == Fit::no);
  CHECK(ledger->compromised("carla", phone) == Fit::yes);
  REQUIRE(ledger->assign(*id, ""));
  const std::vector<Owner> inventory{{"s0", "anna"}, {"s1", "dora"}};
  REQUIRE(ledger->replace_owners(inventory));
  CHECK(ledger->compromised("dora", phone) == Fit::yes);
  CHECK(examinations(*ledger).at(0).person == "dora");
  REQUIRE(ledger->set_owner("s1", ""));
  CHECK(ledger->marks().empty());
  CHECK(ledger->assign(77, "anna").error().code() == Errc::not_found);
}

TEST_CASE("an inventory with one bad row changes nothing") {
  const test::TemporaryFolder folder;
  const auto ledger = reopened(folder);
  REQUIRE(ledger->add(examined("s1", kCompromised)));
  REQUIRE(ledger->set_owner("s1", "anna"));
  const std::vector<Owner> inventory{{"s1", "ben"}, {"s2", ""}};
  const auto status = ledger->replace_owners(inventory);
  REQUIRE_FALSE(status);
  CHECK(status.error().what() == "s2: no person");
  CHECK(ledger->compromised("anna", iphone()) == Fit::yes);
}

TEST_CASE("a later clean examination does not lift a mark; somebody with a reason does") {
  const test::TemporaryFolder folder;
  const auto phone = iphone();
  {
    const auto ledger = reopened(folder);
    const auto first = ledger->add(examined("s1", kCompromised, "anna"));
    REQUIRE(ledger->add(examined("s1", kCompromised, "anna")));
    REQUIRE(ledger->add(examined("s1", ExaminationVerdict::no_trace_found, "anna")));
    CHECK(ledger->compromised("anna", phone) == Fit::yes);
    CHECK(ledger->withdraw(*first, {.by = "", .why = "x", .at = kNoon}).error().code() ==
          Errc::malformed);
    CHECK(ledger->withdraw(*first, {.by = "ben", .why = "", .at = kNoon}).error().code() ==
          Errc::malformed);
    REQUIRE(ledger->withdraw(*first, {.by = "ben", .why = "wrong phone", .at = kNoon}));
    CHECK(ledger->withdraw(*first, {.by = "ben", .why = "again", .at = kNoon}).error().code() ==
          Errc::not_found);
    CHECK(ledger->compromised("anna", phone) == Fit::yes);  // the second one stands
    CHECK(*ledger->withdraw_phone("s1", {.by = "ben", .why = "erased", .at = kNoon}) == 1);
    CHECK(ledger->compromised("anna", phone) == Fit::no);
  }
  const auto ledger = reopened(folder);
  CHECK(ledger->compromised("anna", phone) == Fit::no);
  const auto rows = examinations(*ledger);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].withdrawn->why == "wrong phone");
  CHECK(rows[1].withdrawn->by == "ben");
  CHECK(rows[1].withdrawn->at == kNoon);
  CHECK_FALSE(rows[2].withdrawn);
  REQUIRE(ledger->add(examined("s1", kCompromised, "anna")));  // found again
  CHECK(ledger->compromised("anna", phone) == Fit::yes);
}

TEST_CASE("retention keeps the marks that stand") {
  const test::TemporaryFolder folder;
  const auto ledger = reopened(folder);
  const auto lifted = ledger->add(examined("s1", kCompromised, "anna"));
  REQUIRE(ledger->add(examined("s2", kCompromised, "ben")));
  REQUIRE(ledger->add(examined("s3", ExaminationVerdict::inconclusive, "carla")));
  REQUIRE(ledger->withdraw(*lifted, {.by = "dora", .why = "erased", .at = kNoon}));
  CHECK(*ledger->forget_before(Kind::examinations, {kNoon.micros + 1}) == 2);
  CHECK(examinations(*ledger).size() == 1);
  CHECK(ledger->compromised("ben", iphone()) == Fit::yes);
}

TEST_CASE(
    "a product type that would stand for every phone is refused, an unknown one marks nothing") {
  const test::TemporaryFolder folder;
  const auto ledger = reopened(folder);
  auto star = examined("s1", kCompromised, "anna");
  star.product_type = "iPhone*";
  CHECK(ledger->add(star).error().code() == Errc::malformed);
  star.product_type = "";
  REQUIRE(ledger->add(star));
  CHECK(ledger->compromised("anna", iphone()) == Fit::no);
  star.product_type = std::string(kMaxModel + 1, 'x');
  CHECK(ledger->add(star).error().code() == Errc::limit);
  star.product_type = "iPhone\xff";
  CHECK(ledger->add(star).error().code() == Errc::malformed);
}

TEST_CASE("an examination posted without waiting is answered after its commit") {
  const test::TemporaryFolder folder;
  const auto ledger = reopened(folder);
  constexpr int kMany = 300;
  std::latch all(kMany);
  std::atomic<int> stored{0};
  for (int i = 0; i < kMany; ++i) {
    REQUIRE(ledger->add(examined("s", kCompromised, "anna"), [&](Result<ExaminationId> id) {
      if (id) ++stored;
      all.count_down();
    }));
  }
  all.wait();
  CHECK(stored == kMany);
  CHECK(examinations(*ledger).size() == kMany);
  CHECK(ledger->marks().size() == kMany);
  const auto metrics = ledger->metrics();
  CHECK(metrics.changes == kMany);
  CHECK(metrics.commits < kMany);  // they shared transactions
}
