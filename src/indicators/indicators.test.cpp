#include "indicators/indicators.hpp"

#include <algorithm>
#include <map>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "crypto/digest.hpp"
#include "indicators/world.hpp"
#include "support/shared_data.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::indicators;
using namespace interdict::indicators::testing;

namespace {

const std::string kEvil = "[domain-name:value='evil.example']";

std::string relationship(std::string_view from, std::string_view to, std::string_view more = "") {
  return fmt::format(R"({{"type":"relationship","id":"r","source_ref":"{}","target_ref":"{}"{}}})",
                     from, to, more);
}
std::string named(std::string_view type, std::string_view id, std::string_view name,
                  std::string_view more = "") {
  return fmt::format(R"({{"type":"{}","id":"{}","name":"{}"{}}})", type, id, name, more);
}
std::string failure(const std::filesystem::path& path) {
  const auto set = load(path);
  return set ? "loaded" : set.error().what();
}
Errc failure_code(const std::filesystem::path& path) { return load(path).error().code(); }

}  // namespace

TEST_CASE("all collections that hold a value are named, whichever file they are in") {
  const test::TemporaryFolder folder;
  write(folder.path() / "one.stix2",
        bundle({relationship("indicator--1", "malware--1"), indicator("indicator--1", kEvil),
                named("malware", "malware--1", "Worm"), named("malware", "malware--2", "Snake"),
                relationship("indicator--1", "malware--2"),
                named("report", "report--1", "Annual", R"(,"object_refs":["x","indicator--1"])")}));
  write(folder.path() / "two.json",
        bundle({indicator("indicator--2", kEvil), named("tool", "tool--1", "Hammer"),
                relationship("indicator--2", "tool--1"), indicator("indicator--3", kEvil)}));
  write(folder.path() / "mine.txt", "EVIL.example\n");
  const auto set = load(folder.path());
  REQUIRE(set.has_value());
  CHECK(set->size() == 1);
  const auto shown = set->describe(0);
  CHECK(shown.type == Type::domain);
  CHECK(shown.collections ==
        std::vector<std::string>{"Annual", "Hammer", "Snake", "Worm", "mine", "two"});
  CHECK(shown.files == std::vector<std::string>{"mine.txt", "one.stix2", "two.json"});
  CHECK(shown.ids == std::vector<std::string>{"indicator--1", "indicator--2", "indicator--3"});
  CHECK(shown.value == "EVIL.example");
}

TEST_CASE("the pattern and the value are shown as their author wrote them") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(folder.path(), {"[ domain-name:value = 'Evil.EXAMPLE.' ]",
                                                    "[url:value = 'http://x.example/it\\'s']"});
  CHECK(set.describe(0).value == "Evil.EXAMPLE.");
  CHECK(set.describe(0).pattern == "[ domain-name:value = 'Evil.EXAMPLE.' ]");
  CHECK(set.describe(1).value == "http://x.example/it's");
  CHECK(set.describe(1).collections == std::vector<std::string>{"set"});
}

TEST_CASE("revoked objects are left out and counted") {
  const test::TemporaryFolder folder;
  write(folder.path() / "set.stix2",
        bundle({indicator("indicator--1", kEvil), named("malware", "malware--1", "Worm"),
                indicator("indicator--2", "[process:name='x']", R"(,"revoked":true)"),
                relationship("indicator--1", "malware--1", R"(,"revoked":true)")}));
  const auto set = *load(folder.path());
  CHECK(set.size() == 1);
  CHECK(set.files().front().revoked == 2);
  CHECK(set.files().front().indicators == 1);
  CHECK(set.describe(0).collections == std::vector<std::string>{"set"});
}

TEST_CASE("what is not evaluated is listed with its id and kills nothing") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(),
      {"[mac-addr:value='x']", "[file:name='a'] FOLLOWEDBY [file:name='b']", "[file:name=", kEvil,
       "[domain-name:value='a b.example']", "[process:name='p' OR x:y='z']"});
  CHECK(set.size() == 2);
  std::vector<std::string> listed;
  for (const auto& n : set.not_evaluated()) listed.push_back(n.id + " " + n.why);
  CHECK(listed ==
        std::vector<std::string>{
            "indicator--0 mac-addr: phones keep no hardware addresses of what they talked to",
            "indicator--1 FOLLOWEDBY needs an order of observations",
            "indicator--2 character 12: expected a constant",
            "indicator--4 domain-name:value: 'a b.example' is not a host name",
            "indicator--5 x:y: no table of a phone holds it",
        });
  CHECK(set.not_evaluated()[1].file == "set.stix2");
  CHECK(set.not_evaluated()[1].pattern == "[file:name='a'] FOLLOWEDBY [file:name='b']");
}

