#include "evidence/decrypt.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include <sqlite3.h>

#include <doctest/doctest.h>

#include "evidence/restored_tree.hpp"
#include "evidence/testing.hpp"
#include "support/phone.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::evidence;
using namespace interdict::evidence::testing;
namespace fs = std::filesystem;

namespace {

test::BackupSpec phone_with_files(bool encrypted) {
  test::BackupSpec spec;
  if (encrypted) {
    spec.encryption =
        test::Encryption{.password = "p", .sha256_iterations = 3, .sha1_iterations = 2};
  }
  spec.files = {
      {.domain = "HomeDomain",
       .path = "Library/a.txt",
       .content = "alpha",
       .modified = 1'600'000'000},
      {.domain = "HomeDomain", .path = "Library/big", .content = std::string(3'000'001, 'B')},
      {.domain = "HomeDomain", .path = "Library/empty", .content = ""},
      {.domain = "HomeDomain", .path = "Library/gone", .content = "x", .omit_blob = true},
      {.domain = "HomeDomain", .path = "Library/lie", .content = "lie", .size_lie = 7},
      {.domain = "AppDomain-x", .path = "Documents", .content = {}, .directory = true},
      {.domain = "AppDomain-x", .path = "link", .content = {}, .link_target = "/etc/passwd"},
  };
  for (int i = 0; i < 300; ++i) {
    spec.files.push_back({.domain = "CameraRollDomain",
                          .path = "Media/" + std::to_string(i % 7) + "/" + std::to_string(i),
                          .content = std::string(static_cast<std::size_t>(i), 'c')});
  }
  return spec;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) {
      all[fs::relative(entry.path(), folder).string()] = slurp(entry.path());
    }
  }
  return all;
}

struct Scene {
  explicit Scene(const test::BackupSpec& spec) { test::write_backup(spec, backup); }
  test::TemporaryFolder folder;
  fs::path backup = folder.path() / "backup", destination = folder.path() / "restored";
  [[nodiscard]] Result<DecryptReport> run(const DecryptOptions& options = {}) const {
    return decrypt(backup, password("p"), destination, options);
  }
};

}  // namespace

TEST_CASE("decrypt restores domain and relative path, byte for byte") {
  for (const unsigned jobs : {1u, 4u}) {
    for (const bool encrypted : {false, true}) {
      const auto spec = phone_with_files(encrypted);
      const Scene scene(spec);
      const auto before = snapshot(scene.backup);
      const auto report = scene.run({.jobs = jobs});
      REQUIRE_MESSAGE(report, report.error().what());

      std::map<std::string, std::string> expected;
      for (const auto& file : spec.files) {
        if (file.directory || file.omit_blob || !file.link_target.empty()) continue;
        expected[file.domain + "/" + file.path] = file.content;
      }
      CHECK(contents(scene.destination) == expected);
      CHECK(snapshot(scene.backup) == before);
      CHECK(report->files == expected.size());
      CHECK(report->links == 1);
      REQUIRE(report->skipped.size() == 1);
      CHECK(report->skipped_files == 1);
      CHECK(report->skipped[0].file == "HomeDomain/Library/gone");
      CHECK(report->skipped[0].text.starts_with("listed in the manifest, but not in the folder"));
      REQUIRE(report->odd.size() == 1);
      CHECK(report->odd[0].file == "HomeDomain/Library/lie");
      CHECK(report->odd[0].text == "recorded size 10, content 3 bytes");
    }
  }
}

TEST_CASE("restored files are private and carry the manifest's time") {
  const Scene scene(phone_with_files(true));
  REQUIRE(scene.run());
  struct stat s{};
  REQUIRE(::stat((scene.destination / "HomeDomain/Library/a.txt").c_str(), &s) == 0);
  CHECK((s.st_mode & 07777) == 0600);
  CHECK(s.st_mtim.tv_sec == 1'600'000'000);
  REQUIRE(::stat((scene.destination / "AppDomain-x/Documents").c_str(), &s) == 0);
  CHECK(S_ISDIR(s.st_mode));
  CHECK((s.st_mode & 07777) == 0700);
  CHECK_FALSE(fs::exists(fs::symlink_status(scene.destination / "AppDomain-x/link")));
}

TEST_CASE("a destination that is not empty, no folder, or inside the evidence is refused") {
  const Scene scene(phone_with_files(false));
  const auto code = [&](const fs::path& destination) {
    const auto report = decrypt(scene.backup, no_password, destination);
    REQUIRE_FALSE(report);
    return report.error().code();
  };
  spill(scene.folder.path() / "full" / "x", "x");
  const auto before = snapshot(scene.folder.path());
  CHECK(code(scene.folder.path() / "full") == Errc::usage);
  CHECK(code(scene.folder.path() / "full" / "x") == Errc::usage);
  CHECK(code(scene.backup / "restored") == Errc::usage);
  CHECK(code(scene.folder.path() / "full" / ".." / "backup" / "restored") == Errc::usage);
  CHECK(code(scene.folder.path() / "no" / "such" / "parent") == Errc::not_found);
  CHECK(snapshot(scene.folder.path()) == before);
}

TEST_CASE("a wrong password leaves no destination behind") {
  const Scene scene(phone_with_files(true));
  const auto report = decrypt(scene.backup, password("wrong"), scene.destination);
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == Errc::locked);
  CHECK_FALSE(fs::exists(scene.destination));
}

