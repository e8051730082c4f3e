// The artefacts on real data, against counts that other programs found (the data's own README).

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "artefacts/scan.hpp"
#include "base/file.hpp"
#include "support/memory_tree.hpp"
#include "support/shared_data.hpp"

using namespace interdict;
using artefacts::find_table;
using artefacts::Scan;
using artefacts::Table;

namespace {

struct Counted {
  std::uint64_t rows = 0, damaged = 0;
  std::string notes, errors;  // a line each
};

/// Every row of an artefact; each(row) sees it.
template <class F>
Counted count(evidence::Tree& tree, std::string_view id, F&& each) {
  const Table* table = find_table(id);
  REQUIRE(table != nullptr);
  Scan scan(*table, tree);
  Counted out;
  for (; scan.next(); ++out.rows) each(scan);
  for (const auto& source : scan.coverage()) {
    out.damaged += source->notes.damaged_rows;
    for (const std::string& note : source->notes.sentences) out.notes += note + '\n';
    if (!source->error.empty()) out.errors += source->error + '\n';
  }
  return out;
}

Counted count(evidence::Tree& tree, std::string_view id) {
  return count(tree, id, [](const Scan&) {});
}

void check_clean(const Counted& counted, std::uint64_t rows) {
  CHECK(counted.rows == rows);
  CHECK(counted.damaged == 0);
  CHECK(counted.errors == "");
  CHECK(counted.notes == "");
}

std::string file_of(const std::string& relative) {
  const auto bytes = read_file(test::shared_data() / relative, 1u << 30);
  REQUIRE(bytes);
  return std::string(text_of(*bytes));
}

}  // namespace

TEST_CASE("a real backup of iOS 14.3 is read, but for what was trimmed off it") {
  if (test::missing_data("ios/backup-14.3")) return;
  const auto tree = evidence::open(test::shared_data() / "ios/backup-14.3", {});
  REQUIRE(tree);
  check_clean(count(**tree, "ios/backup_info"), 14 + 6);
  check_clean(count(**tree, "ios/tcc"), 11);
  // The trimming changed sizes, and took five of the six browsers' observations.
  const auto sms = count(**tree, "ios/sms");
  CHECK(sms.rows == 1);
  CHECK(sms.damaged == 0);
  CHECK(sms.notes == "recorded size 278528, content 28672 bytes\n");
  const auto tabs = count(**tree, "ios/safari_browser_state");
  CHECK(tabs.rows == 1);
  CHECK(tabs.damaged == 0);
  const auto observations = count(**tree, "ios/webkit_resource_load_statistics");
  CHECK(observations.rows == 2);
  CHECK(observations.damaged == 0);
  CHECK(std::count(observations.errors.begin(), observations.errors.end(), '\n') == 5);
}

TEST_CASE("a real manifest gives every file, folder and link, where it lies on the phone") {
  if (test::missing_data("ios/backup-14.3")) return;
  const auto tree = evidence::open(test::shared_data() / "ios/backup-14.3", {});
  REQUIRE(tree);
  const Table& table = *find_table("ios/manifest");
  std::map<std::string, int, std::less<>> kinds;
  std::set<std::string> domains;
  std::uint64_t missing = 0, misplaced = 0;
  const auto counted = count(**tree, "ios/manifest", [&](const Scan& scan) {
    const auto text = [&](std::string_view name) {
      return std::string(scan.row()[*table.column(name)].as_text());
    };
    ++kinds[text("kind")];
    domains.insert(text("domain"));
    missing += text("stored") == "missing" ? 1 : 0;
    misplaced +=
        text("path") != evidence::device_path(text("domain"), text("relative_path")) ? 1 : 0;
  });
  check_clean(counted, 3721);
  CHECK(kinds == std::map<std::string, int, std::less<>>{
                     {"directory", 2618}, {"file", 1089}, {"symlink", 14}});
  CHECK(domains.size() == 562);
  CHECK(misplaced == 0);
  CHECK(missing > 1000);  // the backup is trimmed
}

TEST_CASE("a real DataUsage of iOS 14.3 gives its usage rows and every other process") {
  if (test::missing_data("ios/backup-14.3")) return;
  const auto tree = evidence::open(test::shared_data() / "ios/backup-14.3", {});
  REQUIRE(tree);
  const Table& table = *find_table("ios/data_usage");
  std::uint64_t live = 0;
  std::set<std::int64_t> processes;
  const auto counted = count(**tree, "ios/data_usage", [&](const Scan& scan) {
    live += scan.row()[*table.column("usage_id")].is_null() ? 0 : 1;
    processes.insert(scan.row()[*table.column("process_id")].as_integer());
  });
  CHECK(live == 10);
  CHECK(processes.size() == 40);
  CHECK(counted.damaged == 0);
}

TEST_CASE("a large real DataUsage has no orphans and 35 processes without usage") {
  if (test::missing_data("ios/plaso/DataUsage.sqlite")) return;
  test::MemoryTree tree;
  const Table& table = *find_table("ios/data_usage");
  tree.add(table.places.front(), file_of("ios/plaso/DataUsage.sqlite"));
  std::uint64_t live = 0, idle = 0, orphans = 0;
  std::set<std::int64_t> processes;
  const auto counted = count(tree, "ios/data_usage", [&](const Scan& scan) {
    const bool used = !scan.row()[*table.column("usage_id")].is_null();
    ++(used ? live : idle);
    orphans += scan.row()[*table.column("process")].is_null() ? 1 : 0;
    processes.insert(scan.row()[*table.column("process_id")].as_integer());
  });
  check_clean(counted, 887 + 35);
  CHECK(live == 887);
  CHECK(idle == 35);
  CHECK(orphans == 0);
  CHECK(processes.size() == 371);
}

TEST_CASE("a real TCC.db in the schema before auth_value is read") {
  if (test::missing_data("ios/plaso/TCC-test.db")) return;
  test::MemoryTree tree;
  tree.add(find_table("ios/tcc")->places.front(), file_of("ios/plaso/TCC-test.db"));
  check_clean(count(tree, "ios/tcc"), 21);
}
