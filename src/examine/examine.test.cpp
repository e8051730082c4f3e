#include "examine/examine.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "base/file.hpp"
#include "support/phone.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::examine;

namespace fs = std::filesystem;

namespace {

std::string text_of_file(const fs::path& path) {
  const auto bytes = read_file(path, 64u << 20);
  REQUIRE(bytes);
  return std::string(text_of(*bytes));
}

indicators::Set one_domain(const fs::path& folder) {
  std::ofstream(folder / "bad.txt") << "bad.example\n";
  const std::array<fs::path, 1> paths{folder / "bad.txt"};
  auto set = indicators::Set::load(paths);
  REQUIRE(set);
  return *std::move(set);
}

/// A backup in which the named artefacts of the test find their file.
fs::path backup_with(const fs::path& folder, const std::vector<std::string>& names,
                     std::optional<test::Encryption> encryption = {}) {
  test::BackupSpec spec;
  spec.encryption = std::move(encryption);
  for (const auto& name : names) {
    test::BackupFile file;
    file.domain = "HomeDomain";
    file.path = "Library/Bad/" + name;
    file.content = "content of " + name;
    spec.files.push_back(file);
  }
  test::write_backup(spec, folder / "backup");
  return folder / "backup";
}

const ArtefactEntry& entry(const Report& report, std::string_view id) {
  const auto found = std::ranges::find_if(
      report.coverage, [&](const ArtefactEntry& e) { return e.table->id == id; });
  REQUIRE(found != report.coverage.end());
  return *found;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& file : fs::directory_iterator(folder)) names.push_back(file.path().filename());
  std::ranges::sort(names);
  return names;
}

/// Everything a report says but its run header, in the words of every output.
std::string everything(Report report) {
  report.run = {};
  std::string all;
  for (const auto* output : outputs()) {
    REQUIRE(output->write(report, [&](std::string_view piece) {
      all += piece;
      return ok();
    }));
  }
  return all;
}

std::set<std::string> ids(const Report& report) {
  std::set<std::string> all;
  for (const auto& finding : report.findings) all.insert(finding.id);
  return all;
}

}  // namespace

TEST_CASE(
    "a decoder that crashes, hangs or eats memory is one error entry; its neighbours are read") {
  const test::TemporaryFolder folder;
  const auto set = one_domain(folder.path());
  std::vector<std::string> names{"good", "good_too", "abort", "null", "hang"};
#ifndef INTERDICT_SANITIZED  // the sanitizers' allocator takes no limit
  names.emplace_back("memory");
#endif
  Options options{.evidence = backup_with(folder.path(), names)};
  for (const auto& name : names) options.only.push_back("ios/test_" + name);
  options.limits = {.step = std::chrono::seconds(1), .step_memory = 64u << 20};
  const auto report = examine::examine(options, set);
  REQUIRE(report);

  CHECK(report->errors.size() == names.size() - 2);
  const auto error_of = [&](std::string_view id) {
    const auto is_its = [&](const std::string& e) { return e.starts_with(std::string(id) + ": "); };
    CHECK(std::ranges::count_if(report->errors, is_its) == 1);
    const auto found = std::ranges::find_if(report->errors, is_its);
    return found == report->errors.end() ? std::string() : *found;
  };
  CHECK(error_of("ios/test_abort").find("decoder crashed") != std::string::npos);
  CHECK(error_of("ios/test_null").find("decoder crashed") != std::string::npos);
  CHECK(error_of("ios/test_hang") == "ios/test_hang: gave up after 1 s");
#ifndef INTERDICT_SANITIZED
  CHECK(error_of("ios/test_abort") == "ios/test_abort: decoder crashed (aborted)");
  CHECK(error_of("ios/test_null") == "ios/test_null: decoder crashed (segmentation fault)");
  CHECK(error_of("ios/test_memory") == "ios/test_memory: ran out of its memory limit");
#endif
  for (const auto* id : {"ios/test_good", "ios/test_good_too"}) {
    CHECK(entry(*report, id).state == CoverageState::parsed);
    CHECK(entry(*report, id).rows == 2);
  }
  // What a decoder reported before it fell stands.
  CHECK(report->findings.size() == names.size());
  for (const auto& finding : report->findings) {
    CHECK(finding.kind == FindingKind::exposure);
    CHECK(finding.count == 1);
    REQUIRE(finding.rows.size() == 1);
    CHECK(finding.rows[0].locator.rowid == 2);
    CHECK(finding.rows[0].value == "bad.example");
    CHECK(finding.first_seen == UtcTime{2'000'000});
  }
  CHECK(std::ranges::count(report->unread_core, "ios/test_abort") == 1);
  CHECK(std::ranges::count(report->unread_core, "ios/test_good") == 0);
  CHECK(report->evidence_damaged);
  CHECK(report->verdict == Verdict::suspicious);
}