TEST_CASE("paths that lead out of the destination are not restored") {
  CHECK(check_restorable("HomeDomain", "Library/a b/ü.txt"));
  CHECK(check_restorable("HomeDomain", ""));
  CHECK(check_restorable("HomeDomain", "..."));
  for (const std::string path :
       {"..", "../x", "a/../x", "a/..", "/etc/passwd", "a//b", "a/", "./a", "."}) {
    CAPTURE(path);
    CHECK_FALSE(check_restorable("HomeDomain", path));
  }
  CHECK_FALSE(check_restorable("HomeDomain", std::string("a\0b", 3)));
  CHECK_FALSE(check_restorable("HomeDomain", std::string(256, 'n')));
  CHECK_FALSE(check_restorable("HomeDomain", std::string(3'000, '/') + std::string(3'000, 'a')));
  CHECK(check_restorable("", "a").error().what() == "its row names no domain, not restored");
  CHECK_FALSE(check_restorable("..", "a"));
  CHECK_FALSE(check_restorable("a/b", "c"));
}

TEST_CASE("a link in the destination is not followed, a name is not taken twice") {
  const test::TemporaryFolder folder;
  const auto tree = RestoredTree::create(folder.path() / "restored");
  REQUIRE(tree);
  fs::create_directory(folder.path() / "outside");
  fs::create_directory_symlink(folder.path() / "outside",
                               folder.path() / "restored" / "HomeDomain");
  TreeWriter writer(*tree, 0);
  const auto through_link = writer.begin("HomeDomain", "x");
  REQUIRE_FALSE(through_link);
  CHECK(through_link.error().code() == Errc::malformed);
  CHECK(fs::is_empty(folder.path() / "outside"));

  const auto write = [&](std::string_view path, std::string_view text) -> Status {
    auto file = TRY(writer.begin("RootDomain", path));
    TRY(file.write(bytes_of(text)));
    return file.commit(std::nullopt);
  };
  CHECK(write("a", "first"));
  const auto again = write("a", "second");
  REQUIRE_FALSE(again);
  CHECK(again.error().code() == Errc::malformed);
  CHECK_FALSE(write("a/b", "below a file"));
  CHECK(slurp(folder.path() / "restored/RootDomain/a") == "first");
  CHECK(contents(folder.path() / "restored").size() == 1);
}

TEST_CASE("a file that is not finished has no name") {
  const test::TemporaryFolder folder;
  const auto tree = RestoredTree::create(folder.path() / "restored");
  REQUIRE(tree);
  TreeWriter writer(*tree, 3);
  {
    auto file = writer.begin("HomeDomain", "half");
    REQUIRE(file);
    REQUIRE(file->write(bytes_of("ha")));
    CHECK(fs::exists(folder.path() / "restored/.interdict-3.part"));
    CHECK_FALSE(fs::exists(folder.path() / "restored/HomeDomain/half"));
  }
  CHECK(contents(folder.path() / "restored").empty());
}

TEST_CASE("a stopped run leaves whole files only") {
  const auto spec = phone_with_files(true);
  const Scene scene(spec);
  const std::atomic<bool> stop = true;
  const auto report = scene.run({.jobs = 2, .stop = &stop});
  REQUIRE_FALSE(report);
  CHECK(report.error().code() == Errc::interrupted);
  CHECK(report.error().what() == "stopped; 0 files are restored");
  CHECK(contents(scene.destination).empty());
}

TEST_CASE("a run stopped in the middle leaves whole files only") {
  const auto spec = phone_with_files(true);
  const Scene scene(spec);
  std::map<std::string, std::string> all;
  for (const auto& file : spec.files) all[file.domain + "/" + file.path] = file.content;
  std::atomic<bool> stop = false;
  const DecryptOptions options{.jobs = 2, .stop = &stop, .progress = [&](auto...) { stop = true; }};
  const auto report = scene.run(options);
  if (!report) CHECK(report.error().code() == Errc::interrupted);
  for (const auto& [path, content] : contents(scene.destination)) {
    CAPTURE(path);
    REQUIRE(all.contains(path));
    CHECK(content == all.at(path));
  }
}

TEST_CASE("rows that share a path or name an unsafe one are skipped, the rest is restored") {
  const Scene scene(phone_with_files(false));
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((scene.backup / "Manifest.db").c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(
            db,
            "CREATE TABLE Rebuilt (fileID, domain, relativePath, flags, file);"
            "INSERT INTO Rebuilt SELECT * FROM Files;"
            "INSERT INTO Rebuilt SELECT fileID, domain, '../../escaped', flags, file FROM Files"
            " WHERE relativePath = 'Library/a.txt';"
            "INSERT INTO Rebuilt SELECT fileID, domain, relativePath, flags, file FROM Files"
            " WHERE relativePath = 'Library/a.txt';"
            "DROP TABLE Files; ALTER TABLE Rebuilt RENAME TO Files;",
            nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  const auto report = scene.run({.jobs = 1});
  REQUIRE(report);
  CHECK(report->files == 304);
  CHECK(report->skipped_files == 3);
  CHECK(slurp(scene.destination / "HomeDomain/Library/a.txt") == "alpha");
  CHECK_FALSE(fs::exists(scene.folder.path() / "escaped"));
  REQUIRE(report->skipped.size() == 3);
  CHECK(report->skipped[0].text == "an unsafe path, not restored");
  CHECK(report->skipped[1].text == "its path is taken by another row of the manifest");
}
