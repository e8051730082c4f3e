#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "rules/test_world.hpp"

using namespace interdict;
using namespace interdict::rules;
using test::morning;
using test::World;

namespace {

constexpr std::string_view kId = "ios/operation-triangulation-cluster";
constexpr double kDay = 86'400;

void add_file(World& world, const std::string& domain, const std::string& path,
              test::TestCell modified, test::TestCell changed, test::TestCell birth,
              const std::string& kind) {
  world.add("ios/manifest", {{"domain", domain},
                             {"relative_path", path},
                             {"modified", modified},
                             {"changed", changed},
                             {"birth", birth},
                             {"kind", kind}});
}

/// A preference file that was made long ago and written at that second.
void add_plist(World& world, double written, const std::string& name = "ImageIO") {
  add_file(world, name == "ImageIO" ? "RootDomain" : "HomeDomain",
           "Library/Preferences/com.apple." + name + ".plist", morning(written), morning(written),
           morning(-90 * kDay), "file");
}

void add_folder(World& world, double modified, double changed, const std::string& path = "ab/11",
                double birth = -90 * kDay) {
  add_file(world, "MediaDomain", "Library/SMS/Attachments/" + path, morning(modified),
           morning(changed), morning(birth), "directory");
}

void add_attachment(World& world, double at, const std::string& path = "cd/12/0A/photo.heic") {
  add_file(world, "MediaDomain", "Library/SMS/Attachments/" + path, morning(at), morning(at),
           morning(at), "file");
}

void add_usage(World& world, double at, const std::string& process = "nehelper") {
  world.add(
      "ios/data_usage",
      {{"process", process}, {"first_seen", morning(-80 * kDay)}, {"last_seen", morning(at)}});
}

void add_location(World& world, double at, const std::string& bundle = "IonosphereHarvest") {
  world.add("ios/locationd_clients",
            {{"client",
              "com.apple.locationd.bundle-/System/Library/LocationBundles/" + bundle + ".bundle"},
             {"location_time_stopped", morning(at)}});
}

std::vector<RuleFinding> clusters(World& world) { return test::findings(world, kId); }

/// What happened at a second: 0 file, 1 net, 2 location, 3 sms, 4 an attachment (no trace).
using Event = std::pair<int, int>;
constexpr int kSpoiler = 4;

/// The rule as its prose has it: every window, then the union of those that overlap.
std::vector<int> clusters_by_the_book(std::vector<Event> events) {
  std::sort(events.begin(), events.end());
  std::vector<int> begins;
  int reach = -1;
  for (const auto& [begin, first_class] : events) {
    std::set<int> classes;
    int last = begin;
    for (const auto& [at, event_class] : events) {
      if (at < begin || at > begin + 300) continue;
      classes.insert(event_class);
      last = std::max(last, at);
    }
    if (first_class == kSpoiler || classes.contains(kSpoiler) || classes.size() < 2) continue;
    if (begin > reach) begins.push_back(begin);
    reach = std::max(reach, last);
  }
  return begins;
}

void add_event(World& world, const Event& event) {
  const auto& [at, event_class] = event;
  if (event_class == 0) add_plist(world, at);
  if (event_class == 1) add_usage(world, at);
  if (event_class == 2) add_location(world, at);
  if (event_class == 3) add_folder(world, at, at);
  if (event_class == kSpoiler) add_attachment(world, at);
}

}  // namespace

TEST_CASE("an emptied attachment folder and network use within five minutes are an attempt") {
  World world;
  add_folder(world, 0, 0);
  add_usage(world, 120);
  const auto found = clusters(world);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FindingKind::attempt);
  CHECK(found[0].at == morning(0));
  CHECK(found[0].summary ==
        "Within 120 s: an attachment folder was changed and holds nothing; "
        "nehelper used the network");
  CHECK(found[0].cites.size() == 2);
  CHECK(found[0].cited == 2);
}

TEST_CASE("every pair of classes counts, one class alone does not") {
  const auto add = [](World& world, int which, double at) {
    if (which == 0) add_plist(world, at);
    if (which == 1) add_usage(world, at, "com.apple.WebKit.WebContent");
    if (which == 2) add_location(world, at, "WRMLinkSelection");
    if (which == 3) add_folder(world, at, at);
  };
  for (int a = 0; a < 4; ++a) {
    for (int b = 0; b < 4; ++b) {
      CAPTURE(a);
      CAPTURE(b);
      World world;
      add(world, a, 0);
      add(world, b, 100);
      CHECK(clusters(world).size() == (a == b ? 0 : 1));
    }
  }
}

TEST_CASE("five minutes are enough, a moment more is too far") {
  for (const double gap : {300.0, 300.000001}) {
    CAPTURE(gap);
    World world;
    add_plist(world, 0);
    add_usage(world, gap);
    CHECK(clusters(world).size() == (gap == 300.0 ? 1 : 0));
  }
}

