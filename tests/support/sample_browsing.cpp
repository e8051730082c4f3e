// What was read on the web: Safari's history (with a write-ahead log that holds the latest visits),
// its open tabs, and WebKit's list of hosts seen by Safari and by an app.

#include <fmt/format.h>

#include "sample_content.hpp"
#include "schemas.hpp"

namespace interdict::test {

namespace {

constexpr std::string_view kTabsSchema = R"(
CREATE TABLE browser_windows (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL,
  type INTEGER DEFAULT 0, active_document_index INTEGER DEFAULT 0);
CREATE TABLE tabs (id INTEGER PRIMARY KEY AUTOINCREMENT, uuid TEXT NOT NULL UNIQUE, title TEXT,
  url TEXT COLLATE NOCASE, user_visible_url TEXT COLLATE NOCASE, order_index INTEGER NOT NULL,
  last_viewed_time REAL DEFAULT NULL, readinglist_bookmark_id INTEGER DEFAULT 0,
  opened_from_link BOOL DEFAULT 0, showing_reader BOOL DEFAULT 0,
  private_browsing BOOL DEFAULT 0, browser_window_uuid TEXT NOT NULL,
  browser_window_id INTEGER NOT NULL,
  FOREIGN KEY(browser_window_id) REFERENCES browser_windows(id) ON DELETE CASCADE);
CREATE TABLE tab_sessions (id INTEGER PRIMARY KEY AUTOINCREMENT, tab_uuid TEXT NOT NULL UNIQUE,
  session_data BLOB DEFAULT NULL, uncompressed_session_data_size INTEGER NOT NULL DEFAULT 0,
  FOREIGN KEY(tab_uuid) REFERENCES tabs(uuid) ON DELETE CASCADE ON UPDATE CASCADE);
INSERT INTO browser_windows(uuid) VALUES('77AA0000-0000-4000-8000-000000000001');
)";

constexpr std::string_view kObservationsSchema = R"(
CREATE TABLE ObservedDomains (domainID INTEGER PRIMARY KEY,
  registrableDomain TEXT NOT NULL UNIQUE ON CONFLICT FAIL, lastSeen REAL NOT NULL,
  hadUserInteraction INTEGER NOT NULL, mostRecentUserInteractionTime REAL NOT NULL,
  grandfathered INTEGER NOT NULL, isPrevalent INTEGER NOT NULL, isVeryPrevalent INTEGER NOT NULL,
  dataRecordsRemoved INTEGER NOT NULL,
  timesAccessedAsFirstPartyDueToUserInteraction INTEGER NOT NULL,
  timesAccessedAsFirstPartyDueToStorageAccessAPI INTEGER NOT NULL,
  isScheduledForAllButCookieDataRemoval INTEGER NOT NULL);
)";

/// Visits get the numbers 1, 2, 3 … over both scripts of the history.
struct Visit {
  double time;
  std::string_view url, title;
  bool redirects_to_next = false;
};

std::string visits_sql(const std::vector<Visit>& visits, std::size_t first_number) {
  std::string sql;
  for (std::size_t i = 0; i < visits.size(); ++i) {
    const Visit& visit = visits[i];
    const std::size_t number = first_number + i;
    const bool is_redirected = i > 0 && visits[i - 1].redirects_to_next;
    sql += fmt::format(
        "INSERT OR IGNORE INTO history_items(url, visit_count, daily_visit_counts,"
        " should_recompute_derived_visit_counts, visit_count_score)"
        " VALUES('{0}', 1, x'01000000', 0, 100);\n"
        "INSERT INTO history_visits(id, history_item, visit_time, title, redirect_source,"
        " redirect_destination) SELECT {1}, id, {2}, '{3}', {4}, {5} FROM history_items"
        " WHERE url = '{0}';\n",
        visit.url, number, mac_seconds(visit.time), visit.title,
        is_redirected ? fmt::format("{}", number - 1) : "NULL",
        visit.redirects_to_next ? fmt::format("{}", number + 1) : "NULL");
  }
  return sql;
}

