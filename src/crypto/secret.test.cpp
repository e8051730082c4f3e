#include "crypto/secret.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

using namespace interdict;
using crypto::Secret;

TEST_CASE("a secret keeps its bytes when it is moved, and the source is left empty") {
  Secret a(std::string_view("correct horse"));
  Secret b(std::move(a));
  CHECK(a.empty());  // NOLINT(bugprone-use-after-move): the point
  CHECK(text_of(b.bytes()) == "correct horse");
  Secret c;
  c = std::move(b);
  CHECK(text_of(c.bytes()) == "correct horse");
  CHECK(Secret(ByteView{}).empty());
}

TEST_CASE("a secret that died leaves no byte where it lay") {
  auto first = std::make_unique<Secret>(std::string_view("battery staple"));
  const std::byte* where = first->bytes().data();
  first.reset();
  // Short secrets share a mapping: the next one gets the cell that became free.
  const Secret next(std::size_t{14});
  REQUIRE(next.bytes().data() == where);
  CHECK(std::ranges::all_of(next.bytes(), [](std::byte b) { return b == std::byte{}; }));
}

TEST_CASE("more secrets than there are shared cells, and long ones, do not disturb each other") {
  std::vector<Secret> secrets;
  for (unsigned i = 0; i < 3000; ++i) {
    Secret& s = secrets.emplace_back(i % 100 == 0 ? std::size_t{5000} : std::size_t{32});
    std::ranges::fill(s.writable(), static_cast<std::byte>(i % 251));
  }
  for (unsigned i = 0; i < 3000; ++i) {
    CHECK(std::ranges::all_of(secrets[i].bytes(),
                              [&](std::byte b) { return b == static_cast<std::byte>(i % 251); }));
  }
}
