// The detections on whole phones: the sample devices, read through every room below this one.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

#include "evidence/tree.hpp"
#include "rules/test_world.hpp"
#include "support/phone.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::rules;

namespace {

/// How often each detection spoke, with the gravest kind it gave.
using Said = std::map<std::string, std::pair<std::size_t, FindingKind>>;

/// A backup on disk, and the engine that reads it.
class Sample {
 public:
  Sample(const test::Device& device, const std::vector<test::BackupFile>& files) {
    test::BackupSpec spec;
    spec.device = device;
    spec.files = files;
    test::write_backup(spec, folder_.path());
    auto tree = evidence::open(folder_.path(), [] { return Error{Errc::locked, "no password"}; });
    REQUIRE_MESSAGE(tree, (tree ? "" : tree.error().what()));
    tree_ = *std::move(tree);
    auto engine = Engine::open(*tree_);
    REQUIRE(engine);
    engine_ = *std::move(engine);
  }
  Engine& engine() { return *engine_; }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<evidence::Tree> tree_;
  std::unique_ptr<Engine> engine_;
};

Said said_about(const test::Device& device, const std::vector<test::BackupFile>& files) {
  Sample sample(device, files);
  Said said;
  for (const Detection& one : detections()) {
    const auto found = sample.engine().run(one, 100);
    REQUIRE_MESSAGE(found, (found ? "" : found.error().what()));
    for (const RuleFinding& finding : *found) {
      CHECK_FALSE(finding.cites.empty());
      auto& [count, kind] = said[one.id];
      ++count;
      kind = std::max(kind, finding.kind);
    }
  }
  return said;
}

bool grave(const Said& said) {
  return std::any_of(said.begin(), said.end(),
                     [](const auto& entry) { return entry.second.second > FindingKind::weakness; });
}

}  // namespace

TEST_CASE("a column reads the same alone and among all others") {
  Sample sample(test::sample_iphone_device(true), test::sample_iphone(true));
  std::size_t rows = 0;
  for (const auto* table : artefacts::tables()) {
    std::vector<std::string> whole(table->columns.size());
    const auto ignore = [](std::span<const std::string>) {};
    REQUIRE(sample.engine().query("SELECT * FROM " + table->sql_name(), ignore,
                                  [&](std::span<const Answer> row) {
                                    ++rows;
                                    for (std::size_t i = 0; i < whole.size(); ++i) {
                                      whole[i] += row[i].text.value_or("NULL") + '\n';
                                    }
                                    return true;
                                  }));
    for (std::size_t i = 0; i < whole.size(); ++i) {
      std::string alone;
      const std::string name(table->columns[i].name);
      CAPTURE(name);
      REQUIRE(sample.engine().query("SELECT \"" + name + "\" FROM " + table->sql_name(), ignore,
                                    [&](std::span<const Answer> row) {
                                      alone += row[0].text.value_or("NULL") + '\n';
                                      return true;
                                    }));
      CHECK(alone == whole[i]);
    }
  }
  CHECK(rows > 100);
}

TEST_CASE("the clean sample devices are not even outdated") {
  for (const Said& said :
       {said_about(test::sample_iphone_device(false), test::sample_iphone(false)),
        said_about(test::sample_ipad_device(false), test::sample_ipad(false))}) {
    CHECK_FALSE(grave(said));
    CHECK_FALSE(said.contains("ios/outdated-version"));
  }
}

TEST_CASE("the infected sample devices are told by all five detections") {
  for (const Said& said : {said_about(test::sample_iphone_device(true), test::sample_iphone(true)),
                           said_about(test::sample_ipad_device(true), test::sample_ipad(true))}) {
    CHECK(said.at("ios/operation-triangulation-process").second == FindingKind::compromise);
    CHECK(said.at("ios/operation-triangulation-cluster").second == FindingKind::attempt);
    CHECK(said.at("ios/data-usage-deleted-process").second == FindingKind::attempt);
    CHECK(said.at("ios/safari-redirect").second == FindingKind::note);
    CHECK(said.at("ios/outdated-version").second == FindingKind::weakness);
  }
}