TEST_CASE("patterns of other languages are listed") {
  const test::TemporaryFolder folder;
  write(folder.path() / "set.stix2",
        bundle({R"({"type":"indicator","id":"i","pattern":"rule x {}","pattern_type":"yara"})",
                indicator("j", kEvil)}));
  const auto set = *load(folder.path());
  REQUIRE(set.not_evaluated().size() == 1);
  CHECK(set.not_evaluated()[0].why == "pattern_type yara: only STIX patterns are evaluated");
}

TEST_CASE("the same compound pattern in two files is one indicator") {
  const test::TemporaryFolder folder;
  const std::string pattern = "[file:name='a' AND process:name='b']";
  write(folder.path() / "one.stix2", bundle({indicator("indicator--1", pattern)}));
  write(folder.path() / "two.stix2", bundle({indicator("indicator--2", pattern)}));
  const auto set = *load(folder.path());
  REQUIRE(set.size() == 1);
  const auto shown = set.describe(0);
  CHECK(shown.value == pattern);
  CHECK(shown.collections == std::vector<std::string>{"one", "two"});
  CHECK(shown.ids == std::vector<std::string>{"indicator--1", "indicator--2"});
}

TEST_CASE("a file that is not what it claims to be stops the loading and is named") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "x.stix2";
  CHECK(failure_code(file) == Errc::not_found);
  CHECK(failure_code(folder.path()) == Errc::not_found);
  CHECK(failure(folder.path()) == folder.path().string() + ": no indicator file in this folder");
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"", "the file is empty"},
           {"evil.example", "byte 0: neither a STIX bundle nor a list of objects"},
           {"{\"a\":1}", "not a STIX bundle: it has no list of objects"},
           {bundle({}), "holds no indicator"},
           {bundle({named("malware", "m", "x")}), "holds no indicator"},
           {bundle({indicator("i", kEvil)}).substr(0, 100),
            "byte 45: the file ends within the bundle"},
       }) {
    CAPTURE(text);
    write(file, text);
    CHECK(failure(file) == file.string() + ": " + why);
    CHECK(failure_code(file) == Errc::malformed);
  }
  // One corrupt file among good ones is an error too.
  write(folder.path() / "a.stix2", bundle({indicator("i", kEvil)}));
  CHECK(failure(folder.path()).starts_with(file.string() + ": "));
  write(folder.path() / "b.txt", "one word\n");
  CHECK(failure(folder.path() / "b.txt")
            .starts_with((folder.path() / "b.txt").string() + ": line 1: 'one word' is not"));
}

TEST_CASE("a set is named by the digests of its files, in whatever order they were given") {
  const test::TemporaryFolder folder;
  write(folder.path() / "a.txt", "a.example\n");
  write(folder.path() / "b.txt", "b.example\n");
  const std::filesystem::path forth[] = {folder.path() / "a.txt", folder.path() / "b.txt"};
  const std::filesystem::path back[] = {folder.path() / "b.txt", folder.path() / "a.txt"};
  const auto set = Set::load(forth);
  const auto other = Set::load(back);
  CHECK(set->digest() == other->digest());
  CHECK(set->files()[0].sha256 == hex(crypto::sha256(bytes_of(std::string_view("a.example\n")))));
  CHECK(Set().digest() == hex(crypto::sha256({})));
  CHECK(Set().digest() != set->digest());
}

TEST_CASE("an empty set matches nothing") {
  const Set set;
  CHECK(set.size() == 0);
  CHECK(
      found_in(set, artefacts::ColumnKind::free_text, "http://evil.example/ evil.example").empty());
  CHECK(found_in(set, artefacts::ColumnKind::file_path, "/var/tmp/x").empty());
}

