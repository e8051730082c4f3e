#include "evidence/database_view.hpp"

#include <string>

#include <doctest/doctest.h>

#include "evidence/testing.hpp"

using namespace interdict;
using namespace interdict::evidence;

namespace {

std::shared_ptr<RandomAccess> in_memory(const std::string& text) {
  const auto view = bytes_of(text);
  return std::make_shared<MemoryBytes>(Bytes(view.begin(), view.end()));
}

/// A database of two pages of 512 bytes that ends with `tail`.
std::string database(const std::string& tail) {
  std::string bytes = std::string("SQLite format 3\0\x02\x00", 18);
  bytes.resize(100, '\0');
  bytes.resize(1024 - tail.size(), 'd');
  return bytes + tail;
}

}  // namespace

TEST_CASE("a database is known by its first sixteen bytes") {
  CHECK(begins_as_database(*in_memory(database(""))));
  CHECK_FALSE(begins_as_database(*in_memory("SQLite format 2")));
  CHECK_FALSE(begins_as_database(*in_memory("")));
  CHECK_FALSE(begins_as_database(*in_memory(std::string(1024, '\0'))));
}

TEST_CASE("bytes that only looked like padding are put back") {
  const auto whole = database(std::string(3, '\x03'));
  const auto cut = in_memory(whole.substr(0, whole.size() - 3));
  const auto view = with_whole_pages(cut, 1024);
  CHECK(testing::text_of_all(*view) == whole);
  Bytes last(2);
  REQUIRE(view->read_at(1022, last));
  CHECK(text_of(last) == "\x03\x03");
  CHECK_FALSE(view->read_at(1023, last));
}

TEST_CASE("real padding stays off") {
  const auto plain = in_memory(database("end"));
  CHECK(with_whole_pages(plain, 1040) == plain);
  CHECK(with_whole_pages(plain, 1024) == plain);
  const auto odd = in_memory(database("end").substr(0, 1000));  // truncated, not padded
  CHECK(with_whole_pages(odd, 1008) == odd);
}

TEST_CASE("a database shorter than its header says counts the pages that are there") {
  auto bytes = database("end");
  bytes[31] = 5;  // of 5 pages 2 are there
  std::string note;
  const auto view = with_true_page_count(in_memory(bytes), note);
  CHECK(note == "Manifest.db is truncated: 2 of 5 pages are there, files may be missing");
  auto expected = bytes;
  expected[31] = 2;
  CHECK(testing::text_of_all(*view) == expected);
  Bytes few(2);
  REQUIRE(view->read_at(30, few));
  CHECK(text_of(few) == std::string("\0\x02", 2));

  note.clear();
  bytes[31] = 2;
  const auto whole = in_memory(bytes);
  CHECK(with_true_page_count(whole, note) == whole);
  CHECK(note.empty());
}
