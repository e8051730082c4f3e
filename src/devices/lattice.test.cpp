#include "devices/lattice.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <vector>

using namespace interdict::devices;

namespace {

// The brute force: which combinations exist, written down as sentences instead of boxes.
bool exists(Vendor v, Family f, Line l, Os o) {
  const bool apple = v == Vendor::apple;
  if (o == Os::ios && (l != Line::iphone && l != Line::ipad && l != Line::ipod)) return false;
  if (o == Os::ipados && l != Line::ipad) return false;
  if ((o == Os::macos) != (l == Line::mac)) return false;
  if ((o == Os::watchos) != (l == Line::apple_watch)) return false;
  if ((o == Os::visionos) != (l == Line::vision)) return false;
  if ((o == Os::chromeos) != (l == Line::chromebook)) return false;
  switch (l) {
    case Line::iphone:
    case Line::ipod:
      return apple && f == Family::mobile && o == Os::ios;
    case Line::ipad:
      return apple && f == Family::mobile && (o == Os::ios || o == Os::ipados);
    case Line::vision:
      return apple && f == Family::mobile;
    case Line::apple_watch:
      return apple && f == Family::wearable;
    case Line::mac:
      return apple && f == Family::desktop;
    case Line::android_phone:
    case Line::android_tablet:
      return !apple && f == Family::mobile && o == Os::android;
    case Line::windows_phone:
      return !apple && f == Family::mobile && o == Os::windows;
    case Line::windows_pc:
      return !apple && f == Family::desktop && o == Os::windows;
    case Line::linux_pc:
      return !apple && f == Family::desktop && o == Os::linux;
    case Line::chromebook:
      return !apple && f == Family::desktop;
    case Line::other:
      if (apple) return o == Os::other && (f == Family::other || f == Family::service);
      return true;
    case Line::unknown:
      break;
  }
  return false;
}

template <class E>
E nth(int i) {
  return static_cast<E>(i);
}

const std::vector<Position>& all_devices() {
  static const std::vector<Position> devices = [] {
    std::vector<Position> out;
    for (int v = 1; v <= static_cast<int>(Vendor::other); ++v)
      for (int f = 1; f <= static_cast<int>(Family::other); ++f)
        for (int l = 1; l <= static_cast<int>(Line::other); ++l)
          for (int o = 1; o <= static_cast<int>(Os::other); ++o)
            if (exists(nth<Vendor>(v), nth<Family>(f), nth<Line>(l), nth<Os>(o))) {
              Position p;
              p.vendor = nth<Vendor>(v);
              p.family = nth<Family>(f);
              p.line = nth<Line>(l);
              p.os = nth<Os>(o);
              out.push_back(p);
            }
    return out;
  }();
  return devices;
}

/// Named levels alone, compared one by one.
template <class T>
bool agrees(const T& said, const Position& d) {
  return (said.vendor == Vendor::unknown || said.vendor == d.vendor) &&
         (said.family == Family::unknown || said.family == d.family) &&
         (said.line == Line::unknown || said.line == d.line) &&
         (said.os == Os::unknown || said.os == d.os);
}

template <class T>
T some_names() {
  // Mostly unknown, and few vendors, so that classes meet.
  const auto pick = [](int last) {
    return *rc::gen::weightedOneOf<int>(
        {{1, rc::gen::just(0)}, {1, rc::gen::inRange(0, last + 1)}});
  };
  T t;
  t.vendor = nth<Vendor>(*rc::gen::element(0, 0, 1, 2, 3, static_cast<int>(Vendor::other)));
  t.family = nth<Family>(pick(static_cast<int>(Family::other)));
  t.line = nth<Line>(pick(static_cast<int>(Line::other)));
  t.os = nth<Os>(pick(static_cast<int>(Os::other)));
  return t;
}

Version some_version() {
  return {*rc::gen::inRange<std::uint16_t>(0, 4), *rc::gen::inRange<std::uint16_t>(0, 3), 0};
}
Build some_build() {
  return {*rc::gen::inRange<std::uint8_t>(0, 4), *rc::gen::element('A', 'B'),
          *rc::gen::inRange<std::uint16_t>(1, 4), *rc::gen::element('\0', 'a')};
}
std::string some_model(bool pattern) {
  auto model = *rc::gen::element<std::string>("", "", "iPhone1,1", "iPhone1,2", "ipad2,1", "SM-A1",
                                              "SM-A", "sm-a1");
  if (pattern && !model.empty() && *rc::gen::arbitrary<bool>()) model += '*';
  return model;
}
DeviceClass some_class() {
  auto c = some_names<DeviceClass>();
  c.model = some_model(true);
  c.version_from = some_version();
  c.version_before = some_version();
  c.build_from = some_build();
  c.build_before = some_build();
  return c;
}
Position some_position() {
  auto p = some_names<Position>();
  p.model = some_model(false);
  p.os_version = some_version();
  p.build = some_build();
  return p;
}

}  // namespace

