// iOS Safari BrowserState.db: open tabs, and where each of them has been.
//
// Where    Library/Safari/BrowserState.db and Library/Safari/Profiles/*/BrowserState.db of any domain
// Why      A tab's back list keeps pages that are gone from the history; private tabs are here, too.
// Gives    one row a tab, then one row for every entry of its back list
// Format   SQLite, tabs joined to tab_sessions (absent in the oldest versions). session_data is a
//          property list, behind four bytes in the versions seen: SessionHistory holds
//          SessionHistoryEntries. last_viewed_time is seconds since 2001. Since iOS 15 new tabs are
//          kept in SafariTabs.db instead.

#include <array>

#include <fmt/format.h>

#include "artefacts/sql_rows.hpp"
#include "formats/plist.hpp"

namespace interdict::ios::safari_browser_state {
namespace {

using namespace artefacts;

enum : std::size_t {
  kTabId,
  kEntry,
  kUrl,
  kOtherUrl,
  kTitle,
  kLastViewed,
  kPrivate,
  kWidth,
  kSessionId = kWidth,
  kSessionData,
  kAll,
};

constexpr std::array<Column, kWidth> kColumns{{
    {"tab_id", ColumnKind::plain, "number of the tab"},
    {"entry", ColumnKind::plain, "place in the tab's back list, from 0; NULL: the open page"},
    {"url", ColumnKind::url, "the page", FindingKind::exposure},
    {"other_url", ColumnKind::url, "what was shown as, or first asked for, if another",
     FindingKind::exposure},
    {"title", ColumnKind::free_text, "title of the page", FindingKind::exposure},
    {"last_viewed", ColumnKind::time, "tab last looked at"},
    {"private", ColumnKind::plain, "1 when the tab was private"},
}};

constexpr std::array<SqlTable, 2> kTables{{
    {"t", "tabs",
     "id uuid title url user_visible_url order_index last_viewed_time readinglist_bookmark_id "
     "opened_from_link showing_reader reader_view_top_scroll_offset private_browsing "
     "displaying_standalone_image browser_window_uuid browser_window_id tab_group_uuid "
     "profile_uuid",
     ""},
    {"s", "tab_sessions", "id tab_uuid session_data uncompressed_session_data_size",
     "s.tab_uuid = t.uuid"},
}};
constexpr std::array<SqlColumn, kAll> kSql{{
    {"t.id", As::integer},
    {},
    {"t.url", As::text},
    {"t.user_visible_url", As::text},
    {"t.title", As::text},
    {"t.last_viewed_time", As::cocoa_time},
    {"t.private_browsing", As::integer},
    {"s.id", As::integer},
    {"s.session_data", As::blob},
}};
constexpr std::array<SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

constexpr std::string_view kBinaryList = "bplist00";
constexpr std::size_t kPrefix = 4;
constexpr std::uint64_t kMaxEntries = 10'000;  // of one tab

class Tabs final : public SqlCursor {
 public:
  explicit Tabs(const Source& source) : SqlCursor(source, kQueries, kWidth) {}

  Result<bool> next() override {
    while (entries_ && entry_ < entries_->count()) {
      if (read_entry(entry_++)) return true;
    }
    entries_.reset();
    in_entry_ = false;
    return SqlCursor::next();
  }

  [[nodiscard]] Locator locator() const override {
    if (!in_entry_) return SqlCursor::locator();
    return {{}, {}, "tab_sessions", session_id_, {}};
  }

 private:
  void finish() override {
    drop_if_same();
    if (cell(kSessionData).as_text().empty()) return;
    session_id_ = cell(kSessionId).as_integer();
    if (const auto opened = open_session(); !opened) {
      damaged("session_data: " + opened.error().what());
    }
  }

  Status open_session() {
    std::string_view data = cell(kSessionData).as_text();
    if (!data.starts_with(kBinaryList) && data.size() > kPrefix) data.remove_prefix(kPrefix);
    if (!data.starts_with(kBinaryList)) return Error{Errc::malformed, "no binary property list"};
    session_ = TRY(plist::Document::open(bytes_of(data)));
    const auto root = TRY(session_->root());
    const auto history = root["SessionHistory"];
    const auto entries = (history ? *history : root)["SessionHistoryEntries"];
    if (!entries) {
      if (entries.error().code() == Errc::not_found) return ok();
      return Error{entries.error().code(), entries.error().what()};
    }
    if (entries->kind() != plist::Kind::array)
      return Error{Errc::malformed, "entries are no array"};
    if (entries->count() > kMaxEntries) return Error{Errc::limit, "too many entries"};
    entries_ = *entries;
    entry_ = 0;
    return ok();
  }

  /// Turns the tab's row into that of one entry; false if it cannot be read.
  bool read_entry(std::uint64_t i) {
    const auto entry = entries_->at(i);
    if (!entry || entry->kind() != plist::Kind::dict) {
      damaged("an entry of the back list is no dictionary");
      return false;
    }
    in_entry_ = true;
    cells()[kEntry] = Value::integer(static_cast<std::int64_t>(i));
    cells()[kLastViewed] = Value();
    show(*entry, "SessionHistoryEntryURL", kUrl);
    show(*entry, "SessionHistoryEntryOriginalURL", kOtherUrl);
    show(*entry, "SessionHistoryEntryTitle", kTitle);
    drop_if_same();
    return true;
  }

  void show(const plist::Node& entry, std::string_view key, std::size_t into) {
    cells()[into] = Value();
    const auto node = entry[key];
    auto text = node ? node->as_text() : std::nullopt;
    if (!text) return;
    scratch(into) = *std::move(text);
    show_scratch(into);
  }

  void drop_if_same() {
    if (cell(kOtherUrl).as_text() == cell(kUrl).as_text()) cells()[kOtherUrl] = Value();
  }

  std::optional<plist::Document> session_;
  std::optional<plist::Node> entries_;
  std::uint64_t entry_ = 0;
  std::int64_t session_id_ = 0;
  bool in_entry_ = false;
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql<Tabs>(source, only);
}

constexpr std::array<evidence::Place, 2> kPlaces{{
    {evidence::Container::ios_backup, "*", "Library/Safari/BrowserState.db"},
    {evidence::Container::ios_backup, "*", "Library/Safari/Profiles/*/BrowserState.db"},
}};
constexpr Table kTable{
    .id = "ios/safari_browser_state",
    .summary = "open tabs of Safari and the pages they have been on",
    .places = kPlaces,
    .columns = kColumns,
    .expected = {.optional = true},
    .open = open,
    .mvt_module = "safari_browser_state",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::safari_browser_state
