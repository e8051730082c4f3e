// Permissions, preferences and pictures of the sample phones.

#include <fmt/format.h>

#include "plist_writer.hpp"
#include "sample_content.hpp"

namespace interdict::test {

namespace {

std::string permissions(const Life& life) {
  std::string sql = R"(
CREATE TABLE admin (key TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL);
INSERT INTO admin VALUES('version', 23);
CREATE TABLE access (service TEXT NOT NULL, client TEXT NOT NULL, client_type INTEGER NOT NULL,
  auth_value INTEGER NOT NULL, auth_reason INTEGER NOT NULL, auth_version INTEGER NOT NULL,
  csreq BLOB, policy_id INTEGER, indirect_object_identifier_type INTEGER,
  indirect_object_identifier TEXT NOT NULL DEFAULT 'UNUSED', indirect_object_code_identity BLOB,
  flags INTEGER, last_modified INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (service, client, client_type, indirect_object_identifier));
)";
  struct Grant {
    std::string_view service, client;
    int value;  // 0 denied, 2 allowed, 3 limited
    int days_ago;
  };
  for (const Grant& grant : {Grant{"kTCCServiceCamera", "org.example.bank", 2, 70},
                             Grant{"kTCCServiceMicrophone", "org.example.chess", 0, 66},
                             Grant{"kTCCServicePhotos", "org.example.weather", 3, 48},
                             Grant{"kTCCServiceUbiquity", "com.apple.Preferences", 2, 120}}) {
    sql += fmt::format(
        "INSERT INTO access(service, client, client_type, auth_value, auth_reason, auth_version,"
        " flags, last_modified) VALUES('{}', '{}', 0, {}, 2, 1, 0, {});\n",
        grant.service, grant.client, grant.value, life.now - grant.days_ago * kDay);
  }
  return database_from_sql(sql);
}

std::string preference(std::string key, bool value) {
  return binary_plist(Plist::dict({{std::move(key), Plist::boolean(value)}}));
}

}  // namespace

std::vector<BackupFile> sample_settings(const Life& life) {
  const std::int64_t now = life.now;
  // Every phone has the first two of these; the attack touches them.
  const std::int64_t icons = life.infected ? life.attack() + 121 : now - 150 * kDay;
  const std::int64_t facetime = life.infected ? life.attack() + 158 : now - 140 * kDay;
  std::vector<BackupFile> files{
      file_at("HomeDomain", "Library/TCC/TCC.db", permissions(life), now - 48 * kDay),
      file_at("HomeDomain", "Library/Preferences/com.apple.locationd.StatusBarIconManager.plist",
              preference("ShowSystemServices", false), icons),
      file_at("HomeDomain", "Library/Preferences/com.apple.imservice.ids.FaceTime.plist",
              preference("OnlineState", true), facetime),
      file_at("HomeDomain", "Library/Preferences/.GlobalPreferences.plist",
              xml_plist(Plist::dict(
                  {{"AppleLocale", Plist::text("en_GB")},
                   {"AppleLanguages", Plist::array({Plist::text("en-GB"), Plist::text("fr-FR")})},
                   {"LDMGlobalEnabled", Plist::boolean(false)}})),
              now - 100 * kDay)};
  for (BackupFile& file : files) file.birth = now - 170 * kDay;
  if (life.infected && !life.on_ipad) {
    files.push_back(file_at("RootDomain", "Library/Preferences/com.apple.ImageIO.plist",
                            preference("EnableASTCSupport", true), life.attack() + 73));
  }
  for (int number = 1; number <= 12; ++number) {
    files.push_back(
        file_at("CameraRollDomain", fmt::format("Media/DCIM/100APPLE/IMG_{:04}.HEIC", number),
                fmt::format("invented picture {}, no HEIC\n", number), now - (90 - number) * kDay));
  }
  BackupFile link = file_at("DatabaseDomain", "timezone/localtime", {}, now - 170 * kDay);
  link.link_target = "/var/db/timezone/zoneinfo/Europe/London";
  files.push_back(std::move(link));
  return files;
}

}  // namespace interdict::test