TEST_CASE("on the named levels fit is what trying every device gives") {
  CHECK(rc::check([] {
    const auto c = some_names<DeviceClass>();
    const auto p = some_names<Position>();
    std::size_t possible = 0, in = 0;
    for (const auto& d : all_devices()) {
      if (!agrees(p, d)) continue;
      ++possible;
      in += agrees(c, d) ? 1 : 0;
    }
    const auto expected = in == 0 ? Fit::no : in == possible ? Fit::yes : Fit::unknown;
    RC_TAG(static_cast<int>(expected));
    RC_ASSERT(fit(c, p) == expected);
  }));
}

TEST_CASE("on the named levels contains, disjoint and empty are what trying every device gives") {
  CHECK(rc::check([] {
    const auto a = some_names<DeviceClass>(), b = some_names<DeviceClass>();
    bool inside = true, shared = false, any = false;
    for (const auto& d : all_devices()) {
      any |= agrees(a, d);
      if (agrees(b, d) && !agrees(a, d)) inside = false;
      shared |= agrees(a, d) && agrees(b, d);
    }
    RC_ASSERT(empty(a) == !any);
    RC_ASSERT(contains(a, b) == inside);
    RC_ASSERT(disjoint(a, b) == !shared);
  }));
}

TEST_CASE("contains and disjoint never contradict fit, ranges and models included") {
  CHECK(rc::check([] {
    const auto a = some_class(), b = some_class();
    const auto p = some_position();
    const auto in_a = fit(a, p), in_b = fit(b, p);
    if (contains(a, b) && in_b == Fit::yes) RC_ASSERT(in_a == Fit::yes);
    if (contains(a, b) && in_a == Fit::no) RC_ASSERT(in_b == Fit::no);
    if (disjoint(a, b)) {
      if (in_a == Fit::yes) RC_ASSERT(in_b == Fit::no);
      RC_ASSERT(disjoint(b, a));
    }
    if (empty(a)) RC_ASSERT(in_a == Fit::no);
    RC_ASSERT(contains(a, a));
    RC_ASSERT(disjoint(a, a) == empty(a));
  }));
}

TEST_CASE("knowing more never turns a yes into a no") {
  CHECK(rc::check([] {
    const auto c = some_class();
    auto p = some_position();
    const auto more = completed(p);
    const auto before = fit(c, p);
    if (before != Fit::unknown) RC_ASSERT(fit(c, more) == before);
    RC_ASSERT(completed(more) == more);
    p.os_version = {};
    if (before == Fit::yes) RC_ASSERT(fit(c, p) != Fit::no);
  }));
}

TEST_CASE("what follows from a line, a system and a product type is filled in") {
  Position p;
  p.line = Line::iphone;
  CHECK(completed(p).vendor == Vendor::apple);
  CHECK(completed(p).family == Family::mobile);
  CHECK(completed(p).os == Os::ios);
  p = {};
  p.os = Os::macos;
  CHECK(completed(p).line == Line::mac);
  CHECK(completed(p).family == Family::desktop);
  p = {};
  p.os = Os::ios;
  CHECK(completed(p).vendor == Vendor::apple);
  CHECK(completed(p).family == Family::mobile);
  CHECK(completed(p).line == Line::unknown);
  p = {};
  p.os = Os::android;
  CHECK(completed(p).vendor == Vendor::unknown);
  CHECK(completed(p).family == Family::unknown);
  p = {};
  p.model = "iPad13,1";
  CHECK(completed(p).line == Line::ipad);
  CHECK(completed(p).os == Os::unknown);  // an old one runs iOS
  p.os_version = {17, 0, 0};
  CHECK(completed(p).os == Os::ipados);
  p.os_version = {12, 0, 0};
  CHECK(completed(p).os == Os::ios);
}

