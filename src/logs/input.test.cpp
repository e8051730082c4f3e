#include "logs/input.hpp"

#include <fstream>

#include <doctest/doctest.h>

#include "support/mail_logs.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::logs;
using test::gzip;

namespace {

struct Read {
  std::string text, error;
  Errc code{};
};
Read all(Input input, std::size_t piece = 4096, std::size_t stop = 1 << 30) {
  Read out;
  std::string buffer(piece, '\0');
  for (;;) {
    auto n = input.read(buffer);
    if (!n) {
      out.error = n.error().what();
      out.code = n.error().code();
      return out;
    }
    if (*n == 0 || out.text.size() > stop) return out;
    out.text.append(buffer, 0, *n);
  }
}

std::string sample(std::size_t size) {
  std::string text;
  std::uint32_t x = 1;
  while (text.size() < size) {
    x = x * 1664525 + 1013904223;
    text += std::to_string(x) + '\n';
  }
  return text;
}

}  // namespace

TEST_CASE("plain and gzip logs read the same, members and padding included") {
  const auto text = sample(700'000);
  CHECK(all(Input::of(text)).text == text);
  CHECK(all(Input::of(gzip(text))).text == text);
  CHECK(all(Input::of(gzip(text) + gzip("more\n") + gzip("") + gzip("x"))).text ==
        text + "more\nx");
  CHECK(all(Input::of(gzip(text) + std::string(1000, '\0'))).error.empty());
  for (const std::size_t piece : {1, 7, 100}) {
    CHECK(all(Input::of(gzip(text.substr(0, 5000)) + gzip("y")), piece).text ==
          text.substr(0, 5000) + "y");
  }
  CHECK(all(Input::of("")).text.empty());
  CHECK(all(Input::of("\x1f")).text == "\x1f");
}

TEST_CASE("a gzip that ends early or is damaged gives what came before") {
  const auto text = sample(700'000);
  const auto packed = gzip(text);
  const auto half = all(Input::of(packed.substr(0, packed.size() / 2)));
  CHECK(half.code == Errc::truncated);
  CHECK(half.text.size() > text.size() / 4);
  CHECK(text.starts_with(half.text));
  auto damaged = packed;
  damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
  const auto bad = all(Input::of(damaged));
  CHECK(bad.code == Errc::malformed);
  CHECK(bad.text.size() > 0);
  const auto garbage = all(Input::of(packed + "garbage"));
  CHECK(garbage.text == text);
  CHECK(garbage.code == Errc::malformed);
}

TEST_CASE("a gzip bomb is stopped, a very repetitive log is not") {
  const auto bomb = gzip(std::string(100 << 20, 'x'));
  std::string many;
  for (int i = 0; i < 4; ++i) many += bomb;
  CHECK(all(Input::of(many), 1 << 20).code == Errc::limit);
  std::string line = sample(4000), log;
  while (log.size() < (80 << 20)) log += line;
  const auto read = all(Input::of(gzip(log)), 1 << 20);
  CHECK(read.error.empty());
  CHECK(read.text.size() == log.size());
}

TEST_CASE("files open, folders and missing files do not") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "mail.log.gz";
  std::ofstream(path, std::ios::binary) << gzip("hello\n");
  auto input = Input::open(path);
  REQUIRE(input);
  CHECK(all(*std::move(input)).text == "hello\n");
  CHECK_FALSE(Input::open(folder.path()));
  const auto missing = Input::open(folder.path() / "none");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code() == Errc::not_found);
}
