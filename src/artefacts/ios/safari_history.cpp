// iOS Safari History.db: every visit to a page, with its redirects.
//
// Where    Library/Safari/History.db and Library/Safari/Profiles/*/History.db of any domain
// Why      One-click attacks begin with a visit; a redirect to another host within a second is
//          their habit.
// Gives    one row a visit: the page, when, and the visits it came from and led to; then one row a
//          page without visits: what is left when the visits were deleted
// Format   SQLite, history_visits and history_items, times in seconds since 2001. Backups hold it
//          only when they are encrypted, from iOS 13 on.

#include <array>

#include "artefacts/sql_rows.hpp"

namespace interdict::ios::safari_history {
namespace {

using namespace artefacts;

constexpr std::array<Column, 9> kColumns{{
    {"visit_id", ColumnKind::plain, "number of the visit", FindingKind::note, true},
    {"item_id", ColumnKind::plain, "number of the page visited"},
    {"url", ColumnKind::url, "the page visited", FindingKind::exposure},
    {"title", ColumnKind::free_text, "title of the page at that visit", FindingKind::exposure},
    {"visit_time", ColumnKind::time, "page visited"},
    {"redirect_source", ColumnKind::plain, "visit that redirected to this one"},
    {"redirect_destination", ColumnKind::plain, "visit that this one was redirected to",
     FindingKind::note, true},
    {"load_successful", ColumnKind::plain, "1 when the page was loaded"},
    {"origin", ColumnKind::plain, "0 visited on this device, 1 synchronised from another"},
}};

constexpr std::string_view kVisitColumns =
    "id history_item visit_time title load_successful http_non_get synthesized redirect_source "
    "redirect_destination origin generation attributes score";
constexpr std::string_view kItemColumns =
    "id url domain_expansion visit_count daily_visit_counts weekly_visit_counts "
    "autocomplete_triggers should_recompute_derived_visit_counts visit_count_score status_code";

constexpr std::array<SqlTable, 2> kVisitTables{{
    {"v", "history_visits", kVisitColumns, ""},
    {"i", "history_items", kItemColumns, "i.id = v.history_item"},
}};
constexpr std::array<SqlColumn, kColumns.size()> kVisitSql{{
    {"v.id", As::integer},
    {"v.history_item", As::integer},
    {"i.url", As::text, true},
    {"v.title", As::text},
    {"v.visit_time", As::cocoa_time, true},
    {"v.redirect_source", As::integer},
    {"v.redirect_destination", As::integer},
    {"v.load_successful", As::integer},
    {"v.origin", As::integer},
}};

constexpr std::array<SqlTable, 2> kItemTables{{
    {"i", "history_items", kItemColumns, ""},
    {"v", "history_visits", kVisitColumns, "v.history_item = i.id"},
}};
constexpr std::array<SqlColumn, kColumns.size()> kItemSql{{
    {},
    {"i.id", As::integer},
    {"i.url", As::text, true},
    {},
    {},
    {},
    {},
    {},
    {},
}};
constexpr std::array<SqlQuery, 2> kQueries{{
    {kVisitTables, kVisitSql, ""},
    {kItemTables, kItemSql, "v.id IS NULL"},
}};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql(source, only, kQueries, kColumns.size());
}

constexpr std::array<evidence::Place, 2> kPlaces{{
    {evidence::Container::ios_backup, "*", "Library/Safari/History.db"},
    {evidence::Container::ios_backup, "*", "Library/Safari/Profiles/*/History.db"},
}};
constexpr Table kTable{
    .id = "ios/safari_history",
    .summary = "visits to web pages in Safari",
    .places = kPlaces,
    .columns = kColumns,
    .core = true,
    .expected = {.encrypted_only_from = 13},
    .open = open,
    .mvt_module = "safari_history",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::safari_history
