#include <algorithm>
#include <set>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <rapidcheck.h>

#include "indicators/world.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;
using namespace interdict::indicators;
using namespace interdict::indicators::testing;
using artefacts::ColumnKind;

TEST_CASE("a domain matches its host and every sub-domain, however the URL is written") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(),
      {"[domain-name:value='a.evil.example']", "[domain-name:value='web.bad.example']",
       "[domain-name:value='www.worse.example']", "[domain-name:value='xn--mnchen-3ya.example']"});
  for (const char* url :
       {"http://a.evil.example/", "https://a.evil.example", "http://a.evil.example:8443/",
        "http://u:p@a.evil.example/", "http://a.evil.example./", "http://b.a.evil.example/",
        "http://d.c.b.a.evil.example/", "HTTP://A.EVIL.EXAMPLE/", "http:\\\\a.evil.example",
        "a.evil.example/x", "http://a%2Eevil.example/"}) {
    CAPTURE(url);
    CHECK(found_in(set, ColumnKind::url, url) == "a.evil.example");
  }
  for (const char* url : {"http://evil.example/", "http://xa.evil.example/",
                          "http://a.evil.example.org/", "http://x.org/a.evil.example",
                          "http://a.evil.example@x.org/", "http://x.org/?a.evil.example"}) {
    CAPTURE(url);
    CHECK(found_in(set, ColumnKind::url, url).empty());
  }
  // The field's tool strips any run of w and dots in front.
  CHECK(found_in(set, ColumnKind::url, "https://web.bad.example/") == "web.bad.example");
  CHECK(found_in(set, ColumnKind::url, "https://www.worse.example/") == "www.worse.example");
  CHECK(found_in(set, ColumnKind::url, "https://worse.example/").empty());
  CHECK(found_in(set, ColumnKind::url, "https://M\xC3\xBCnchen.example/") ==
        "xn--mnchen-3ya.example");
  CHECK(found_in(set, ColumnKind::domain, "a.evil.example") == "a.evil.example");
  CHECK(found_in(set, ColumnKind::domain, "x.a.evil.example.") == "a.evil.example");
  CHECK(found_in(set, ColumnKind::free_text, "go to a.evil.example!") == "a.evil.example");
  CHECK(found_in(set, ColumnKind::email, "x@a.evil.example").empty());
  CHECK(found_in(set, ColumnKind::free_text, "x@a.evil.example").empty());
}

TEST_CASE("a domain of one label is that host and nothing below it") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(folder.path(), {"[domain-name:value='example']"});
  CHECK(found_in(set, ColumnKind::url, "http://example/") == "example");
  CHECK(found_in(set, ColumnKind::url, "http://a.example/").empty());
}

TEST_CASE("a Unicode indicator matches its punycode spelling") {
  const test::TemporaryFolder folder;
  const auto set =
      *set_of_patterns(folder.path(), {"[domain-name:value='m\xC3\xBCnchen.example']"});
  CHECK(found_in(set, ColumnKind::url, "http://xn--mnchen-3ya.example/") ==
        "m\xC3\xBCnchen.example");
  CHECK(found_in(set, ColumnKind::url, "http://x.M\xC3\x9CNCHEN.example/") ==
        "m\xC3\xBCnchen.example");
}

