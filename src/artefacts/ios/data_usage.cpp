// iOS DataUsage.sqlite: which process used the network, when, and how much.
//
// Where    WirelessDomain: Library/Databases/DataUsage.sqlite
// Why      An implant must talk to its operator. BackupAgent here is Operation Triangulation, and a
//          usage row whose process row was deleted shows that somebody cleaned up.
// Gives    one row a live usage with its process, then one row a process without live usage
// Format   Core Data (ZPROCESS, ZLIVEUSAGE), times in seconds since 2001, byte counts as FLOAT. Old
//          versions lack ZWIFIIN and ZWIFIOUT, or ZBUNDLENAME.
// Seen-in  iOS 14.3 and 17 (log2timeline/plaso test data)

#include <array>

#include "artefacts/sql_rows.hpp"

namespace interdict::ios::data_usage {
namespace {

using namespace artefacts;

enum : std::size_t {
  kProcess,
  kBundle,
  kProcessId,
  kUsageId,
  kFirstSeen,
  kLastSeen,
  kUsageAt,
  kWifiIn,
  kWifiOut,
  kWwanIn,
  kWwanOut,
  kWidth,
  kProcessRow = kWidth,
};

constexpr std::array<Column, kWidth> kColumns{{
    {"process", ColumnKind::process, "name of the process; NULL: its row was deleted",
     FindingKind::compromise},
    {"bundle", ColumnKind::app_id, "bundle id that the process worked for",
     FindingKind::compromise},
    {"process_id", ColumnKind::plain, "number of the process row (not a pid)"},
    {"usage_id", ColumnKind::plain, "number of the usage row; NULL: the process has none"},
    {"first_seen", ColumnKind::time, "process first used the network"},
    {"last_seen", ColumnKind::time, "process record last written"},
    {"usage_at", ColumnKind::time, "network use counted"},
    {"wifi_in", ColumnKind::plain, "bytes received over Wi-Fi"},
    {"wifi_out", ColumnKind::plain, "bytes sent over Wi-Fi"},
    {"wwan_in", ColumnKind::plain, "bytes received over the mobile network"},
    {"wwan_out", ColumnKind::plain, "bytes sent over the mobile network"},
}};

constexpr std::string_view kProcessColumns =
    "Z_PK Z_ENT Z_OPT ZFIRSTTIMESTAMP ZTIMESTAMP ZBUNDLENAME ZPROCNAME";
constexpr std::string_view kUsageColumns =
    "Z_PK Z_ENT Z_OPT ZKIND ZMETADATA ZTAG ZHASPROCESS ZBILLCYCLEEND ZTIMESTAMP ZWIFIIN ZWIFIOUT "
    "ZWWANIN ZWWANOUT ZHASPEER";

constexpr std::array<SqlTable, 2> kUsageTables{{
    {"u", "ZLIVEUSAGE", kUsageColumns, ""},
    {"p", "ZPROCESS", kProcessColumns, "p.Z_PK = u.ZHASPROCESS"},
}};
constexpr std::array<SqlColumn, kWidth + 1> kUsageSql{{
    {"p.ZPROCNAME", As::text},
    {"p.ZBUNDLENAME", As::text},
    {"u.ZHASPROCESS", As::integer},
    {"u.Z_PK", As::integer},
    {"p.ZFIRSTTIMESTAMP", As::cocoa_time},
    {"p.ZTIMESTAMP", As::cocoa_time},
    {"u.ZTIMESTAMP", As::cocoa_time},
    {"u.ZWIFIIN", As::integer},
    {"u.ZWIFIOUT", As::integer},
    {"u.ZWWANIN", As::integer},
    {"u.ZWWANOUT", As::integer},
    {"p.Z_PK", As::integer},
}};

// An anti-join rather than NOT IN: one usage row without a process would silence NOT IN whole.
constexpr std::array<SqlTable, 2> kProcessTables{{
    {"p", "ZPROCESS", kProcessColumns, ""},
    {"u", "ZLIVEUSAGE", kUsageColumns, "u.ZHASPROCESS = p.Z_PK"},
}};
constexpr std::array<SqlColumn, kWidth + 1> kProcessSql{{
    {"p.ZPROCNAME", As::text},
    {"p.ZBUNDLENAME", As::text},
    {"p.Z_PK", As::integer},
    {},
    {"p.ZFIRSTTIMESTAMP", As::cocoa_time},
    {"p.ZTIMESTAMP", As::cocoa_time},
    {},
    {},
    {},
    {},
    {},
    {"p.Z_PK", As::integer},
}};

constexpr std::array<SqlQuery, 2> kQueries{{
    {kUsageTables, kUsageSql, ""},
    {kProcessTables, kProcessSql, "u.Z_PK IS NULL"},
}};

class Usage final : public SqlCursor {
 public:
  explicit Usage(const Source& source) : SqlCursor(source, kQueries, kWidth) {}

 private:
  /// A missing process row is a fact worth telling; a process row without a name is damage.
  void finish() override {
    if (cell(kProcess).is_null() && !cell(kProcessRow).is_null()) damaged("ZPROCNAME is NULL");
  }
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql<Usage>(source, only);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "WirelessDomain", "Library/Databases/DataUsage.sqlite"}}};
constexpr Table kTable{
    .id = "ios/data_usage",
    .summary = "network use by process, and processes that ever used the network",
    .places = kPlaces,
    .columns = kColumns,
    .core = true,
    .expected = {},
    .open = open,
    .mvt_module = "datausage",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::data_usage
