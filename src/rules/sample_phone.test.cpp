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

Said said_about(const test::Device& device, const std::vector<test::BackupFile>& files) {
  const test::TemporaryFolder folder;
  test::BackupSpec spec;
  spec.device = device;
  spec.files = files;
  test::write_backup(spec, folder.path());
  auto tree = evidence::open(folder.path(), [] { return Error{Errc::locked, "no password"}; });
  REQUIRE_MESSAGE(tree, (tree ? "" : tree.error().what()));
  auto engine = Engine::open(**tree);
  REQUIRE(engine);
  Said said;
  for (const Detection& one : detections()) {
    const auto found = (*engine)->run(one, 100);
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
