// What the detections say about real, clean phones: nothing worse than a weakness.

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "base/file.hpp"
#include "evidence/tree.hpp"
#include "rules/test_world.hpp"
#include "support/shared_data.hpp"

using namespace interdict;
using namespace interdict::rules;

namespace {

/// A tree that holds one database of this machine, wherever the path ends with `path`.
class OneDatabase final : public evidence::Tree {
 public:
  OneDatabase(std::filesystem::path file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}

  [[nodiscard]] const evidence::Facts& facts() const override { return facts_; }
  [[nodiscard]] const std::vector<std::string>& notes() const override { return notes_; }
  Result<std::vector<evidence::File>> find(const evidence::Place& place) override {
    if (place.path != path_) return std::vector<evidence::File>();
    evidence::File file;
    file.id = path_;
    file.device_path = path_;
    return std::vector<evidence::File>{file};
  }
  Result<std::shared_ptr<RandomAccess>> open(const evidence::File&, std::string*) override {
    return std::shared_ptr<RandomAccess>(TRY(open_file(file_)));
  }
  Result<sqlite::Files> open_database(const evidence::File&, std::string*) override {
    return sqlite::Files{std::shared_ptr<RandomAccess>(TRY(open_file(file_))), nullptr};
  }
  [[nodiscard]] evidence::Stored stored(std::string_view, bool) const override {
    return evidence::Stored::whole;
  }
  [[nodiscard]] std::optional<std::uint64_t> stored_size(std::string_view) const override {
    return std::nullopt;
  }

 private:
  std::filesystem::path file_;
  std::string path_;
  evidence::Facts facts_;
  std::vector<std::string> notes_;
};

/// Runs every detection; none may find more than a weakness.
std::size_t notes_and_weaknesses(Engine& engine) {
  std::size_t harmless = 0;
  for (const Detection& one : detections()) {
    CAPTURE(one.id);
    const auto found = engine.run(one, 100);
    REQUIRE_MESSAGE(found, (found ? "" : found.error().what()));
    for (const RuleFinding& finding : *found) {
      CAPTURE(finding.summary);
      CHECK(finding.kind <= FindingKind::weakness);
      ++harmless;
    }
  }
  return harmless;
}

}  // namespace

TEST_CASE("a real clean backup is only called outdated") {
  if (test::missing_data("ios/backup-14.3")) return;
  auto tree = evidence::open(test::shared_data() / "ios/backup-14.3",
                             [] { return Error{Errc::locked, "no password"}; });
  REQUIRE_MESSAGE(tree, (tree ? "" : tree.error().what()));
  auto engine = Engine::open(**tree);
  REQUIRE(engine);
  CHECK(notes_and_weaknesses(**engine) == 1);
  const auto outdated = (*engine)->run(test::detection("ios/outdated-version"), 10);
  REQUIRE(outdated);
  REQUIRE(outdated->size() == 1);
  CHECK(outdated->front().summary.starts_with("iOS 14.3 (18C66) is "));
  CHECK(test::answer(**engine, "SELECT count(*) FROM ios_manifest") == "3721");
  CHECK(
      test::answer(**engine, "SELECT count(*) FROM ios_manifest WHERE domain = 'WirelessDomain'") ==
      test::answer(**engine, "SELECT count(*) FROM ios_manifest WHERE +domain = 'WirelessDomain'"));
}

TEST_CASE("a real clean DataUsage database gives no finding") {
  const std::filesystem::path where = "ios/plaso";
  if (test::missing_data(where)) return;
  OneDatabase tree(test::shared_data() / where / "DataUsage.sqlite",
                   "Library/Databases/DataUsage.sqlite");
  auto engine = Engine::open(tree);
  REQUIRE(engine);
  CHECK(notes_and_weaknesses(**engine) == 0);
  CHECK(test::answer(**engine, "SELECT count(*), count(DISTINCT process_id) FROM ios_data_usage") ==
        "922,371");
}