TEST_CASE("addresses match as numbers, never as text") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(),
      {"[ipv4-addr:value='1.2.3.4']", "[domain-name:value='5.6.7.8']",
       "[ipv6-addr:value='2001:db8::1']", "[ipv4-addr:value='10.0.0.0/8']",
       "[ipv4-addr:value ISSUBSET '192.168.4.0/22']", "[ipv6-addr:value='2001:db9::/32']"});
  CHECK(found_in(set, ColumnKind::url, "http://1.2.3.4/") == "1.2.3.4");
  CHECK(found_in(set, ColumnKind::url, "http://1.2.3.4:81/x") == "1.2.3.4");
  CHECK(found_in(set, ColumnKind::url, "http://0x01020304/") == "1.2.3.4");
  CHECK(found_in(set, ColumnKind::url, "http://11.2.3.45/").empty());
  CHECK(found_in(set, ColumnKind::url, "http://9.9.9.9/1.2.3.4").empty());
  CHECK(found_in(set, ColumnKind::url, "http://1.2.3.4.evil.example/").empty());
  CHECK(found_in(set, ColumnKind::ip, "5.6.7.8") == "5.6.7.8");
  CHECK(found_in(set, ColumnKind::ip, "::ffff:1.2.3.4") == "1.2.3.4");
  CHECK(found_in(set, ColumnKind::url, "http://[2001:DB8:0::1]/") == "2001:db8::1");
  CHECK(found_in(set, ColumnKind::ip, "10.255.0.1") == "10.0.0.0/8");
  CHECK(found_in(set, ColumnKind::ip, "11.0.0.1").empty());
  CHECK(found_in(set, ColumnKind::domain, "192.168.7.255") == "192.168.4.0/22");
  CHECK(found_in(set, ColumnKind::domain, "192.168.8.0").empty());
  CHECK(found_in(set, ColumnKind::ip, "2001:db9:ffff::1") == "2001:db9::/32");
}

TEST_CASE("URLs match exactly but for the spelling of scheme, host and default port") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(), {"[url:value='http://evil.example/x?a=b&c=d']",
                      "[domain-name:value='bad.example/path']", "[url:value='https://w.example']"});
  CHECK(found_in(set, ColumnKind::url, "HTTP://Evil.example:80/x?a=b&c=d") ==
        "http://evil.example/x?a=b&c=d");
  for (const char* other : {"http://evil.example/x?a=B&c=d", "https://evil.example/x?a=b&c=d",
                            "http://evil.example:81/x?a=b&c=d", "http://evil.example/"}) {
    CAPTURE(other);
    CHECK(found_in(set, ColumnKind::url, other).empty());
  }
  CHECK(found_in(set, ColumnKind::free_text, "look: http://evil.example/x?a=b&c=d.") ==
        "http://evil.example/x?a=b&c=d");
  CHECK(found_in(set, ColumnKind::url, "https://bad.example/path") == "bad.example/path");
  CHECK(found_in(set, ColumnKind::url, "https://bad.example/paths").empty());
  CHECK(found_in(set, ColumnKind::url, "https://w.example/") == "https://w.example");
}

TEST_CASE("a process matches exactly, or by the 16 bytes that the kernel kept") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(),
      {"[process:name='BackupAgent']", "[process:name='com.apple.WebKit.Networking']"});
  CHECK(found_in(set, ColumnKind::process, "BackupAgent") == "BackupAgent");
  CHECK(found_in(set, ColumnKind::process, "BackupAgent2").empty());
  CHECK(found_in(set, ColumnKind::process, "backupagent").empty());
  CHECK(found_in(set, ColumnKind::file_name, "BackupAgent").empty());
  CHECK(found_in(set, ColumnKind::file_path, "/usr/libexec/BackupAgent").empty());
  CHECK(found_in(set, ColumnKind::image_path, "/usr/libexec/BackupAgent") == "BackupAgent");
  const auto cut = match(set, {{ColumnKind::process, "com.apple.WebKit"}});
  CHECK(cut == std::vector<Found>{{0, "com.apple.WebKit.Networking", "com.apple.WebKit", true}});
  CHECK(found_in(set, ColumnKind::process, "com.apple.WebKi").empty());
  CHECK(found_in(set, ColumnKind::process, "com.apple.WebKit.").empty());
}

