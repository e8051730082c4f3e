#include "base/file.hpp"

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "support/temporary_folder.hpp"

using namespace interdict;

TEST_CASE("a file has its final name only when it is whole") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "report.json";
  {
    auto part = PartFile::create(path);
    REQUIRE(part);
    REQUIRE(part->write("half"));
    REQUIRE(part->finish());
    CHECK_FALSE(std::filesystem::exists(path));
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  auto part = PartFile::create(path);
  REQUIRE(part);
  REQUIRE(part->write("whole"));
  REQUIRE(part->commit());
  const auto bytes = read_file(path, 100);
  REQUIRE(bytes);
  CHECK(text_of(*bytes) == "whole");
}

TEST_CASE("a file longer than the limit is refused") {
  const test::TemporaryFolder folder;
  auto part = PartFile::create(folder.path() / "x");
  REQUIRE(part);
  REQUIRE(part->write("12345"));
  REQUIRE(part->commit());
  const auto bytes = read_file(folder.path() / "x", 4);
  REQUIRE_FALSE(bytes);
  CHECK(bytes.error().code() == Errc::limit);
}

TEST_CASE("what is not a regular file is refused without hanging") {
  const test::TemporaryFolder folder;
  const auto fifo = folder.path() / "fifo";
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  for (const auto& path : {fifo, folder.path()}) {
    const auto file = open_file(path);
    REQUIRE_FALSE(file);
    CHECK(file.error().code() == Errc::io);
  }
  const auto missing = open_file(folder.path() / "missing");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code() == Errc::not_found);
}