TEST_CASE("Android is not Apple though nobody said the vendor") {
  DeviceClass apple_mobile;
  apple_mobile.vendor = Vendor::apple;
  apple_mobile.family = Family::mobile;
  Position p;
  CHECK(fit(apple_mobile, p) == Fit::unknown);
  p.vendor = Vendor::apple;
  CHECK(fit(apple_mobile, p) == Fit::unknown);
  p.line = Line::ipod;
  CHECK(fit(apple_mobile, p) == Fit::yes);
  p = {};
  p.os = Os::android;
  CHECK(fit(apple_mobile, p) == Fit::no);
  p = {};
  p.line = Line::mac;
  CHECK(fit(apple_mobile, p) == Fit::no);
  p = {};
  p.model = "iPhone15,2";
  CHECK(fit(apple_mobile, p) == Fit::yes);
}

TEST_CASE("versions and builds are read strictly and in Apple's order") {
  CHECK(parse_version("17.2.1") == Version{17, 2, 1});
  CHECK(parse_version("17_2") == Version{17, 2, 0});
  CHECK(parse_version("16.46.21021.202") == Version{16, 46, 21021});
  CHECK(parse_version("10.0.19045.1") == Version{10, 0, 19045});
  for (const char* wrong : {"", ".", "17.", "17..2", "1.2.3.4.5", "17.2 ", "v17", "70000", "-1"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_version(wrong));
  }
  CHECK(to_string(Version{17, 0, 0}) == "17.0");
  CHECK(to_string(Version{17, 2, 1}) == "17.2.1");
  CHECK(parse_build("20F66") == Build{20, 'F', 66, 0});
  CHECK(parse_build("22G5054d") == Build{22, 'G', 5054, 'd'});
  CHECK(*parse_build("9B176") < *parse_build("15A421"));
  CHECK(*parse_build("8C148") < *parse_build("8C148a"));
  for (const char* wrong : {"", "20", "20F", "F66", "20f66", "200F66", "20F66666", "20F66dd",
                            "20F66D", "0A1", "20F66 ", " 20F66"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_build(wrong));
  }
  CHECK(rc::check("a build is read back as it was written", [] {
    const Build b{*rc::gen::inRange<std::uint8_t>(1, 100),
                  static_cast<char>(*rc::gen::inRange<int>('A', 'Z' + 1)),
                  *rc::gen::inRange<std::uint16_t>(0, 10'000),
                  *rc::gen::element('\0', 'a', 'm', 'z')};
    RC_ASSERT(parse_build(to_string(b)) == b);
  }));
}

TEST_CASE("every name is read back as its value, and unknown is no name") {
  for (const auto name : vendor_names()) CHECK(name_of(*vendor_from_name(name)) == name);
  for (const auto name : family_names()) CHECK(name_of(*family_from_name(name)) == name);
  for (const auto name : line_names()) CHECK(name_of(*line_from_name(name)) == name);
  for (const auto name : os_names()) CHECK(name_of(*os_from_name(name)) == name);
  CHECK(vendor_names().size() == static_cast<std::size_t>(Vendor::other));
  CHECK(line_names().size() == static_cast<std::size_t>(Line::other));
  CHECK(os_names().size() == static_cast<std::size_t>(Os::other));
  CHECK(name_of(Vendor::unknown) == "unknown");
  CHECK_FALSE(vendor_from_name("unknown"));
  CHECK_FALSE(line_from_name("Iphone"));
}

TEST_CASE("a class that contradicts itself is empty") {
  DeviceClass c;
  CHECK_FALSE(empty(c));
  c.vendor = Vendor::samsung;
  c.line = Line::iphone;
  CHECK(empty(c));
  c = {};
  c.vendor = Vendor::samsung;
  c.model = "iPhone*";
  CHECK(empty(c));
  c = {};
  c.version_from = {17, 2, 0};
  c.version_before = {17, 2, 0};
  CHECK(empty(c));
}
