#include "rules/detections.hpp"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "rules/engine.hpp"
#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;

namespace {

const std::string kHeader =
    "-- id:       ios/a-thing\n"
    "-- title:    A thing\n"
    "-- kind:     attempt\n"
    "-- families: Some\n"
    "-- sources:  https://example.org/a\n"
    "--           https://example.org/b\n"
    "-- benign:   none known\n"
    "-- next:     look again\n"
    "-- baseline: 0 findings\n"
    "-- version:  1\n";

std::string why(std::string_view text, std::string_view name = "a_thing.sql") {
  const auto parsed = parse_detection({name, text});
  return parsed ? "" : parsed.error().what();
}

std::string without(std::string_view line) {
  std::string text = kHeader;
  const auto at = text.find("-- " + std::string(line));
  return text.erase(at, text.find('\n', at) + 1 - at) + "\nSELECT 1;";
}

bool says(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("a detection is its header and its SELECT") {
  const std::string text = kHeader + "\n-- why: a comment of the SQL\nSELECT 1;\n";
  const auto detection = parse_detection({"a_thing.sql", text});
  REQUIRE(detection);
  CHECK(detection->id == "ios/a-thing");
  CHECK(detection->title == "A thing");
  CHECK(detection->kind == FindingKind::attempt);
  CHECK(detection->families == "Some");
  CHECK(detection->sources == "https://example.org/a https://example.org/b");
  CHECK(detection->benign == "none known");
  CHECK(detection->next == "look again");
  CHECK(detection->baseline == "0 findings");
  CHECK(detection->version == "1");
  CHECK(detection->sql == "-- why: a comment of the SQL\nSELECT 1;");
  CHECK(detection->sha256.size() == 64);
}

TEST_CASE("every name of the header must be there once") {
  for (const std::string name :
       {"id", "title", "kind", "families", "benign", "next", "baseline", "version"}) {
    CAPTURE(name);
    CHECK(says(why(without(name)), "the header does not give \"" + name + "\""));
  }
  CHECK(says(why("-- id: ios/b\n" + kHeader + "\nSELECT 1;"), "id is given twice"));
  CHECK(says(why("-- id:\n" + kHeader + "\nSELECT 1;"), "id is given twice"));
}

TEST_CASE("what is not a header line is refused by name") {
  CHECK(says(why("-- colour: red\n" + kHeader + "\nSELECT 1;"), "\"-- colour: red\""));
  CHECK(says(why("-- just words\n" + kHeader + "\nSELECT 1;"), "\"-- just words\""));
  CHECK(says(why("--    more\n" + kHeader + "\nSELECT 1;"), "begins with a continuation"));
  CHECK(says(why(""), "does not give \"id\""));
}

TEST_CASE("an unknown kind, a foreign id and a missing SELECT are refused") {
  std::string text = kHeader + "\nSELECT 1;";
  CHECK(says(why(text, "other.sql"), "the id \"ios/a-thing\""));
  CHECK(says(why(text, "a_thing.txt"), "the id \"ios/a-thing\""));
  CHECK(says(why(kHeader + "\n-- SELECT\n'select'"), "no SELECT"));
  text.replace(text.find("attempt"), 7, "certain");
  CHECK(says(why(text), "no such kind of finding: \"certain\""));
  CHECK(says(why(kHeader + std::string(70'000, ' ') + "SELECT 1"), "longer than"));
}

TEST_CASE("the tables of a detection are those its SQL names, not those its comments mention") {
  const auto detection = parse_detection(
      {"a_thing.sql",
       kHeader + "\n-- ios_sms\n/* ios_tcc */ SELECT 'ios_manifest' FROM IOS_DATA_USAGE"});
  REQUIRE(detection);
  REQUIRE(detection->tables.size() == 1);
  CHECK(detection->tables[0]->id == "ios/data_usage");
}

TEST_CASE("every detection in the program keeps the contract and reads tables that exist") {
  std::set<std::string> ids, hashes;
  test::World world;
  const auto engine = test::engine_on(world);
  for (const Detection& one : detections()) {
    CAPTURE(one.id);
    CHECK(ids.insert(one.id).second);
    CHECK(hashes.insert(one.sha256).second);
    CHECK_FALSE(one.sources.empty());  // a name will do: a link that nobody opened proves nothing
    CHECK_FALSE(one.tables.empty());
    const auto found = engine->run(one, 10);
    REQUIRE_MESSAGE(found, (found ? "" : found.error().what()));
    CHECK(found->empty());
    // Nothing is there in an empty world, and that is said for each table.
    CHECK(engine->failures().size() == one.tables.size());
    for (const std::string& failure : engine->failures()) CHECK(says(failure, ": absent"));
  }
  CHECK(std::is_sorted(detections().begin(), detections().end(),
                       [](const Detection& a, const Detection& b) { return a.id < b.id; }));
  CHECK(ids.contains("ios/operation-triangulation-process"));
}
