#include "evidence/device_path.hpp"

#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict::evidence;

TEST_CASE("backup domains lie where Apple's table puts them") {
  CHECK(device_path("HomeDomain", "Library/SMS/sms.db") ==
        "/private/var/mobile/Library/SMS/sms.db");
  CHECK(device_path("MediaDomain", "Media/Recordings/a.m4a") ==
        "/private/var/mobile/Media/Recordings/a.m4a");
  CHECK(device_path("CameraRollDomain", "Media/DCIM/1.JPG") ==
        "/private/var/mobile/Media/DCIM/1.JPG");
  CHECK(device_path("TonesDomain", "Media/x") == "/private/var/mobile/Media/x");
  CHECK(device_path("HomeKitDomain", "Library/homed/x") == "/private/var/mobile/Library/homed/x");
  CHECK(device_path("KeyboardDomain", "Library/x") == "/private/var/mobile/Library/x");
  CHECK(device_path("HealthDomain", "Health/healthdb.sqlite") ==
        "/private/var/mobile/Library/Health/healthdb.sqlite");
  CHECK(device_path("BooksDomain", "x.epub") == "/private/var/mobile/Media/Books/x.epub");
  CHECK(device_path("RootDomain", "Library/Caches/locationd/clients.plist") ==
        "/private/var/root/Library/Caches/locationd/clients.plist");
  CHECK(device_path("WirelessDomain", "Library/Databases/DataUsage.sqlite") ==
        "/private/var/wireless/Library/Databases/DataUsage.sqlite");
  CHECK(device_path("KeychainDomain", "keychain-backup.plist") ==
        "/private/var/Keychains/keychain-backup.plist");
  CHECK(device_path("SystemPreferencesDomain", "x") == "/private/var/preferences/x");
  CHECK(device_path("DatabaseDomain", "x") == "/private/var/db/x");
  CHECK(device_path("ManagedPreferencesDomain", "mobile/x") ==
        "/private/var/Managed Preferences/mobile/x");
  CHECK(device_path("MobileDeviceDomain", "x") == "/private/var/MobileDevice/x");
  CHECK(device_path("InstallDomain", "x") == "/private/var/installd/x");
  CHECK(device_path("NetworkDomain", "x") == "/private/var/networkd/x");
  CHECK(device_path("ProtectedDomain", "x") == "/private/var/protected/x");
}

TEST_CASE("containers keep the bundle id that the backup names them by") {
  CHECK(device_path("AppDomain-ph.telegra.Telegraph", "Documents/a") ==
        "/private/var/mobile/Containers/Data/Application/ph.telegra.Telegraph/Documents/a");
  CHECK(device_path("AppDomainGroup-group.x", "a") ==
        "/private/var/mobile/Containers/Shared/AppGroup/group.x/a");
  CHECK(device_path("AppDomainPlugin-com.x.y", "a") ==
        "/private/var/mobile/Containers/Data/PluginKitPlugin/com.x.y/a");
  CHECK(device_path("SysContainerDomain-com.apple.x", "a") ==
        "/private/var/containers/Data/System/com.apple.x/a");
  CHECK(device_path("SysSharedContainerDomain-systemgroup.x", "a") ==
        "/private/var/containers/Shared/SystemGroup/systemgroup.x/a");
}

TEST_CASE("unknown domains and names beside the manifest equal no device path") {
  CHECK(device_path("NewDomain", "private/var/x") == "/NewDomain/private/var/x");
  CHECK(device_path("AppDomain-", "x") == "/AppDomain-/x");
  CHECK(device_path("homedomain", "x") == "/homedomain/x");
  CHECK(device_path("", "Manifest.db") == "Manifest.db");
  CHECK(device_path("HomeDomain", "") == "/private/var/mobile");
}

TEST_CASE("one file has one path whatever a tool calls it") {
  const std::string expected = "/private/var/mobile/Library/SMS/sms.db";
  for (const auto* spelling :
       {"/private/var/mobile/Library/SMS/sms.db", "private/var/mobile/Library/SMS/sms.db",
        "/var/mobile/Library/SMS/sms.db", "var/mobile/Library/SMS/sms.db",
        "//private//var/mobile/Library/SMS/sms.db/", "./private/var/mobile/Library/./SMS/sms.db",
        "filesystem2/mobile/Library/SMS/sms.db", "/filesystem2/mobile/Library/SMS/sms.db",
        "filesystem2/private/var/mobile/Library/SMS/sms.db",
        "filesystem1/private/var/mobile/Library/SMS/sms.db"}) {
    CAPTURE(spelling);
    CHECK(canonical_path(spelling) == expected);
  }
  CHECK(canonical_path("/tmp/x") == "/private/tmp/x");
  CHECK(canonical_path("/etc/hosts") == "/private/etc/hosts");
  CHECK(canonical_path("filesystem1/usr/libexec/fud") == "/usr/libexec/fud");
  CHECK(canonical_path("/usr/libexec/BackupAgent") == "/usr/libexec/BackupAgent");
  CHECK(canonical_path("usr/libexec/BackupAgent") == "/usr/libexec/BackupAgent");
}

TEST_CASE("only whole first components are rewritten") {
  CHECK(canonical_path("/variable/x") == "/variable/x");
  CHECK(canonical_path("/tmpfile") == "/tmpfile");
  CHECK(canonical_path("/usr/var/x") == "/usr/var/x");
  CHECK(canonical_path("filesystem3/x") == "/filesystem3/x");
  CHECK(canonical_path("/a/../b") == "/a/../b");
  CHECK(canonical_path("/var") == "/private/var");
  CHECK(canonical_path("filesystem2") == "/private/var");
  CHECK(canonical_path("/") == "/");
  CHECK(canonical_path("") == "");
}

TEST_CASE("a canonical path is appended behind what is there") {
  std::string out = "path=";
  append_canonical_path(out, "var/x");
  CHECK(out == "path=/private/var/x");
}

TEST_CASE("canonical paths stay as they are") {
  CHECK(rc::check([] {
    const auto component = rc::gen::element<std::string>(
        "", ".", "..", "var", "tmp", "private", "filesystem1", "filesystem2", "mobile", "a b");
    std::string path = *rc::gen::element<std::string>("", "/");
    for (const auto& c : *rc::gen::container<std::vector<std::string>>(component)) path += c + '/';
    const auto once = canonical_path(path);
    RC_ASSERT(canonical_path(once) == once);
    if (!path.empty()) RC_ASSERT(once.front() == '/');
    RC_ASSERT(once.find("//") == std::string::npos);
  }));
}
