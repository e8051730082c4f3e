#include "evidence/folder.hpp"

#include <filesystem>
#include <string>

#include <sys/stat.h>

#include <doctest/doctest.h>

#include "evidence/testing.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::evidence;
namespace fs = std::filesystem;
using testing::spill;

namespace {

const std::string kId(40, 'a');

void make_backup(const fs::path& folder) {
  spill(folder / "Manifest.db", "x");
  spill(folder / "Info.plist", "x");
}

Error failure(const fs::path& path) {
  auto found = find_backup(path);
  REQUIRE_FALSE(found);
  return std::move(found).error();
}

}  // namespace

TEST_CASE("only 40 hex digits are a fileID") {
  CHECK(parse_file_id(kId));
  CHECK(parse_file_id("3d0d7e5fb2ce288813306e4d4636395e047a3d28"));
  CHECK_FALSE(parse_file_id(""));
  CHECK_FALSE(parse_file_id(kId + "a"));
  CHECK_FALSE(parse_file_id(kId.substr(1)));
  CHECK_FALSE(parse_file_id("../../../../../../../../../../etc/passwd"));
  CHECK_FALSE(parse_file_id(std::string(39, 'a') + "g"));
}

TEST_CASE("nothing outside the folder can be reached through it") {
  const test::TemporaryFolder temporary;
  const auto inside = temporary.path() / "backup";
  spill(temporary.path() / "secret", "secret");
  spill(inside / "aa" / kId, "blob");
  fs::create_symlink(temporary.path() / "secret", inside / "aa" / ("aa" + std::string(38, 'b')));
  fs::create_directory_symlink(temporary.path(), inside / "cc");
  spill(temporary.path() / std::string(40, 'c'), "secret");
  fs::create_symlink(temporary.path() / "secret", inside / "Info.plist");
  ::mkfifo((inside / "aa" / ("aa" + std::string(38, 'd'))).c_str(), 0600);

  const auto folder = Folder::open(inside);
  REQUIRE(folder);
  auto blob = folder->blob(kId);
  REQUIRE(blob);
  CHECK(testing::text_of_all(**blob) == "blob");

  const auto refusal = [&](const Result<std::unique_ptr<RandomAccess>>& opened) {
    REQUIRE_FALSE(opened);
    return opened.error().code();
  };
  CHECK(refusal(folder->blob("../secret")) == Errc::malformed);
  CHECK(refusal(folder->blob("")) == Errc::malformed);
  CHECK(refusal(folder->blob("aa" + std::string(38, 'b'))) == Errc::io);
  CHECK(refusal(folder->blob(std::string(40, 'c'))) != Errc::malformed);
  CHECK(refusal(folder->blob("aa" + std::string(38, 'd'))) == Errc::io);
  CHECK(refusal(folder->blob(std::string(40, 'e'))) == Errc::not_found);
  CHECK(refusal(folder->beside_manifest("../secret")) == Errc::not_found);
  CHECK(refusal(folder->beside_manifest("..")) == Errc::not_found);
  CHECK(refusal(folder->beside_manifest("Info.plist")) == Errc::io);
  CHECK(refusal(folder->beside_manifest("aa")) == Errc::io);
}

TEST_CASE("a backup is found where it is, or directly below") {
  const test::TemporaryFolder folder;
  make_backup(folder.path() / "one");
  spill(folder.path() / "other" / "notes.txt", "x");
  const auto itself = find_backup(folder.path() / "one");
  REQUIRE(itself);
  CHECK(*itself == folder.path() / "one");
  const auto below = find_backup(folder.path());
  REQUIRE(below);
  CHECK(*below == folder.path() / "one");
}

TEST_CASE("a Manifest.plist does for a missing Info.plist") {
  const test::TemporaryFolder folder;
  spill(folder.path() / "Manifest.db", "x");
  CHECK(failure(folder.path())
            .what()
            .find("holds Manifest.db, but neither Info.plist nor "
                  "Manifest.plist") != std::string::npos);
  spill(folder.path() / "Manifest.plist", "x");
  CHECK(find_backup(folder.path()));
}

TEST_CASE("what is no backup says why, and what is expected") {
  const test::TemporaryFolder folder;
  const auto empty = failure(folder.path());
  CHECK(empty.code() == Errc::usage);
  CHECK(empty.what() == "not an iPhone backup: " + folder.path().string() +
                            " holds no Manifest.db; expected the folder that Finder, iTunes or "
                            "idevicebackup2 wrote, with Manifest.db and Info.plist");
  spill(folder.path() / "file", "x");
  const auto file = failure(folder.path() / "file");
  CHECK(file.code() == Errc::usage);
  CHECK(file.what().find("is not a folder") != std::string::npos);
  CHECK(failure(folder.path() / "absent").code() == Errc::not_found);
}

TEST_CASE("several backups are named, ten at most") {
  const test::TemporaryFolder folder;
  make_backup(folder.path() / "b");
  make_backup(folder.path() / "a\x1b[2J");
  const auto two = failure(folder.path());
  CHECK(two.code() == Errc::usage);
  CHECK(two.what() ==
        "2 iPhone backups in " + folder.path().string() + ": name one of them: a\\x1b[2J, b");
  for (int i = 0; i < 10; ++i) make_backup(folder.path() / ("c" + std::to_string(i)));
  const auto many = failure(folder.path());
  CHECK(many.what().starts_with("12 iPhone backups in "));
  CHECK(many.what().ends_with("c7, …"));
}

TEST_CASE("a backup of an old iOS is told apart from no backup") {
  const test::TemporaryFolder folder;
  spill(folder.path() / "old" / "Manifest.mbdb", "mbdb");
  spill(folder.path() / "old" / "Info.plist", "x");
  for (const auto& path : {folder.path(), folder.path() / "old"}) {
    const auto old = failure(path);
    CHECK(old.code() == Errc::unsupported);
    CHECK(old.what().find("Manifest.mbdb") != std::string::npos);
  }
}