// The eight defects of the published implementation, one test each. The fifth (errors that exit
// with success) and the eighth (how files are decrypted) are not this rule's; they are tested with
// the command line and the evidence.

TEST_CASE("defect 1: short timelines and the last events of long ones are judged") {
  World few;
  add_plist(few, 0);
  add_usage(few, 1);
  CHECK(clusters(few).size() == 1);

  World many;  // thirty events between the two traces, and they are the last of all
  for (int i = 0; i < 30; ++i)
    add_usage(many, -5 * kDay - i, "powerd/com.apple.datausage.diagnostics");
  for (int i = 0; i < 30; ++i) add_usage(many, i);
  add_location(many, 40);
  const auto found = clusters(many);
  REQUIRE(found.size() == 1);
  CHECK(found[0].at == morning(0));
}

TEST_CASE("defect 2: BackupAgent corroborates a window") {
  World world;
  add_usage(world, 0, "BackupAgent");
  add_folder(world, 60, 60);
  const auto found = clusters(world);
  REQUIRE(found.size() == 1);
  CHECK(found[0].summary.starts_with("Within 60 s: BackupAgent used the network"));
  World report;
  report.add("ios/os_analytics_ad_daily", {{"process", "BackupAgent"}, {"date", morning(0)}});
  add_plist(report, 10);
  CHECK(clusters(report).size() == 1);
}

TEST_CASE("defect 3: overlapping windows are one finding, separate ones are two") {
  World world;
  for (int i = 0; i < 10; ++i) {
    add_usage(world, i * 200.0);
    add_location(world, i * 200.0 + 100);
  }
  add_plist(world, kDay);
  add_usage(world, kDay + 5);
  const auto found = clusters(world);
  REQUIRE(found.size() == 2);
  CHECK(found[0].at == morning(0));
  CHECK(found[0].summary.starts_with("Within 1900 s: "));
  CHECK(found[0].cited == 20);
  CHECK(found[1].at == morning(kDay));
}

TEST_CASE("defect 4: a source that is absent or broken does not silence the others") {
  World world;
  add_plist(world, 0);
  world.source("ios/data_usage").open_error = "no database";
  add_location(world, 10);
  const auto engine = test::engine_on(world);
  const auto found = engine->run(test::detection(kId), 10);
  REQUIRE(found);
  CHECK(found->size() == 1);
  auto failures = engine->failures();
  std::sort(failures.begin(), failures.end());
  CHECK(failures == std::vector<std::string>{"ios/data_usage: /ios/data_usage: no database",
                                             "ios/os_analytics_ad_daily: absent"});
}

TEST_CASE("defect 6: usage without a process does not silence processes without usage") {
  World world;
  world.add("ios/data_usage", {{"usage_id", std::int64_t{1}}, {"usage_at", morning(0)}});
  world.add("ios/data_usage", {{"process", "nehelper"}, {"first_seen", morning(1)}});
  add_plist(world, 2);
  CHECK(clusters(world).size() == 1);
}

TEST_CASE("defect 7: a folder whose two moments lie on both sides of the window's edge is kept") {
  World world;
  add_usage(world, 0);
  add_folder(world, 299.5, 300.5);
  CHECK(clusters(world).size() == 1);

  World other_edge;  // the second moment is near enough, the first one just before
  add_folder(other_edge, 0, 1);
  add_usage(other_edge, 301);
  CHECK(clusters(other_edge).size() == 1);
}

TEST_CASE("a folder changed twice, far apart, is no trace and rules the window out") {
  World world;
  add_folder(world, 0, 1000);
  add_usage(world, -10);
  CHECK(clusters(world).empty());
  add_location(world, 10);  // even where two other classes would do
  CHECK(clusters(world).empty());
}

TEST_CASE("a folder with only one of its moments is no trace") {
  World world;
  add_file(world, "MediaDomain", "Library/SMS/Attachments/ab", morning(0), {}, {}, "directory");
  add_usage(world, 10);
  CHECK(clusters(world).empty());
}

TEST_CASE("an attachment that is still there rules the window out, outside of it it does not") {
  World world;
  add_folder(world, 0, 0);
  add_usage(world, 100);
  add_attachment(world, 50);
  CHECK(clusters(world).empty());

  World later;
  add_folder(later, 0, 0);
  add_usage(later, 100);
  add_attachment(later, 301);
  CHECK(clusters(later).size() == 1);

  World before;
  add_folder(before, 0, 0);
  add_usage(before, 100);
  add_attachment(before, -1);
  CHECK(clusters(before).size() == 1);
}

