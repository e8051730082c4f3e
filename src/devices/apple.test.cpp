#include "devices/apple.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "base/reference.hpp"
#include "embedded_devices.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

Build build(std::string_view text) { return *parse_build(text); }
std::string decoded(std::string_view text) {
  const auto b = apple::read_sync_build(text);
  return b ? to_string(*b) : "none";
}

}  // namespace

TEST_CASE("a build tells its version when it is listed") {
  CHECK(apple::version_of(build("20F66")) == Version{16, 5, 0});
  CHECK(apple::version_of(build("9B176")) == Version{5, 1, 0});
  CHECK(apple::version_of(build("18C66")) == Version{14, 3, 0});
  CHECK_FALSE(apple::version_of(build("22D82")));  // an iPad's
  CHECK_FALSE(apple::version_of(build("99Z99")));
  // 4.2 and 4.2.1 were one build.
  CHECK(apple::version_of(build("8C148")) == Version{4, 2, 1});
}

TEST_CASE("every listed build belongs to the system that its number says") {
  for (const auto& table : parse_references(embedded())) {
    if (table.name != "apple_builds") continue;
    CHECK(table.rows.size() > 300);
    for (const auto& row : table.rows) {
      const auto b = build(row[1]);
      const auto major = apple::system_major_of(b);
      CAPTURE(row[1]);
      if (major) CHECK(*major == parse_version(row[0])->major);
    }
  }
}

TEST_CASE("product types are read in any letter case and named when they are listed") {
  CHECK(apple::product_type("iphone15,2") == "iPhone15,2");
  CHECK(apple::product_type("Watch3,4") == "Watch3,4");
  CHECK(apple::product_type("iPhone99,9") == "iPhone99,9");
  for (const char* wrong : {"", "iPhone", "iPhone15", "iPhone15,", "iPhone,2", "iPhone15C2",
                            "iPhone15,2 ", "iPhone150,2", "SM-A515F", "xiPhone15,2"}) {
    CAPTURE(wrong);
    CHECK(apple::product_type(wrong).empty());
  }
  CHECK(apple::name_of_product("iPhone12,3") == "iPhone 11 Pro");
  CHECK(apple::name_of_product("iPhone99,9").empty());
  CHECK(apple::product_of_name("iPhone 11 Pro") == "iPhone12,3");
  CHECK(apple::product_of_name("iPhone 0").empty());
}

TEST_CASE("ActiveSync's builds are read padded and unpadded") {
  CHECK(decoded("705.018") == "7E18");
  CHECK(decoded("1504.100") == "15D100");
  CHECK(decoded("1804.70") == "18D70");
  CHECK(decoded("2006.66") == "20F66");
  CHECK(decoded("1208.143") == "12H143");
  CHECK(decoded("803.148.1") == "8C148a");
  CHECK(decoded("2207.5054.4") == "22G5054d");
  for (const char* wrong : {"", ".", "2006", "2006.", ".66", "27.1", "2000.1", "2027.1", "20066.1",
                            "2006.66666", "2006.66.0", "2006.66.27", "2006.66.1.1", "2006.66a"}) {
    CAPTURE(wrong);
    CHECK(decoded(wrong) == "none");
  }
}

TEST_CASE("every listed build survives ActiveSync's coding, padded or not") {
  for (const auto& table : parse_references(embedded())) {
    if (table.name != "apple_builds") continue;
    for (const auto& row : table.rows) {
      CAPTURE(row[1]);
      const auto coded = apple::sync_build(build(row[1]));
      CHECK(decoded(coded) == row[1]);
      const auto point = coded.find('.');
      if (const auto digits = std::min(coded.find('.', point + 1), coded.size()) - point - 1;
          digits < 3) {
        auto padded = coded;
        padded.insert(point + 1, 3 - digits, '0');
        CHECK(decoded(padded) == row[1]);
      }
    }
  }
}

TEST_CASE("an ActiveSync agent names model and build") {
  const auto agent = apple::read_sync_agent("Apple-iPhone15C2/2006.66");
  REQUIRE(agent);
  CHECK(agent->model == "iPhone15,2");
  CHECK(agent->line == Line::iphone);
  CHECK(agent->build == build("20F66"));
  CHECK(apple::read_sync_agent("Apple-iPad/705.018")->model == "iPad");
  CHECK(apple::read_sync_agent("Apple-iPad13C1")->model == "iPad13,1");
  for (const char* wrong :
       {"", "Apple-", "Apple-iPhone15C2/", "Apple-iPhone15C2/20F66", "Apple-iPhoneXC2/2006.66",
        "iPhone15C2/2006.66", "Apple-Mac15C2/2006.66", "Apple-iPhone15C2/2006.66/1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(apple::read_sync_agent(wrong));
  }
}

TEST_CASE("a Darwin version leaves open whose it is") {
  CHECK(apple::read_darwin("22.5.0")->ios.major == 16);
  CHECK(apple::read_darwin("22.5.0")->macos.major == 13);
  CHECK(apple::read_darwin("17.7.0")->macos == Version{10, 13, 0});
  CHECK(apple::read_darwin("25.0.0")->ios.major == 26);
  CHECK(apple::read_darwin("14.0.0")->ios.major == 0);
  CHECK_FALSE(apple::read_darwin("8.1"));
  CHECK_FALSE(apple::read_darwin("x"));
  CHECK_FALSE(apple::read_darwin("222.1"));
}