TEST_CASE("a decoder that was taken over reaches nothing but the evidence") {
  const test::TemporaryFolder folder;
  std::ofstream("/tmp/interdict-precious") << "precious";
  const Options options{.evidence = backup_with(folder.path(), {"escape"}),
                        .out = folder.path() / "out",
                        .only = {"ios/test_escape"}};
  const auto report = examine::examine(options, {});
  CHECK(fs::exists("/tmp/interdict-precious"));
  CHECK_FALSE(fs::exists("/tmp/interdict-escaped"));
  fs::remove("/tmp/interdict-precious");
  REQUIRE(report);
  const auto& sources = entry(*report, "ios/test_escape").sources;
  REQUIRE(sources.size() == 1);
  CHECK(sources[0].notes.size() >= 8);
  for (const auto& note : sources[0].notes) {
    INFO(note);
    CHECK(note.ends_with("refused"));
  }
  std::string locks;
  for (const auto& sentence : report->sandbox) locks += sentence + '\n';
  CHECK(locks.find("Landlock") != std::string::npos);
  CHECK(locks.find("seccomp") != std::string::npos);
  CHECK(locks.find("core dumps") != std::string::npos);
}

TEST_CASE("with an output folder every report and the timeline are there, and nothing else") {
  const test::TemporaryFolder folder;
  const auto set = one_domain(folder.path());
  const Options options{.evidence = backup_with(folder.path(), {"good"}),
                        .out = folder.path() / "new" / "out",
                        .only = {"ios/test_good"}};
  const auto report = examine::examine(options, set);
  REQUIRE(report);
  std::vector<std::string> expected{"timeline.csv"};
  for (const auto* output : outputs()) expected.emplace_back(output->file_name);
  std::ranges::sort(expected);
  CHECK(names_in(*options.out) == expected);
  CHECK(text_of_file(*options.out / "timeline.csv") ==
        "time_utc,artefact,event,description,file,locator\r\n"
        "1970-01-01T00:00:01.000000Z,ios/test_good,something happened,,"
        "/private/var/mobile/Library/Bad/good,rows#1\r\n"
        "1970-01-01T00:00:02.000000Z,ios/test_good,something happened,host=bad.example,"
        "/private/var/mobile/Library/Bad/good,rows#2\r\n");
  // The cited file is named with the digest of its content.
  const auto& sources = entry(*report, "ios/test_good").sources;
  REQUIRE(sources.size() == 1);
  CHECK(sources[0].sha256 == "b040e872bce03ab5062d4a639a53faa942ed511995a4180dbb8ecc671773df4d");
  // Core stores that were not asked for are named as unread.
  CHECK(exit_status(*report, FindingKind::compromise) == 3);
}

TEST_CASE("the same input gives the same bytes, and an encrypted twin the same findings") {
  const test::TemporaryFolder a, b;
  const auto set = one_domain(a.path());
  test::BackupSpec spec;
  spec.device = test::sample_iphone_device(true);
  spec.files = test::sample_iphone(true);
  test::write_backup(spec, a.path() / "plain");
  spec.encryption = test::Encryption{};
  test::write_backup(spec, b.path() / "encrypted");

  const Options plain{.evidence = a.path() / "plain", .out = a.path() / "out"};
  const auto first = examine::examine(plain, set);
  REQUIRE(first);
  const auto timeline = text_of_file(*plain.out / "timeline.csv");
  const auto second = examine::examine(plain, set);
  REQUIRE(second);
  CHECK(everything(*first) == everything(*second));
  CHECK(text_of_file(*plain.out / "timeline.csv") == timeline);
  CHECK(first->errors.empty());
  CHECK(first->files_listed > 0);
  CHECK(first->files_missing == 0);

  int asked = 0;
  Options encrypted{.evidence = b.path() / "encrypted", .out = b.path() / "out"};
  encrypted.password = [&]() -> Result<crypto::Secret> {
    ++asked;
    return crypto::Secret(std::string_view("interdict-sample"));
  };
  const auto twin = examine::examine(encrypted, set);
  REQUIRE(twin);
  CHECK(asked == 1);
  CHECK(twin->device.encrypted);
  CHECK_FALSE(first->findings.empty());
  CHECK(ids(*twin) == ids(*first));
  CHECK(twin->verdict == first->verdict);
}