TEST_CASE("the published sets load without a lost value") {
  if (test::missing_data("indicators")) return;
  const auto set = load(test::shared_data() / "indicators");
  REQUIRE(set.has_value());
  CHECK(set->not_evaluated().empty());
  CHECK(set->files().size() == 8);

  const auto count = [](const std::string& name) {
    const auto one = *load(test::shared_data() / "indicators" / name);
    std::map<Type, int> types;
    for (std::uint32_t i = 0; i < one.size(); ++i) ++types[one.describe(i).type];
    return types;
  };
  auto pegasus = count("pegasus.stix2");
  CHECK(pegasus[Type::domain] == 1438);
  CHECK(pegasus[Type::process] == 81);
  CHECK(count("cytrox.stix2")[Type::domain] == 336);
  CHECK(count("predator.stix2")[Type::domain] == 569);
  auto triangulation = count("operation_triangulation.stix2");
  CHECK(triangulation[Type::domain] == 75);
  CHECK(triangulation[Type::process] == 1);
  CHECK(triangulation[Type::email] == 36);
}

TEST_CASE("every published value matches itself in a cell of its type") {
  if (test::missing_data("indicators")) return;
  using artefacts::ColumnKind;
  const std::map<Type, ColumnKind> kinds = {
      {Type::domain, ColumnKind::url},
      {Type::ip, ColumnKind::ip},
      {Type::url, ColumnKind::url},
      {Type::email, ColumnKind::email},
      {Type::process, ColumnKind::process},
      {Type::file_name, ColumnKind::file_name},
      {Type::file_path, ColumnKind::file_path},
      {Type::app_id, ColumnKind::app_id},
      {Type::sha256, ColumnKind::sha256},
      {Type::cert_sha256, ColumnKind::cert_sha256},
      {Type::profile_id, ColumnKind::profile_id},
      {Type::property, ColumnKind::property},
  };
  const auto set = *load(test::shared_data() / "indicators");
  std::vector<artefacts::Column> columns;
  for (const auto& [type, kind] : kinds) {
    columns.push_back({"c", kind, "", FindingKind::note, false});
  }
  const auto table = table_of(columns);
  Matcher matcher(set, table);
  for (std::uint32_t i = 0; i < set.size(); ++i) {
    const auto shown = set.describe(i);
    REQUIRE(kinds.contains(shown.type));
    // Hosts as they look in a phone: with a scheme, a port, a sub-domain and a trailing dot.
    // One published value lost its last label and kept the dot: it names that host and no other.
    auto host = shown.value;
    if (host.ends_with('.')) host.pop_back();
    if (host.find('.') != host.npos) host.insert(0, "deep.sub.");
    const auto text =
        shown.type == Type::domain ? fmt::format("https://user@{}.:8443/x", host) : shown.value;
    std::vector<artefacts::Value> row(columns.size());
    row[static_cast<std::size_t>(std::distance(kinds.begin(), kinds.find(shown.type)))] =
        artefacts::Value::text(text);
    bool found = false;
    matcher.match(row, [&](const Hit& hit) { found = found || hit.indicator == i; });
    CAPTURE(text);
    CHECK(found);
  }
}

TEST_CASE(
    "indicators that no table could show are counted, patterns that need several values too") {
  const test::TemporaryFolder folder;
  const std::string digest(64, 'a');
  write(folder.path() / "one.stix2",
        bundle({indicator("indicator--1", kEvil),
                indicator("indicator--2", "[file:hashes.sha256='" + digest + "']"),
                indicator("indicator--3", "[domain-name:value='a.example' AND process:name='p']"),
                indicator("indicator--4", "[domain-name:value='b.example' AND url:value!='x']")}));
  const auto set = load(folder.path());
  REQUIRE(set.has_value());
  constexpr artefacts::Column kHosts[] = {
      {.name = "host", .kind = artefacts::ColumnKind::domain, .meaning = {}}};
  constexpr artefacts::Column kPrograms[] = {
      {.name = "name", .kind = artefacts::ColumnKind::process, .meaning = {}}};
  artefacts::Table hosts{}, programs{};
  hosts.columns = kHosts;
  programs.columns = kPrograms;
  const std::vector<const artefacts::Table*> both{&hosts, &programs}, one{&programs};
  const auto text = [&](const auto& tables) {
    std::string out;
    for (const auto& entry : set->out_of_reach(tables)) {
      out += fmt::format("{} {},", entry.count, entry.what);
    }
    return out;
  };
  CHECK(text(both) == "1 sha256,1 pattern,");
  CHECK(text(one) == "1 domain,1 sha256,2 pattern,");
}