TEST_CASE("paths match on component boundaries, and /var is /private/var") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(),
      {"[file:path='/private/var/tmp/evil']", "[file:path='/tmp/dir/']", "[file:name='hooker']",
       "[file:path='Library/Preferences/bad.plist']", "[directory:path='/var/logs/keybagd/']"});
  const auto is = [&](const char* path) { return found_in(set, ColumnKind::file_path, path); };
  CHECK(is("/private/var/tmp/evil") == "/private/var/tmp/evil");
  CHECK(is("/var/tmp/evil") == "/private/var/tmp/evil");
  CHECK(is("private/var/tmp/evil") == "/private/var/tmp/evil");
  CHECK(is("/var/tmp/evil/below") == "/private/var/tmp/evil");
  CHECK(is("/private/var/tmp/evilx").empty());
  CHECK(is("/private/var/tmp").empty());
  CHECK(is("/private/tmp/dir/x/y") == "/tmp/dir/");
  CHECK(is("/private/var/logs/keybagd/x") == "/var/logs/keybagd/");
  CHECK(is("/any/where/hooker") == "hooker");
  CHECK(is("/any/hooker/where").empty());
  CHECK(is("/private/var/mobile/Library/Preferences/bad.plist") == "Library/Preferences/bad.plist");
  CHECK(is("/private/var/mobile/xLibrary/Preferences/bad.plist").empty());
  CHECK(found_in(set, ColumnKind::file_name, "hooker") == "hooker");
  CHECK(found_in(set, ColumnKind::image_path, "/var/tmp/evil/bin") == "/private/var/tmp/evil");
}

TEST_CASE("identifiers and hashes are equal whatever their case") {
  const test::TemporaryFolder folder;
  const std::string sha256(64, 'A');
  const auto set = *set_of_patterns(
      folder.path(),
      {"[configuration-profile:id='ABCD-EFGH']", "[app:id='com.Evil.App']",
       "[file:hashes.'SHA-256'='" + sha256 + "']", "[email-addr:value='A@b.example']",
       "[app:cert.sha256='" + sha256 + "']", "[android-property:name='x.Y']"});
  CHECK(found_in(set, ColumnKind::profile_id, "abcd-efgh") == "ABCD-EFGH");
  CHECK(found_in(set, ColumnKind::profile_id, "AB").empty());
  CHECK(found_in(set, ColumnKind::app_id, "COM.evil.app") == "com.Evil.App");
  CHECK(found_in(set, ColumnKind::sha256, std::string(64, 'a')) == sha256);
  CHECK(found_in(set, ColumnKind::cert_sha256, std::string(64, 'a')) == sha256);
  CHECK(found_in(set, ColumnKind::email, "a@B.example") == "A@b.example");
  CHECK(found_in(set, ColumnKind::email, "mailto:a@b.example") == "A@b.example");
  CHECK(found_in(set, ColumnKind::email, "xa@b.example").empty());
  CHECK(found_in(set, ColumnKind::property, "X.y") == "x.Y");
}

TEST_CASE("a hash stored as bytes is compared as well") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_values(folder.path(), {"sha256," + std::string(64, '6')});
  const artefacts::Column columns[] = {{"h", ColumnKind::sha256, "", FindingKind::note, false}};
  const auto table = table_of(columns);
  Matcher matcher(set, table);
  const std::string bytes(32, 'f');  // 0x66
  const artefacts::Value row[] = {artefacts::Value::blob(bytes_of(bytes))};
  int hits = 0;
  matcher.match(row, [&](const Hit&) { ++hits; });
  CHECK(hits == 1);
}

TEST_CASE("the literals of an AND must hold in the same row") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(), {"[file:name='a' AND file:path LIKE '/var/%' AND process:name NOT IN ('x')]"});
  REQUIRE(set.size() == 1);
  const auto rows = [&](const char* path, const char* process) {
    return match(set, {{ColumnKind::file_path, path}, {ColumnKind::process, process}}).size();
  };
  CHECK(rows("/var/tmp/a", "y") == 1);
  CHECK(rows("/var/tmp/a", "x") == 0);
  CHECK(rows("/usr/a", "y") == 0);
  CHECK(rows("/var/tmp/b", "y") == 0);
  CHECK(match(set, {{ColumnKind::file_path, "/var/tmp/a"}}).empty());  // no process is known
}