TEST_CASE("folders of the first and second level count, deeper ones are attachments") {
  for (const char* path : {"ab", "ab/11", "ab/11/0A", "ab/11/0A/x"}) {
    CAPTURE(path);
    World world;
    add_folder(world, 0, 0, path);
    add_usage(world, 10);
    CHECK(clusters(world).size() == (std::string_view(path).size() < 6 ? 1 : 0));
  }
  World file;  // a file in a folder's place is an attachment
  add_attachment(file, 0, "ab/11");
  add_usage(file, 10);
  CHECK(clusters(file).empty());
}

TEST_CASE("files elsewhere, other domains, processes and clients are no traces") {
  World world;
  add_usage(world, 0);
  add_file(world, "HomeDomain", "Library/Preferences/com.apple.ImageIO.plist", morning(1),
           morning(1), morning(1), "file");
  add_file(world, "HomeDomain", "Library/SMS/Attachments/ab", morning(1), morning(1), morning(1),
           "directory");
  add_file(world, "MediaDomain", "Library/SMS/Attachments", morning(1), morning(1), morning(1),
           "directory");
  add_usage(world, 2, "nehelper2");
  add_location(world, 3, "Other");
  world.add("ios/data_usage", {{"usage_at", morning(1)}});
  CHECK(clusters(world).empty());
}

TEST_CASE("the status bar's file with a location client alone is a note, with more an attempt") {
  World world;
  add_plist(world, 0, "locationd.StatusBarIconManager");
  add_location(world, 5);
  auto found = clusters(world);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FindingKind::note);
  add_plist(world, 8, "imservice.ids.FaceTime");
  found = clusters(world);
  REQUIRE(found.size() == 1);
  CHECK(found[0].kind == FindingKind::attempt);
  CHECK(found[0].summary ==
        "Within 8 s: com.apple.locationd.StatusBarIconManager.plist was written; a location client "
        "stopped; com.apple.imservice.ids.FaceTime.plist was written");
}

TEST_CASE("a cluster of very many traces keeps a hundred citations and counts them all") {
  World world;
  for (int i = 0; i < 2000; ++i) {
    add_folder(world, i * 0.1, i * 0.1, "ab/" + std::to_string(1000 + i));
  }
  add_usage(world, 50);
  const auto found = clusters(world);
  REQUIRE(found.size() == 1);
  CHECK(found[0].cites.size() == kMaxCites);
  CHECK(found[0].cited == 2001);
}

TEST_CASE("any timeline gives the clusters that the rule's prose gives") {
  CHECK(rc::check([] {
    // Every half minute of an hour, so that edges of windows and of spans meet.
    const auto moment = rc::gen::map(rc::gen::inRange(0, 120), [](int half) { return half * 30; });
    const auto events = *rc::gen::container<std::vector<Event>>(
        rc::gen::pair(moment, rc::gen::weightedOneOf<int>({{9, rc::gen::inRange(0, kSpoiler)},
                                                           {1, rc::gen::just(kSpoiler)}})));
    World world;
    for (const Event& event : events) add_event(world, event);
    std::vector<int> begins;
    for (const RuleFinding& finding : clusters(world)) {
      begins.push_back(static_cast<int>((finding.at->micros - morning(0).micros) / 1'000'000));
    }
    RC_ASSERT(begins == clusters_by_the_book(events));
  }));
}

TEST_CASE("the manifest is only looked up, every other table is scanned once") {
  World world;
  for (int i = 0; i < 100; ++i) {
    add_file(world, "AppDomain-x", "f" + std::to_string(i), morning(i), morning(i), morning(i),
             "file");
  }
  add_plist(world, 0);
  add_folder(world, 1, 1);
  add_usage(world, 2);
  add_location(world, 3);
  world.add("ios/os_analytics_ad_daily", {{"process", "mapsd"}, {"date", morning(0)}});
  CHECK(clusters(world).size() == 1);
  CHECK(world.reading("ios/manifest").scans == 0);
  // Three paths, the folders of one domain and, as there is a candidate, its attachments.
  CHECK(world.reading("ios/manifest").look_ups == 5);
  CHECK(world.reading("ios/manifest").rows == 3);
  for (const char* table :
       {"ios/data_usage", "ios/os_analytics_ad_daily", "ios/locationd_clients"}) {
    CHECK(world.reading(table).scans == 1);
  }
  World calm;
  add_folder(calm, 1, 1);
  CHECK(clusters(calm).empty());
  CHECK(calm.reading("ios/manifest").look_ups == 4);  // nothing an attachment could spoil
  const auto plan = test::engine_on(world)->plan(test::detection(kId).sql);
  REQUIRE(plan);
  for (const std::string& step : *plan) {
    CAPTURE(step);
    const bool manifest = step.starts_with("SCAN ios_manifest VIRTUAL TABLE");
    CHECK_FALSE((manifest && step.ends_with(":scan")));
  }
}
