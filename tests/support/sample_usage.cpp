// Which programs used the network and the location: DataUsage.sqlite (Core Data, seconds since
// 2001), the daily analytics list, and locationd's clients.

#include <fmt/format.h>

#include "plist_writer.hpp"
#include "sample_content.hpp"

namespace interdict::test {

namespace {

constexpr std::string_view kSchema = R"(
CREATE TABLE ZPROCESS ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER,
  ZFIRSTTIMESTAMP TIMESTAMP, ZTIMESTAMP TIMESTAMP, ZBUNDLENAME VARCHAR, ZPROCNAME VARCHAR );
CREATE TABLE ZLIVEUSAGE ( Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZKIND INTEGER,
  ZMETADATA INTEGER, ZTAG INTEGER, ZHASPROCESS INTEGER, ZBILLCYCLEEND TIMESTAMP,
  ZTIMESTAMP TIMESTAMP, ZWIFIIN FLOAT, ZWIFIOUT FLOAT, ZWWANIN FLOAT, ZWWANOUT FLOAT );
CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME VARCHAR, Z_SUPER INTEGER,
  Z_MAX INTEGER);
CREATE TABLE Z_METADATA (Z_VERSION INTEGER PRIMARY KEY, Z_UUID VARCHAR(255), Z_PLIST BLOB);
)";

struct Process {
  std::string_view name;    // as ZPROCNAME has it: bundle processes carry a prefix
  std::string_view bundle;  // empty: none
  std::int64_t first, last;
  int megabytes_in, megabytes_out;  // both 0: no row of usage
};