TEST_CASE("LIKE and MATCHES are evaluated on what a cell shows") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_patterns(
      folder.path(),
      {"[domain-name:value LIKE 'cdn%.evil.example']", "[url:value MATCHES '/p\\\\d{2}\\\\.gif$']",
       "[process:name LIKE 'role_d']", "[ipv4-addr:value LIKE '10.1.%']",
       "[url:value MATCHES '^https?://x\\\\.example' AND domain-name:value != 'good.x.example']"});
  CHECK(found_in(set, ColumnKind::url, "http://CDN7.evil.example/") ==
        "[domain-name:value LIKE 'cdn%.evil.example']");
  CHECK(found_in(set, ColumnKind::url, "http://cdn7xevil.example/").empty());
  CHECK(found_in(set, ColumnKind::free_text, "http://a.example/p12.gif") ==
        "[url:value MATCHES '/p\\\\d{2}\\\\.gif$']");
  CHECK(found_in(set, ColumnKind::process, "role1d").size() > 0);
  CHECK(found_in(set, ColumnKind::process, "role12d").empty());
  CHECK(found_in(set, ColumnKind::ip, "10.1.2.3").size() > 0);
  CHECK(found_in(set, ColumnKind::url, "http://x.example/").size() > 0);
}

TEST_CASE("a hit is told once a column and indicator") {
  const test::TemporaryFolder folder;
  const auto set = *set_of_values(folder.path(), {"evil.example", "b.evil.example"});
  const auto found =
      match(set, {{ColumnKind::free_text, "evil.example evil.example a.evil.example"},
                  {ColumnKind::url, "http://a.b.evil.example/"}});
  CHECK(found == std::vector<Found>{{0, "evil.example", "evil.example", false},
                                    {1, "b.evil.example", "a.b.evil.example", false},
                                    {1, "evil.example", "a.b.evil.example", false}});
}

namespace {

/// A world so small that its names collide all the time.
const std::vector<std::string> kLabels = {"a", "b", "aa", "ab"};

std::string joined(const std::vector<std::uint8_t>& parts, char separator, std::size_t at_most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(parts.size(), at_most); ++i) {
    if (i > 0) out += separator;
    out += kLabels[parts[i] % kLabels.size()];
  }
  return out;
}

}  // namespace

TEST_CASE("the matcher finds what a naive one finds") {
  const test::TemporaryFolder folder;
  CHECK(rc::check([&](const std::vector<std::vector<std::uint8_t>>& listed,
                      const std::vector<std::uint8_t>& cell) {
    std::set<std::string> hosts, paths, processes;
    std::vector<std::string> lines = {"process,never"};
    for (const auto& parts : listed) {
      if (parts.empty()) continue;
      const auto host = joined(parts, '.', 4) + ".tld";
      const auto path = "/" + joined(parts, '/', 4);
      lines.push_back(host);
      lines.push_back(path);
      lines.push_back("process," + joined(parts, '-', 12));
      hosts.insert(host);
      paths.insert(path);
      processes.insert(joined(parts, '-', 12));
    }
    const auto set = *set_of_values(folder.path(), lines);
    RC_ASSERT(set.size() == hosts.size() + paths.size() + processes.size() + 1);

    const auto host = joined(cell, '.', 5) + (cell.empty() ? "tld" : ".tld");
    const auto path = "/" + joined(cell, '/', 5);
    const auto process = joined(cell, '-', 12);
    std::multiset<std::string> expected;
    for (const auto& h : hosts) {
      const bool below = host.size() > h.size() && host.ends_with("." + h);
      if (host == h || below) expected.insert({"0 " + h, "1 " + h});
    }
    for (const auto& p : paths) {
      if (path == p || path.starts_with(p + "/")) expected.insert("2 " + p);
    }
    for (const auto& p : processes) {
      if (process == p || (process.size() == 16 && p.starts_with(process))) {
        expected.insert("3 " + p);
      }
    }
    std::multiset<std::string> found;
    for (const auto& hit : match(set, {{ColumnKind::url, "http://" + host + ":1/"},
                                       {ColumnKind::free_text, "x " + host + ", y"},
                                       {ColumnKind::file_path, path},
                                       {ColumnKind::process, process}})) {
      found.insert(fmt::format("{} {}", hit.column, hit.value));
    }
    RC_ASSERT(found == expected);
  }));
}
