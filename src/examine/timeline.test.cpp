#include "examine/timeline.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <algorithm>

#include "base/csv.hpp"
#include "base/text.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::examine;
using artefacts::Column;
using artefacts::ColumnKind;
using artefacts::Value;

namespace {

constexpr std::array<Column, 5> kColumns{{{"created", ColumnKind::time, "record made"},
                                          {"opened", ColumnKind::time, "opened, by hand"},
                                          {"url", ColumnKind::url, "where"},
                                          {"size", ColumnKind::plain, "bytes"},
                                          {"note", ColumnKind::free_text, "said"}}};
artefacts::Table table(std::string_view id, std::span<const Column> columns) {
  artefacts::Table t{};
  t.id = id;
  t.columns = columns;
  return t;
}
const artefacts::Table kVisits = table("ios/visits", kColumns);
constexpr std::array<Column, 2> kPlain{
    {{"at", ColumnKind::time, ""}, {"count", ColumnKind::plain, ""}}};
const artefacts::Table kCounts = table("ios/counts", kPlain);

constexpr std::string_view kHeader = "time_utc,artefact,event,description,file,locator\r\n";

struct Row {
  std::array<Value, 5> cells;
  std::int64_t rowid = 0;
};

Row row(std::optional<std::int64_t> created, std::optional<std::int64_t> opened,
        std::string_view url, std::string_view note, std::int64_t rowid) {
  const auto time = [](std::optional<std::int64_t> micros) {
    return micros ? Value::time(UtcTime{*micros}) : Value();
  };
  return {{time(created), time(opened), Value::text(url), Value::integer(9), Value::text(note)},
          rowid};
}

void add(TimelineRuns& runs, const Row& r) {
  const auto where = [&] { return Locator{"ios/visits", "/private/x.db", "visits", r.rowid, ""}; };
  REQUIRE(runs.add(r.cells, where));
}

std::string contents(int fd) {
  std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  REQUIRE(::pread(fd, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  return text;
}

/// The CSV of these rows, sorted in runs of `run_bytes`.
std::string timeline_of(const std::vector<Row>& rows, std::size_t run_bytes,
                        std::size_t merge_bytes = kMergeBytes) {
  const test::TemporaryFolder folder;
  const auto file = unnamed_file(folder.path()), csv = unnamed_file(folder.path());
  REQUIRE(file);
  REQUIRE(csv);
  CHECK(std::filesystem::is_empty(folder.path()));
  TimelineRuns runs(kVisits, file->get(), run_bytes);
  for (const auto& r : rows) add(runs, r);
  REQUIRE(runs.finish());
  const std::array<RunFile, 1> files{{{&kVisits, file->get()}}};
  REQUIRE(merge_timeline(files, csv->get(), [](std::uint64_t) {}, merge_bytes));
  return contents(csv->get());
}

}  // namespace

TEST_CASE("a row's moments become lines, sorted by time") {
  constexpr std::int64_t kDay = 86'400'000'000;
  const auto csv = timeline_of(
      {row(2 * kDay + 1, kDay, "http://b.example/", "hi, \"you\"", 1),
       row(std::nullopt, 3 * kDay + 3'723'000'004, "http://a.example/", "two\nlines", 2),
       row(std::nullopt, std::nullopt, "never", "", 3)},
      kRunBytes);
  CHECK(csv == std::string(kHeader) +
                   "1970-01-02T00:00:00.000000Z,ios/visits,\"opened, by hand\","
                   "\"url=http://b.example/; note=hi, \"\"you\"\"\",/private/x.db,visits#1\r\n"
                   "1970-01-03T00:00:00.000001Z,ios/visits,record made,"
                   "\"url=http://b.example/; note=hi, \"\"you\"\"\",/private/x.db,visits#1\r\n"
                   "1970-01-04T01:02:03.000004Z,ios/visits,\"opened, by hand\","
                   "\"url=http://a.example/; note=two lines\",/private/x.db,visits#2\r\n");
}

TEST_CASE("equal times of one row are one line that names both events") {
  const auto csv = timeline_of({row(5, 5, "u", "", 1)}, kRunBytes);
  CHECK(csv == std::string(kHeader) +
                   "1970-01-01T00:00:00.000005Z,ios/visits,\"record made; opened, by hand\","
                   "url=u; note=,/private/x.db,visits#1\r\n");
}

TEST_CASE("runs of any size merge into the same bytes, equal times in the order of the rows") {
  CHECK(rc::check([] {
    const auto times = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange(0, 20));
    std::vector<Row> rows;
    for (const auto t : times) {
      rows.push_back(row(t, t % 3 == 0 ? std::nullopt : std::optional(t / 2), "u", "n",
                         static_cast<std::int64_t>(rows.size())));
    }
    const auto at_once = timeline_of(rows, kRunBytes);
    RC_ASSERT(timeline_of(rows, 1) == at_once);
    RC_ASSERT(timeline_of(rows, 200, 1) == at_once);

    std::vector<std::pair<std::int64_t, std::int64_t>> expected, seen;
    for (const auto& r : rows) {
      for (std::size_t i = 0; i < 2; ++i) {
        const bool again =
            i == 1 && !r.cells[0].is_null() && r.cells[0].as_time() == r.cells[1].as_time();
        if (!r.cells[i].is_null() && !again)
          expected.emplace_back(r.cells[i].as_time().micros, r.rowid);
      }
    }
    std::ranges::stable_sort(expected, {}, &std::pair<std::int64_t, std::int64_t>::first);
    for (std::size_t at = kHeader.size(); at < at_once.size();) {
      const auto end = at_once.find("\r\n", at);
      const auto line = at_once.substr(at, end - at);
      seen.emplace_back(parse_iso8601(line.substr(0, 27))->micros,
                        std::stoll(line.substr(line.rfind('#') + 1)));
      at = end + 2;
    }
    RC_ASSERT(seen == expected);
  }));
}

TEST_CASE(
    "a long description is cut between letters, and a table without kinds tells its plain cells") {
  const std::string letters(300, 'x');
  std::string greek;
  for (int i = 0; i < 200; ++i) greek += "\u03b1";
  for (const auto& text : {letters, greek}) {
    const auto csv = timeline_of({row(1, std::nullopt, "", text, 1)}, kRunBytes);
    CHECK(valid_utf8(csv));
    CHECK(csv.size() < kHeader.size() + 400);
    CHECK(csv.find("\u2026") != std::string::npos);
  }
  const test::TemporaryFolder folder;
  const auto file = unnamed_file(folder.path()), csv = unnamed_file(folder.path());
  TimelineRuns runs(kCounts, file->get());
  const std::array<Value, 2> cells{Value::time(UtcTime{0}), Value::integer(-3)};
  REQUIRE(runs.add(cells, [] { return Locator{"", "/f.plist", "", 0, "=HYPERLINK(1)"}; }));
  REQUIRE(runs.finish());
  const std::array<RunFile, 1> files{{{&kCounts, file->get()}}};
  REQUIRE(merge_timeline(files, csv->get(), [](std::uint64_t) {}));
  CHECK(contents(csv->get()) ==
        std::string(kHeader) +
            "1970-01-01T00:00:00.000000Z,ios/counts,at,count=-3,/f.plist,'=HYPERLINK(1)\r\n");
}

TEST_CASE("tables merge in their order where times are equal") {
  const test::TemporaryFolder folder;
  const auto a = unnamed_file(folder.path()), b = unnamed_file(folder.path()),
             csv = unnamed_file(folder.path());
  const std::array<Value, 2> cells{Value::time(UtcTime{7}), Value::integer(1)};
  TimelineRuns counts(kCounts, a->get()), visits(kVisits, b->get());
  REQUIRE(counts.add(cells, [] { return Locator{}; }));
  REQUIRE(counts.finish());
  add(visits, row(7, std::nullopt, "u", "n", 1));
  REQUIRE(visits.finish());
  const std::array<RunFile, 2> files{{{&kCounts, a->get()}, {&kVisits, b->get()}}};
  REQUIRE(merge_timeline(files, csv->get(), [](std::uint64_t) {}));
  const auto text = contents(csv->get());
  CHECK(text.find("ios/counts") < text.find("ios/visits"));
}

TEST_CASE("a run that is not as it was written is refused") {
  const test::TemporaryFolder folder;
  const auto csv = unnamed_file(folder.path());
  const auto refused = [&](std::string bytes) {
    const auto file = unnamed_file(folder.path());
    REQUIRE(write_all(file->get(), bytes_of(bytes)));
    const std::array<RunFile, 1> files{{{&kVisits, file->get()}}};
    const auto merged = merge_timeline(files, csv->get(), [](std::uint64_t) {});
    return !merged && merged.error().code() == Errc::malformed;
  };
  using namespace std::string_literals;
  CHECK(refused("short"));
  CHECK(refused("\x00\x00\x00\x00\x00\x00\x00\x00"s));      // an empty run
  CHECK(refused("\xff\x00\x00\x00\x00\x00\x00\x00xx"s));    // longer than the file
  CHECK(refused("\x04\x00\x00\x00\x00\x00\x00\x00xxxx"s));  // less than a record
  CHECK(
      refused("\x10\x00\x00\x00\x00\x00\x00\x00"
              "12345678"
              "\x01\x00\x00\x00"
              "\x09\x00\x00\x00"s));
  CHECK(
      refused("\x10\x00\x00\x00\x00\x00\x00\x00"
              "12345678"
              "\x01\x00\x00\x00"
              "\xff\xff\xff\xff"s));
}

TEST_CASE("a cell is quoted when it must be and is never a formula") {
  const auto cell = [](std::string_view text) {
    std::string out;
    append_csv_cell(out, text);
    return out;
  };
  CHECK(cell("plain") == "plain");
  CHECK(cell("a,b") == "\"a,b\"");
  CHECK(cell("say \"a\"") == "\"say \"\"a\"\"\"");
  CHECK(cell("=1+1") == "'=1+1");
  CHECK(cell("@x,y") == "\"'@x,y\"");
  CHECK(cell("a\r\n\x1b[2J") == "\"a   [2J\"");
  CHECK(cell("") == "");
}
