// WebKit observations.db: the sites that web views met, kept to prevent tracking.
//
// Where    Library/WebKit/WebsiteData/ResourceLoadStatistics/observations.db of any domain (every
//          app with a web view has its own)
// Why      It outlives the cleared history, and it names sites loaded inside other pages and apps.
// Gives    one row a registrable domain
// Format   SQLite, table ObservedDomains, times in seconds since 1970 (-1: never). Versions differ
//          in the flags and in mostRecentWebPushInteractionTime.
// Seen-in  WebKit, NetworkProcess/Classifier/ResourceLoadStatisticsStore

#include <array>

#include "artefacts/sql_rows.hpp"

namespace interdict::ios::webkit_resource_load_statistics {
namespace {

using namespace artefacts;

constexpr std::array<Column, 9> kColumns{{
    {"domain_id", ColumnKind::plain, "number of the domain in this database"},
    {"domain", ColumnKind::domain, "registrable domain of a site that was loaded",
     FindingKind::exposure},
    {"last_seen", ColumnKind::time, "site last loaded (rounded to hours or days by WebKit)"},
    {"had_user_interaction", ColumnKind::plain, "1 when the user touched the page"},
    {"last_interaction", ColumnKind::time, "user last touched a page of the site"},
    {"last_web_push", ColumnKind::time, "user last opened a push message of the site"},
    {"prevalent", ColumnKind::plain, "1 when WebKit took it for a tracker"},
    {"very_prevalent", ColumnKind::plain, "1 when WebKit took it for a widespread tracker"},
    {"records_removed", ColumnKind::plain, "how often its data were removed"},
}};

constexpr std::array<SqlTable, 1> kTables{
    {{"d", "ObservedDomains",
      "domainID registrableDomain lastSeen hadUserInteraction mostRecentUserInteractionTime "
      "mostRecentWebPushInteractionTime grandfathered isPrevalent isVeryPrevalent "
      "dataRecordsRemoved "
      "timesAccessedAsFirstPartyDueToUserInteraction "
      "timesAccessedAsFirstPartyDueToStorageAccessAPI "
      "isScheduledForAllButCookieDataRemoval isScheduledForAllScriptWrittenStorageRemoval",
      ""}}};
constexpr std::array<SqlColumn, kColumns.size()> kSql{{
    {"d.domainID", As::integer},
    {"d.registrableDomain", As::text, true},
    {"d.lastSeen", As::unix_time},
    {"d.hadUserInteraction", As::integer},
    {"d.mostRecentUserInteractionTime", As::unix_time},
    {"d.mostRecentWebPushInteractionTime", As::unix_time},
    {"d.isPrevalent", As::integer},
    {"d.isVeryPrevalent", As::integer},
    {"d.dataRecordsRemoved", As::integer},
}};
constexpr std::array<SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql(source, only, kQueries, kColumns.size());
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "*",
      "Library/WebKit/WebsiteData/ResourceLoadStatistics/observations.db"}}};
constexpr Table kTable{
    .id = "ios/webkit_resource_load_statistics",
    .summary = "sites that web views of Safari and other apps loaded",
    .places = kPlaces,
    .columns = kColumns,
    // Before iOS 14 the same was kept in a property list.
    .expected = {.from_ios = 14, .optional = true},
    .open = open,
    .mvt_module = "webkit_resource_load_statistics",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::webkit_resource_load_statistics