TEST_CASE("without the password, or with a wrong one, an encrypted backup stays locked") {
  const test::TemporaryFolder folder;
  Options options{.evidence = backup_with(folder.path(), {"good"}, test::Encryption{}),
                  .out = folder.path() / "out"};
  auto report = examine::examine(options, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == Errc::locked);
  options.password = []() -> Result<crypto::Secret> {
    return crypto::Secret(std::string_view("wrong"));
  };
  report = examine::examine(options, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == Errc::locked);
  options.password = []() -> Result<crypto::Secret> { return Error{Errc::usage, "no terminal"}; };
  report = examine::examine(options, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().what().find("no terminal") != std::string::npos);
  CHECK_FALSE(fs::exists(*options.out));  // made, and taken away again
}

TEST_CASE("unusable input is refused before anything is written") {
  const test::TemporaryFolder folder;
  const auto backup = backup_with(folder.path(), {"good"});
  const auto code_of = [](const Options& options) {
    const auto report = examine::examine(options, {});
    REQUIRE_FALSE(report);
    return report.error().code();
  };
  CHECK(code_of({.evidence = backup, .only = {"ios/test_goood"}}) == Errc::usage);
  fs::create_directories(folder.path() / "empty");
  CHECK(code_of({.evidence = folder.path() / "empty"}) == Errc::usage);
  CHECK(code_of({.evidence = backup, .out = backup}) == Errc::usage);
  CHECK(code_of({.evidence = backup, .out = backup / "reports"}) == Errc::usage);
  CHECK_FALSE(fs::exists(backup / "reports"));
  std::ofstream(folder.path() / "file") << "x";
  CHECK(code_of({.evidence = backup, .out = folder.path() / "file"}) == Errc::io);
}

TEST_CASE("when interrupted nothing is left behind") {
  const test::TemporaryFolder folder;
  std::atomic<bool> stop = false;
  Options options{.evidence = backup_with(folder.path(), {"good", "hang"}),
                  .out = folder.path() / "out",
                  .only = {"ios/test_good", "ios/test_hang"},
                  .stop = &stop};
  // The stop comes while a decoder hangs: when its neighbour has been read.
  options.progress = [&](const Progress&) { stop = true; };
  const auto report = examine::examine(options, {});
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == Errc::interrupted);
  CHECK_FALSE(fs::exists(*options.out));
  CHECK(::waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("when the disk is full there is a clear error and no half report") {
  const test::TemporaryFolder folder;
  const auto backup = backup_with(folder.path(), {"good"});
  // A process that may write only so many bytes to a file stands in for a full disk.
  for (const rlim_t bytes : {0u, 60u, 1000u}) {
    const auto child = ::fork();
    if (child == 0) {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{bytes, bytes};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const auto report = examine::examine({.evidence = backup, .out = folder.path() / "out"}, {});
      const bool clear = !report && report.error().code() == Errc::io &&
                         report.error().what().find("writing") != std::string::npos &&
                         report.error().what().find("File too large") != std::string::npos;
      ::_exit(clear ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK_FALSE(fs::exists(folder.path() / "out"));
  }
}

TEST_CASE("progress names the steps") {
  const test::TemporaryFolder folder;
  std::vector<std::string> seen;
  Options options{.evidence = backup_with(folder.path(), {"good"}), .only = {"ios/test_good"}};
  options.progress = [&](const Progress& p) {
    seen.emplace_back(p.step);
    CHECK(p.done <= p.of);
  };
  REQUIRE(examine::examine(options, {}));
  REQUIRE_FALSE(seen.empty());
  CHECK(seen.front() == "ios/test_good");
}

TEST_CASE("a real, trimmed backup has no trace and says what could not be read") {
  if (test::missing_data("ios/backup-14.3") || test::missing_data("indicators")) return;
  const std::array<fs::path, 1> paths{test::shared_data() / "indicators"};
  const auto set = indicators::Set::load(paths);
  REQUIRE(set);
  const auto report = examine::examine({.evidence = test::shared_data() / "ios/backup-14.3"}, *set);
  REQUIRE(report);
  CHECK(report->verdict == Verdict::no_trace_found);
  CHECK_FALSE(report->evidence_damaged);
  CHECK_FALSE(report->unread_core.empty());
  CHECK(exit_status(*report, FindingKind::exposure) == 3);
  CHECK(report->errors.empty());
  CHECK(report->files_listed == 1089);
  for (const auto& finding : report->findings) CHECK(finding.kind < FindingKind::exposure);
  for (const auto* id :
       {"ios/backup_info", "ios/manifest", "ios/data_usage", "ios/os_analytics_ad_daily", "ios/sms",
        "ios/sms_attachments", "ios/safari_history", "ios/safari_browser_state",
        "ios/webkit_resource_load_statistics", "ios/tcc"}) {
    entry(*report, id);
  }
  CHECK(entry(*report, "ios/manifest").rows == 3721);
  CHECK(entry(*report, "ios/tcc").state == CoverageState::parsed);
}
