#include "rules/engine.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;
using test::answer;
using test::engine_on;
using test::morning;
using test::World;

namespace {

bool says(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

void add_visit(World& world, std::int64_t id, const std::string& url, double at) {
  world.add("ios/safari_history", {{"visit_id", id}, {"url", url}, {"visit_time", morning(at)}});
}

Detection of_sql(std::string sql) {
  Detection detection;
  detection.id = "ios/test";
  detection.title = "A test";
  detection.kind = FindingKind::attempt;
  detection.sql = std::move(sql);
  return detection;
}

std::string why(World& world, std::string sql) {
  const auto found = engine_on(world)->run(of_sql(std::move(sql)), 10);
  return found ? "" : found.error().what();
}

}  // namespace

TEST_CASE("a table shows its rows under its SQL name, times as text, NULL as nothing") {
  World world;
  add_visit(world, 7, "http://example.org/", 0.25);
  const auto engine = engine_on(world);
  CHECK(answer(*engine, "SELECT visit_id, url, visit_time, title FROM ios_safari_history") ==
        "7,http://example.org/,2020-09-13T12:26:40.250000Z,-");
}

TEST_CASE("the hidden columns give the citation and the file, and * does not show them") {
  World world;
  world.add("ios/tcc", {}, "/a b/TCC.db");
  const auto engine = engine_on(world);
  CHECK(answer(*engine, "SELECT _cite, _file FROM ios_tcc") ==
        "ios/tcc|/a b/TCC.db|ROWS|1|,/a b/TCC.db");
  std::vector<std::string> names;
  REQUIRE(engine->query(
      "SELECT * FROM ios_tcc", [&](auto header) { names.assign(header.begin(), header.end()); },
      [](auto) { return true; }));
  CHECK(names.size() == artefacts::find_table("ios/tcc")->columns.size());
}

TEST_CASE("equality on a key is a look-up, in joins too, and anything else is a scan") {
  World world;
  for (int i = 0; i < 100; ++i) add_visit(world, i, "http://example.org/" + std::to_string(i), i);
  const auto engine = engine_on(world);
  CHECK(answer(*engine, "SELECT url FROM ios_safari_history WHERE visit_id = 42") ==
        "http://example.org/42");
  CHECK(world.reading("ios/safari_history").rows == 1);
  CHECK(
      answer(*engine,
             "WITH w(id) AS (VALUES (3), (5)) SELECT h.url FROM w CROSS JOIN ios_safari_history h "
             "ON h.visit_id = w.id") == "http://example.org/3 / http://example.org/5");
  CHECK(world.reading("ios/safari_history").rows == 3);
  CHECK(world.reading("ios/safari_history").scans == 0);
  const auto plan = [&](const char* sql) { return engine->plan(sql)->at(0); };
  CHECK(plan("SELECT 1 FROM ios_safari_history WHERE visit_id = 1").ends_with(":visit_id="));
  CHECK(plan("SELECT 1 FROM ios_safari_history WHERE visit_id > 1").ends_with(":scan"));
}

TEST_CASE("a reader learns which columns the statement names") {
  World world;
  world.add("ios/safari_history", {{"visit_id", std::int64_t{1}}, {"url", "http://a.org/"}});
  const auto engine = engine_on(world);
  using Names = std::set<std::string, std::less<>>;
  CHECK(answer(*engine, "SELECT count(*) FROM ios_safari_history") == "1");
  CHECK(world.reading("ios/safari_history").wanted.empty());
  CHECK(answer(*engine, "SELECT url FROM ios_safari_history WHERE +visit_id = 1") ==
        "http://a.org/");
  CHECK(world.reading("ios/safari_history").wanted == Names{"url", "visit_id"});
  CHECK(answer(*engine,
               "SELECT a.url FROM ios_safari_history a JOIN ios_safari_history b "
               "USING (title)") == "");
  CHECK(world.reading("ios/safari_history").wanted == Names{"url", "visit_id", "title"});
}

TEST_CASE("a look-up gives what a scan would give, whatever it is compared with") {
  World world;
  world.add("ios/manifest", {{"domain", "HomeDomain"}, {"relative_path", "a"}});
  world.add("ios/manifest", {{"domain", "homedomain"}, {"relative_path", "b"}});
  world.add("ios/manifest", {{"relative_path", "c"}});
  add_visit(world, 5, "u", 0);
  const auto engine = engine_on(world);
  const auto paths = [&](const std::string& where) {
    return answer(*engine, "SELECT relative_path FROM ios_manifest WHERE " + where);
  };
  CHECK(paths("domain = 'HomeDomain'") == "a");
  CHECK(paths("domain = 'HomeDomain' COLLATE NOCASE") == "a / b");
  CHECK(paths("domain = NULL").empty());
  CHECK(paths("domain IS NULL") == "c");
  CHECK(paths("domain = x'486f6d65446f6d61696e'").empty());
  CHECK(paths("domain = 'HomeDomain' AND relative_path = 'b'").empty());
  CHECK(paths("+domain = 'HomeDomain' AND relative_path = 'a'") == "a");
  CHECK(paths("relative_path IN ('a', 'c')") == "a / c");
  const auto visits = [&](const std::string& value) {
    return answer(*engine, "SELECT url FROM ios_safari_history WHERE visit_id = " + value);
  };
  CHECK(visits("5") == "u");
  CHECK(visits("5.0") == "u");
  CHECK(visits("5.5").empty());
  CHECK(visits("'5'").empty());
}

TEST_CASE("several sources of a table are one table") {
  World world;
  world.add("ios/safari_history", {{"visit_id", std::int64_t{1}}}, "/one/History.db");
  world.add("ios/safari_history", {{"visit_id", std::int64_t{1}}}, "/two/History.db");
  CHECK(answer(*engine_on(world), "SELECT visit_id, _file FROM ios_safari_history") ==
        "1,/one/History.db / 1,/two/History.db");
}

TEST_CASE("what cannot be read is told once, and the rest is read") {
  World world;
  world.source("ios/safari_history", "/bad/History.db").open_error = "no database";
  world.add("ios/safari_history", {{"visit_id", std::int64_t{1}}}, "/torn/History.db");
  world.source("ios/safari_history", "/torn/History.db").late_error = "page 7 is torn";
  world.add("ios/safari_history", {{"visit_id", std::int64_t{2}}}, "/well/History.db");
  const auto engine = engine_on(world);
  CHECK(answer(*engine,
               "SELECT a.visit_id FROM ios_safari_history a, ios_safari_history b "
               "WHERE b.visit_id = a.visit_id") == "1 / 2");
  CHECK(engine->failures() ==
        std::vector<std::string>{"ios/safari_history: /bad/History.db: no database",
                                 "ios/safari_history: /torn/History.db: page 7 is torn"});
  CHECK(answer(*engine, "SELECT count(*) FROM ios_tcc") == "0");
  CHECK(engine->failures() == std::vector<std::string>{"ios/tcc: absent"});
  CHECK(answer(*engine, "SELECT 1") == "1");
  CHECK(engine->failures().empty());
}

TEST_CASE("only one SELECT is accepted") {
  World world;
  const auto engine = engine_on(world);
  for (const std::string sql :
       {"ATTACH '/tmp/x.db' AS x", "PRAGMA journal_mode", "SELECT * FROM pragma_database_list",
        "CREATE TABLE t(a)", "CREATE TEMP TABLE t(a)", "DROP TABLE apple_builds",
        "DELETE FROM apple_builds", "INSERT INTO apple_builds VALUES ('1', '1A1')",
        "UPDATE apple_builds SET version = '1'", "BEGIN", "VACUUM INTO '/tmp/x.db'",
        "SELECT load_extension('x')", "CREATE VIRTUAL TABLE t USING ios_tcc", "ANALYZE",
        "REINDEX"}) {
    CAPTURE(sql);
    const std::string said = answer(*engine, sql);
    CHECK(said.starts_with("error: "));
  }
  CHECK(answer(*engine, "PRAGMA journal_mode") == "error: only SELECT is allowed here");
  CHECK(answer(*engine, "ATTACH 'x' AS x") == "error: only SELECT is allowed here");
  CHECK(answer(*engine, "SELECT 1; SELECT 2") == "error: one SELECT at a time, please");
  CHECK(answer(*engine, "SELECT 1; nonsense") == "error: one SELECT at a time, please");
  CHECK(answer(*engine, "SELECT 1; -- that is all\n ;") == "1");
  CHECK(answer(*engine, " -- nothing ") == "error: the query is empty");
  CHECK(answer(*engine, std::string_view("SELECT 1\0;", 10)) ==
        "error: the query holds a NUL character");
  CHECK(says(answer(*engine, "SELECT '" + std::string(70'000, 'a') + "'"), "longer than"));
}

TEST_CASE("a misspelt name is answered with where the names are") {
  World world;
  const auto engine = engine_on(world);
  CHECK(answer(*engine, "SELECT 1 FROM ios_smss") ==
        "error: no such table: ios_smss (`interdict tables` lists tables and columns)");
  CHECK(says(answer(*engine, "SELECT colour FROM ios_tcc"), "`interdict tables`"));
  CHECK(says(answer(*engine, "SELECT \"colour\" FROM ios_tcc"), "`interdict tables`"));
  CHECK(says(answer(*engine, "SELEKT 1"), "syntax error"));
}

TEST_CASE("a query that never ends is stopped") {
  World world;
  std::atomic<bool> stop{false};
  const auto engine = engine_on(world, &stop);
  CHECK(answer(*engine, "SELECT 1") == "1");
  std::thread person([&] { stop = true; });
  const auto done = engine->query(
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n",
      [](auto) {}, [](auto) { return true; });
  person.join();
  REQUIRE_FALSE(done);
  CHECK(done.error().code() == Errc::interrupted);
}

TEST_CASE("a query that wants too much memory ends with a limit, and the engine lives on") {
  World world;
  const auto engine = engine_on(world);
  const auto heap = engine->query(
      "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 100000000), "
      "m AS MATERIALIZED (SELECT i, randomblob(1000) AS b FROM n) SELECT count(*) FROM m",
      [](auto) {}, [](auto) { return true; });
  REQUIRE_FALSE(heap);
  CHECK(heap.error().code() == Errc::limit);
  const auto text =
      engine->query("SELECT length(zeroblob(100000000))", [](auto) {}, [](auto) { return true; });
  REQUIRE_FALSE(text);
  CHECK(text.error().code() == Errc::limit);
  CHECK(answer(*engine, "SELECT 1") == "1");
}

TEST_CASE("the reader of a query may stop it") {
  World world;
  for (int i = 0; i < 100; ++i) add_visit(world, i, "u", i);
  int rows = 0;
  CHECK(engine_on(world)->query(
      "SELECT visit_id FROM ios_safari_history", [](auto) {}, [&](auto) { return ++rows < 3; }));
  CHECK(rows == 3);
  CHECK(world.reading("ios/safari_history").rows <= 4);
}

TEST_CASE("blobs are shown as SQL writes them") {
  World world;
  CHECK(answer(*engine_on(world), "SELECT x'00ff', NULL, 1.5, ''") == "X'00ff',-,1.5,");
}

TEST_CASE("a huge text is cut and that is said") {
  World world;
  add_visit(world, 1, std::string(17 << 20, 'a'), 0);
  const auto engine = engine_on(world);
  CHECK(answer(*engine, "SELECT length(url) FROM ios_safari_history") == std::to_string(16 << 20));
  REQUIRE(engine->failures().size() == 1);
  CHECK(says(engine->failures()[0], "longer than 16 MiB was cut"));
}

TEST_CASE("a detection's row becomes a finding with each citation once") {
  World world;
  add_visit(world, 1, "u", 60);
  add_visit(world, 2, "v", 61);
  const auto found = engine_on(world)->run(
      of_sql("SELECT min(visit_time) AS at, 'two visits' AS summary, max(_cite) AS cite_last, "
             "group_concat(_cite, char(10)) AS cite FROM ios_safari_history"),
      10);
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  const RuleFinding& finding = found->front();
  CHECK(finding.at == morning(60));
  CHECK(finding.title == "A test");
  CHECK(finding.kind == FindingKind::attempt);
  CHECK(finding.summary == "two visits");
  REQUIRE(finding.cites.size() == 2);
  CHECK(finding.cited == 2);
  CHECK(finding.cites[0].rowid == 2);
  CHECK(finding.cites[1] == Locator{"ios/safari_history", "/ios/safari_history", "ROWS", 1, ""});
}

TEST_CASE("citations are bounded and counted, findings are limited") {
  World world;
  for (int i = 0; i < 250; ++i) add_visit(world, i, "u", i);
  const auto engine = engine_on(world);
  const auto one =
      engine->run(of_sql("SELECT NULL AS at, 'all' AS summary, "
                         "group_concat(_cite, char(10)) AS cite FROM ios_safari_history"),
                  10);
  REQUIRE(one);
  CHECK(one->front().cites.size() == kMaxCites);
  CHECK(one->front().cited == 250);
  CHECK_FALSE(one->front().at);
  const auto many = engine->run(
      of_sql("SELECT NULL AS at, 'each' AS summary, _cite AS cite, 'note' AS kind, 'Own' AS title, "
             "7 AS cited FROM ios_safari_history"),
      5);
  REQUIRE(many);
  CHECK(many->size() == 5);
  CHECK(many->front().kind == FindingKind::note);
  CHECK(many->front().title == "Own");
  CHECK(many->front().cited == 7);
}

TEST_CASE("a detection that breaks the contract is an error, not a finding") {
  World world;
  add_visit(world, 1, "u", 60);
  const std::string from = " FROM ios_safari_history";
  CHECK(says(why(world, "SELECT 1 AS at, _cite AS cite" + from), "must name at, summary"));
  CHECK(says(why(world, "SELECT NULL AS at, 's' AS summary, 1 AS cited" + from), "must name"));
  CHECK(
      says(why(world, "SELECT 'noon' AS at, 's' AS summary, _cite AS cite" + from), "not a time"));
  CHECK(says(why(world, "SELECT NULL AS at, NULL AS summary, _cite AS cite" + from),
             "without a summary"));
  CHECK(says(why(world, "SELECT NULL AS at, 's' AS summary, NULL AS cite" + from),
             "without a citation"));
  CHECK(says(why(world, "SELECT NULL AS at, 's' AS summary, 'x' AS cite" + from),
             "not one that a table gave"));
  CHECK(says(why(world, "SELECT NULL AS at, 's' AS summary, _cite AS cite, 'sure' AS kind" + from),
             "no such kind"));
  CHECK(says(why(world, "SELECT nothing"), "detection ios/test"));
}