WalDatabase history(const Life& life) {
  const auto day = [&life](double days_ago) {
    return static_cast<double>(life.now) - days_ago * static_cast<double>(kDay);
  };
  const std::vector<Visit> older{
      {day(40), "https://talks.example.org/2022/engines?id=7", "On engines"},
      {day(39), "https://opera.example.net/season", "The season"},
      // A site that sends its own visitors from http to https.
      {day(34), "http://library.example.org/", "", true},
      {day(34) + 0.2, "https://library.example.org/", "Library"},
  };
  std::vector<Visit> latest;
  if (life.infected) {
    const double moment = static_cast<double>(life.attack() - 3 * kDay);
    latest = {{moment, "http://weather.example.org/radar", "", true},
              {moment + 0.35, "https://cloudsponcer.com/track/view?e=1", ""}};
  }
  latest.push_back({day(14), "https://docs.example.org/d/engine-notes", "Notes on the engine"});
  latest.push_back({day(1), "https://weather.example.org/today", "Today"});
  latest.push_back({day(0.5), "https://example.org/", "Example"});
  return wal_database_from_sql(std::string(kHistorySchema) + visits_sql(older, 1),
                               visits_sql(latest, older.size() + 1));
}

std::string tabs(const Life& life) {
  std::string sql{kTabsSchema};
  const auto add = [&](int number, std::string_view url, std::string_view title,
                       std::string_view earlier_url) {
    const std::string entry =
        "<dict><key>SessionHistoryEntryURL</key><string>{}</string>"
        "<key>SessionHistoryEntryTitle</key><string>{}</string></dict>";
    // Four bytes of version stand before the property list.
    sql += fmt::format(
        "INSERT INTO tabs(uuid, title, url, user_visible_url, order_index, last_viewed_time,"
        " browser_window_uuid, browser_window_id) VALUES('88BB0000-0000-4000-8000-{0:012}', '{1}',"
        " '{2}', '{2}', {0}, {3}, '77AA0000-0000-4000-8000-000000000001', 1);\n"
        "INSERT INTO tab_sessions(tab_uuid, session_data) VALUES('88BB0000-0000-4000-8000-{0:012}',"
        " CAST(x'00000002' || bplist('<dict><key>SessionHistory</key><dict>"
        "<key>SessionHistoryCurrentIndex</key><integer>1</integer>"
        "<key>SessionHistoryEntries</key><array>{4}{5}</array>"
        "<key>SessionHistoryVersion</key><integer>1</integer></dict></dict>') AS BLOB));\n",
        number, title, url, mac_seconds(static_cast<double>(life.now - number * kDay)),
        fmt::format(fmt::runtime(entry), earlier_url, "Before"),
        fmt::format(fmt::runtime(entry), url, title));
  };
  add(1, "https://talks.example.org/2022/engines?id=7", "On engines", "https://talks.example.org/");
  add(2, "https://opera.example.net/season", "The season", "https://search.example.org/?q=opera");
  return database_from_sql(sql);
}

std::string observations(const Life& life, const std::vector<std::string_view>& hosts) {
  std::string sql{kObservationsSchema};
  const auto add = [&sql](std::string_view host, std::int64_t time, bool had_interaction) {
    sql += fmt::format(
        "INSERT INTO ObservedDomains(registrableDomain, lastSeen, hadUserInteraction,"
        " mostRecentUserInteractionTime, grandfathered, isPrevalent, isVeryPrevalent,"
        " dataRecordsRemoved, timesAccessedAsFirstPartyDueToUserInteraction,"
        " timesAccessedAsFirstPartyDueToStorageAccessAPI, isScheduledForAllButCookieDataRemoval)"
        " VALUES('{}', {}.0, {}, {}.0, 0, 0, 0, 0, 0, 0, 0);\n",
        host, time, int{had_interaction}, had_interaction ? time : -1);
  };
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    add(hosts[i], life.now - static_cast<std::int64_t>(i + 2) * kDay, i == 0);
  }
  if (life.infected) add("backuprabbit.com", life.attack() - 3 * kDay + 2, false);
  return database_from_sql(sql);
}

}  // namespace

std::vector<BackupFile> sample_browsing(const Life& life) {
  const std::string statistics =
      "Library/WebKit/WebsiteData/ResourceLoadStatistics/observations.db";
  const WalDatabase visits = history(life);
  return {file_at("HomeDomain", "Library/Safari/History.db", visits.database, life.now - 2 * kDay),
          file_at("HomeDomain", "Library/Safari/History.db-wal", visits.wal, life.now - kDay / 2),
          file_at("HomeDomain", "Library/Safari/BrowserState.db", tabs(life), life.now - kDay),
          file_at("AppDomain-com.apple.mobilesafari", statistics,
                  observations(life, {"example.org", "example.net"}), life.now - 2 * kDay),
          file_at("AppDomain-org.example.weather", statistics,
                  observations({life.now, false, life.on_ipad}, {"weather.example.org"}),
                  life.now - 4 * kDay)};
}

}  // namespace interdict::test