std::vector<Process> processes(const Life& life) {
  const std::int64_t now = life.now, start = now - 180 * kDay;
  std::vector<Process> list{
      {"mDNSResponder/com.apple.mobilesafari", "com.apple.mobilesafari", start, now - kHour, 410,
       22},
      {"mDNSResponder/org.example.weather", "org.example.weather", start + kDay, now - 2 * kHour,
       12, 1},
      {"apsd", "", start, now - kHour, 9, 7},
      {"imagent", "", start, now - 2 * kDay, 31, 18},
      {"cloudd", "", start + 3 * kHour, now - kHour, 950, 640},
      {"mobileassetd", "", start + 2 * kDay, now - 6 * kDay, 2100, 3},
      {"timed", "", start, now - 5 * kHour, 1, 1},
      // Apple's own program for backups, which the campaign's name imitates.
      {"BackupAgent2", "", start + 5 * kDay, now - 60 * kDay, 2, 4},
      {"softwareupdateservicesd", "", start + 9 * kDay, now - 61 * kDay, 0, 0},
      // Alone in its hour: an ordinary use of what is suspicious only in company.
      {"nehelper", "", start + 11 * kDay, now - 77 * kDay, 1, 0},
  };
  if (!life.infected) return list;
  const std::int64_t attack = life.attack();
  for (Process& process : list) {
    if (process.name == "nehelper") process.last = attack + 41;
  }
  // On the iPad the program is known, but its usage was never written down.
  const int megabytes_in = life.on_ipad ? 0 : 3, megabytes_out = life.on_ipad ? 0 : 57;
  list.push_back({"BackupAgent", "", attack + 52, attack + 1'893, megabytes_in, megabytes_out});
  if (!life.on_ipad) {
    list.push_back({"powerd/com.apple.datausage.diagnostics", "", life.second_attack() + 96,
                    life.second_attack() + 96, 0, 2});
  }
  return list;
}

std::string data_usage(const Life& life) {
  constexpr int kUsageEntity = 5, kProcessEntity = 7;
  std::string sql{kSchema};
  const std::vector<Process> list = processes(life);
  int usage = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Process& process = list[i];
    sql += fmt::format("INSERT INTO ZPROCESS VALUES({}, {}, 1, {}, {}, {}, '{}');\n", i + 1,
                       kProcessEntity, mac_seconds(static_cast<double>(process.first) + 0.25),
                       mac_seconds(static_cast<double>(process.last) + 0.5),
                       process.bundle.empty() ? "NULL" : fmt::format("'{}'", process.bundle),
                       process.name);
    if (process.megabytes_in == 0 && process.megabytes_out == 0) continue;
    sql += fmt::format(
        "INSERT INTO ZLIVEUSAGE VALUES({}, {}, 1, 0, 0, 1, {}, NULL, {}, {}.0, {}.0, {}.0, "
        "{}.0);\n",
        ++usage, kUsageEntity, i + 1, mac_seconds(static_cast<double>(process.last) + 0.5),
        process.megabytes_in * 700'000, process.megabytes_out * 650'000,
        process.megabytes_in * 300'000, process.megabytes_out * 350'000);
  }
  std::size_t last_process = list.size();
  if (life.infected) {
    // Usage of a program whose own row was deleted: its number is given out and gone.
    last_process += 1;
    sql += fmt::format(
        "INSERT INTO ZLIVEUSAGE VALUES({}, {}, 1, 0, 0, 1, {}, NULL, {}, 0.0, 0.0, 184320.0, "
        "3145728.0);\n",
        ++usage, kUsageEntity, last_process, mac_seconds(static_cast<double>(life.attack() + 400)));
  }
  sql += fmt::format(
      "INSERT INTO Z_PRIMARYKEY VALUES({}, 'LiveUsage', 0, {}), ({}, 'Process', 0, {});\n",
      kUsageEntity, usage, kProcessEntity, last_process);
  return database_from_sql(sql);
}

/// netUsageBaseline: process → [date, Wi-Fi in, Wi-Fi out, mobile in, mobile out].
std::string analytics(const Life& life) {
  const auto usage = [](std::int64_t time, double in, double out) {
    return Plist::array({Plist::date(static_cast<double>(time)), Plist::real(in), Plist::real(out),
                         Plist::real(in / 4), Plist::real(out / 4)});
  };
  const std::int64_t now = life.now;
  std::vector<std::pair<std::string, Plist>> baseline{
      {"apsd", usage(now - kDay, 91'200, 71'004)},
      {"BackupAgent2", usage(now - 60 * kDay, 18'422, 40'960)},
      {"com.apple.mobilesafari", usage(now - kDay, 40'110'208, 2'202'010)},
      {"imagent", usage(now - 2 * kDay, 310'272, 188'416)},
      {"org.example.weather", usage(now - kDay, 120'832, 10'240)}};
  if (life.infected) {
    baseline.push_back({"BackupAgent", usage(life.attack() + 65, 3'145'728, 59'768'832)});
  }
  return binary_plist(
      Plist::dict({{"netUsageBaseline", Plist::dict(std::move(baseline))},
                   {"netUsageLastRun", Plist::date(static_cast<double>(now - kDay))}}));
}

/// locationd writes its times as seconds since 2001.
std::string location_clients(const Life& life) {
  const auto seconds = [](std::int64_t time) {
    return Plist::real(static_cast<double>(time - kSecondsFrom1970To2001));
  };
  const std::string bundles = "com.apple.locationd.bundle-/System/Library/LocationBundles/";
  std::vector<std::pair<std::string, Plist>> clients{
      {"org.example.weather",
       Plist::dict({{"BundleId", Plist::text("org.example.weather")},
                    {"BundlePath", Plist::text("/private/var/containers/Bundle/Application/"
                                               "00000000-0000-4000-8000-000000000001/Weather.app")},
                    {"Authorization", Plist::integer(2)},
                    {"LocationTimeStopped", seconds(life.now - 3 * kDay)}})},
      // One of the two bundles that the attack used, on an ordinary day.
      {bundles + "WRMLinkSelection.bundle",
       Plist::dict({{"BundlePath", Plist::text("/System/Library/LocationBundles/"
                                               "WRMLinkSelection.bundle")},
                    {"LocationTimeStopped", seconds(life.now - 9 * kDay)}})}};
  if (life.infected) {
    const std::string name = "IonosphereHarvest.bundle";
    clients.push_back(
        {bundles + name,
         Plist::dict({{"BundlePath", Plist::text("/System/Library/LocationBundles/" + name)},
                      {"LocationTimeStopped", seconds(life.attack() + 190)}})});
  }
  return binary_plist(Plist::dict(std::move(clients)));
}

}  // namespace

std::vector<BackupFile> sample_usage(const Life& life) {
  return {file_at("WirelessDomain", "Library/Databases/DataUsage.sqlite", data_usage(life),
                  life.now - kHour),
          file_at("HomeDomain", "Library/Preferences/com.apple.osanalytics.addaily.plist",
                  analytics(life), life.now - kDay),
          file_at("RootDomain", "Library/Caches/locationd/clients.plist", location_clients(life),
                  life.now - 3 * kDay)};
}

}  // namespace interdict::test
