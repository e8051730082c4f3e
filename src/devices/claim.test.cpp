#include "devices/claim.hpp"

#include <doctest/doctest.h>

using namespace interdict::devices;

namespace {

DeviceClass apple_mobile() {
  DeviceClass c;
  c.vendor = Vendor::apple;
  c.family = Family::mobile;
  return c;
}

}  // namespace

TEST_CASE("belonging is as sure as the least sure level of a yes and the surest of a no") {
  Claim claim;
  claim.position.vendor = Vendor::apple;
  claim.position.family = Family::mobile;
  claim.position.line = Line::ipad;
  claim.against_interest = {3, 2, 1};
  claim.in_interest = {1, 0.8F, 0.4F};
  const auto ask = [&](DeviceClass c) { return belonging(c, claim); };
  DeviceClass ipad, samsung, iphone, pc;
  ipad.vendor = Vendor::apple;
  ipad.line = Line::ipad;
  samsung.vendor = Vendor::samsung;
  iphone.line = Line::iphone;
  pc.family = Family::desktop;
  CHECK(ask(apple_mobile()).odds == doctest::Approx(2));
  CHECK(ask(ipad).odds == doctest::Approx(1));
  CHECK(ask(samsung).membership == Membership::no);
  CHECK(ask(samsung).odds == doctest::Approx(1));
  CHECK(ask(pc).odds == doctest::Approx(0.8));
  CHECK(ask(iphone).membership == Membership::no);
  CHECK(ask({}).membership == Membership::yes);
  // iPhone or iPad is disputed: what does not rest on that stays sure.
  claim.conflicts = 1 << static_cast<int>(Level::line);
  CHECK(ask(apple_mobile()).membership == Membership::yes);
  CHECK(ask(samsung).membership == Membership::no);
  CHECK(ask(ipad).membership == Membership::conflict);
  CHECK(ask(iphone).membership == Membership::conflict);
  // A level that is not known decides nothing.
  DeviceClass old = apple_mobile();
  old.version_before = {17, 0, 0};
  CHECK(ask(old).membership == Membership::unknown);
}

TEST_CASE("grades are cut where the header says") {
  CHECK(grade_of(0.29F) == Grade::none);
  CHECK(grade_of(0.3F) == Grade::weak);
  CHECK(grade_of(1) == Grade::likely);
  CHECK(grade_of(2) == Grade::strong);
  CHECK(grade_of(3.5F) == Grade::certain);
  CHECK(name_of(Grade::certain) == "certain");
}

TEST_CASE("a position is described as a person would say it") {
  Position p;
  CHECK(described(p) == "a device");
  p.vendor = Vendor::apple;
  CHECK(described(p) == "an Apple device, phone or computer");
  p.family = Family::mobile;
  CHECK(described(p) == "an iPhone or iPad");
  p.model = "iPhone15,2";
  p.os_version = {16, 5, 0};
  CHECK(described(completed(p)) == "an iPhone 14 Pro (iPhone15,2), iOS 16.5");
  p = {};
  p.vendor = Vendor::samsung;
  p.line = Line::android_phone;
  p.model = "SM-A515F";
  p.os = Os::android;
  CHECK(described(p) == "an Android phone (SM-A515F) by samsung, Android");
}
