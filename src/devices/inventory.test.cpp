#include "devices/inventory.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include "devices/claim.hpp"
#include "devices/json_objects.hpp"
#include "devices/subject.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

constexpr std::string_view kCsv =
    "\xEF\xBB\xBF"
    "Device ID;EAS activation ID;Serial number;Manufacturer;Model;OS version;UPN\r\n"
    "mdm-1;APPL0001;C02ABC;Apple;iPhone 14 Pro;16.5;alice@ministry.example\r\n"
    "\r\n"
    "mdm-2;SEC0002;R58XYZ;samsung;SM-A515F;13;\"bob; \"\"the\"\" second\"\r\n";

std::string why(std::string_view text) {
  const auto inventory = Inventory::read(text);
  return inventory ? "" : inventory.error().what();
}

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace

TEST_CASE("an export is read whatever its separator, and found by what a session shows") {
  const auto inventory = Inventory::read(kCsv);
  REQUIRE(inventory);
  CHECK(inventory->size() == 2);
  CHECK(inventory->bad_rows() == 0);
  const auto* row = inventory->by_device_id("appl0001");
  REQUIRE(row != nullptr);
  const auto record = Inventory::record(*row);
  CHECK(record.model == "iPhone 14 Pro");
  CHECK(record.owner == "alice@ministry.example");
  CHECK(record.version == "16.5");
  Observed seen;
  seen.inventory = record;
  CHECK(identify(seen).position.model == "iPhone15,2");
  CHECK(inventory->by_device_id("mdm-1") == nullptr);  // the MDM's own id is never sent
  CHECK(Inventory::record(*inventory->by_serial(" r58xyz ")).owner == "bob; \"the\" second");
  CHECK(inventory->by_serial("") == nullptr);
  CHECK(inventory->by_certificate("CN=x") == nullptr);
}

TEST_CASE("JSON exports are read as an array and as lines") {
  constexpr std::string_view kArray =
      R"([{"serialNumber":"C1","model":"iPhone15,2","osVersion":16.5,"user":null,"tags":["a"],
           "certificateSubject":"CN=alice,OU=iPhone"},7])";
  auto inventory = Inventory::read(kArray);
  REQUIRE(inventory);
  CHECK(inventory->size() == 1);
  CHECK(inventory->bad_rows() == 1);
  CHECK(inventory->bad()[0].line == 2);
  CHECK(Inventory::record(*inventory->by_serial("c1")).version == "16.5");
  CHECK(inventory->by_certificate("/OU=iphone/CN=Alice") != nullptr);
  inventory = Inventory::read("{\"serial\":\"A\"}\nnonsense\n\n{\"serial\":\"B\"}\n{\"serial\":");
  REQUIRE(inventory);
  CHECK(inventory->size() == 2);
  CHECK(inventory->bad_rows() == 2);
  CHECK(inventory->bad()[0].line == 2);
  CHECK(inventory->by_serial("b") != nullptr);
}

TEST_CASE("what is no inventory says why, a bad row costs only itself") {
  CHECK(why("") == "an empty inventory");
  CHECK(why(" \n") == "an empty inventory");
  CHECK(why("a,b\n1,2\n").starts_with("no column has a name that is known"));
  CHECK(why("[{]").starts_with("JSON: "));
  CHECK(why("\"serial\n") == "column names: a quoted cell does not end");
  const auto inventory = Inventory::read("serial,model\nA,x,y\nB,z\n\"C,z\nD,z\n");
  REQUIRE(inventory);
  CHECK(inventory->size() == 1);
  REQUIRE(inventory->bad_rows() == 2);
  CHECK(inventory->bad()[0].why == "3 cells, 2 columns");
  CHECK(inventory->bad()[1].line == 4);
}

TEST_CASE("a key given twice stays with the first row, and is counted") {
  const auto inventory = Inventory::read("serial,model\nA,first\na,second\n");
  CHECK(inventory->doubles() == 1);
  CHECK(Inventory::record(*inventory->by_serial("A")).model == "first");
}

TEST_CASE("whatever cells are written come back") {
  CHECK(rc::check([] {
    const auto cell = [] {
      return *rc::gen::container<std::string>(
          rc::gen::element('a', '"', ',', '\n', ';', '\r', '{'));
    };
    const auto model = "x" + cell() + "x", owner = "y" + cell() + "y";
    const std::string text =
        "serial,owner,model\n1," + csv_cell(owner) + "," + csv_cell(model) + "\n";
    const auto inventory = Inventory::read(text);
    RC_ASSERT(inventory.has_value());
    RC_ASSERT(inventory->size() == 1U);
    const auto record = Inventory::record(*inventory->by_serial("1"));
    RC_ASSERT(record.model == model);
    RC_ASSERT(record.owner == owner);
  }));
}

TEST_CASE("a subject is the same in both spellings and any order") {
  CHECK(normal_subject("CN=alice, OU=iPhone15,2, O=Ministry") ==
        normal_subject("/O=ministry/OU=iPhone15,2/CN=Alice"));
  CHECK(normal_subject("CN=alice") != normal_subject("CN=bob"));
  CHECK(normal_subject("nothing").empty());
  CHECK(subject_attributes("CN=a,b,OU=c").at(0).second == "a,b");
}

TEST_CASE("JSON members are text, numbers as written, and nothing else") {
  std::string seen;
  const auto visit = [&](std::span<const JsonMember> members) {
    for (const auto& m : members) seen.append(m.name).append("=").append(m.value).append(";");
    return ok();
  };
  const auto none = [](std::size_t, std::string_view) {};
  REQUIRE(each_json_object(R"({"a":"x\n","b":-1,"c":true,"d":null,"e":[1],"f":{"g":1},"h":1.5})",
                           visit, none));
  CHECK(seen == "a=x\n;b=-1;c=true;h=1.5;");
  std::string deep(100'000, '[');
  CHECK_FALSE(each_json_object(deep, visit, none));
}
