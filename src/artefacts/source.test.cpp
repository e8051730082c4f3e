#include <doctest/doctest.h>

#include <fmt/format.h>

#include "artefacts/table.hpp"
#include "base/text.hpp"
#include "support/memory_tree.hpp"
#include "support/phone.hpp"

using namespace interdict;
using artefacts::Notes;
using artefacts::Source;

namespace {

evidence::File only_file(test::MemoryTree& tree) {
  return (*tree.find({evidence::Container::ios_backup, "*", "*"})).at(0);
}

}  // namespace

TEST_CASE("the same reason for a damaged row is added up") {
  Notes notes;
  notes.damaged_row("text is not valid UTF-8");
  notes.damaged_row("guid is NULL");
  notes.damaged_row("text is not valid UTF-8");
  CHECK(notes.damaged_rows == 3);
  CHECK(notes.reasons.at("text is not valid UTF-8") == 2);
  CHECK(notes.reasons.at("guid is NULL") == 1);
}

TEST_CASE("a sentence is kept once, and nothing in it can drive a terminal") {
  Notes notes;
  notes.note("columns unknown to this program: foo");
  notes.note("columns unknown to this program: foo");
  notes.note("a \x1b[2J name");
  notes.note("an ill-formed \xff name");
  REQUIRE(notes.sentences.size() == 3);
  CHECK(notes.sentences[1].find('\x1b') == std::string::npos);
  CHECK(valid_utf8(notes.sentences[2]));
}

TEST_CASE("a phone that makes everything odd cannot fill the memory with notes") {
  Notes notes;
  for (int i = 0; i < 5000; ++i) {
    notes.damaged_row(fmt::format("reason {}", i));
    notes.note(fmt::format("sentence {}{}", i, std::string(5000, 'x')));
  }
  CHECK(notes.damaged_rows == 5000);
  CHECK(notes.reasons.size() == Notes::kMaxSentences);
  CHECK(notes.reasons.at("for other reasons") == 5000 - (Notes::kMaxSentences - 1));
  CHECK(notes.sentences.size() == Notes::kMaxSentences);
  CHECK(notes.sentences[0].size() <= 1000);
}

TEST_CASE("what the evidence finds odd about a file becomes a note of its source") {
  test::MemoryTree tree;
  tree.add("", "Info.plist", "content");
  tree.odd = "the manifest says 8 bytes, there are 7";
  Notes notes;
  const Source source(tree, only_file(tree), notes);
  const auto bytes = source.bytes();
  REQUIRE(bytes);
  CHECK(text_of(*bytes) == "content");
  CHECK(notes.sentences == std::vector<std::string>{"the manifest says 8 bytes, there are 7"});
}

TEST_CASE("a file that is listed and not there says so when it is read") {
  test::MemoryTree tree;
  tree.add_missing("", "Manifest.db");
  Notes notes;
  const Source source(tree, only_file(tree), notes);
  CHECK(source.bytes().error().code() == Errc::not_found);
  CHECK(source.database().error().code() == Errc::not_found);
}

TEST_CASE("a source opens as a database") {
  test::MemoryTree tree;
  tree.add("", "a.db", test::database_from_sql("CREATE TABLE t (a, b);"));
  Notes notes;
  const Source source(tree, only_file(tree), notes);
  const auto database = source.database();
  REQUIRE(database);
  CHECK(*database->columns("t") == std::vector<std::string>{"a", "b"});
}
