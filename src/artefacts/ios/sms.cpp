// iOS sms.db: iMessages and text messages.
//
// Where    HomeDomain: Library/SMS/sms.db
// Why      One-click attacks arrive as links, zero-click attacks from throw-away addresses.
// Gives    one row a message, with or without a handle (the other side), and its text
// Format   SQLite, message joined to handle. Since iOS 15 or 16 the text of many messages lies only
//          in attributedBody (a typedstream). Rich links keep their URLs in payload_data (a keyed
//          archive of LPLinkMetadata). Dates are seconds, from iOS 11 nanoseconds, since 2001.
// Seen-in  schemas of iOS 6 to 18; a row of iOS 5 has no handle_id and yields no handle

#include <array>

#include "artefacts/sql_rows.hpp"
#include "base/text.hpp"
#include "formats/keyed_archive.hpp"
#include "formats/plist.hpp"
#include "formats/typedstream.hpp"

namespace interdict::ios::sms {
namespace {

using namespace artefacts;

enum : std::size_t {
  kMessageId,
  kGuid,
  kDate,
  kService,
  kHandle,
  kIsFromMe,
  kText,
  kTextFrom,
  kSubject,
  kGroupTitle,
  kLink,
  kLinkResolved,
  kAccount,
  kRead,
  kDelivered,
  kWidth,
};
enum : std::size_t { kAttributedBody = kWidth, kPayload, kBalloon, kAll };

constexpr std::array<Column, kWidth> kColumns{{
    {"message_id", ColumnKind::plain, "number of the message", FindingKind::note, true},
    {"guid", ColumnKind::plain, "identifier of the message"},
    {"date", ColumnKind::time, "message sent or received"},
    {"service", ColumnKind::plain, "iMessage, SMS, RCS …"},
    {"handle", ColumnKind::email, "address or number of the other side; NULL: none recorded",
     FindingKind::attempt},
    {"is_from_me", ColumnKind::plain, "1 sent, 0 received"},
    {"text", ColumnKind::free_text, "what it says", FindingKind::attempt},
    {"text_from", ColumnKind::plain, "column that held the text: text or attributedBody"},
    {"subject", ColumnKind::free_text, "subject line", FindingKind::attempt},
    {"group_title", ColumnKind::free_text, "name given to the group", FindingKind::attempt},
    {"link", ColumnKind::url, "URL of its rich link, as sent", FindingKind::attempt},
    {"link_resolved", ColumnKind::url, "URL its rich link led to, if another",
     FindingKind::attempt},
    {"account", ColumnKind::plain, "the phone's own account it came through"},
    {"read_at", ColumnKind::time, "message read"},
    {"delivered_at", ColumnKind::time, "message delivered"},
}};

constexpr std::array<SqlTable, 2> kTables{{
    {"m", "message",
     "ROWID guid text replace service_center handle_id subject country attributedBody version type "
     "service account account_guid error date date_read date_delivered is_delivered is_finished "
     "is_emote is_from_me is_empty is_delayed is_auto_reply is_prepared is_read is_system_message "
     "is_sent has_dd_results is_service_message is_forward was_downgraded is_archive "
     "cache_has_attachments cache_roomnames was_data_detected was_deduplicated is_audio_message "
     "is_played date_played item_type other_handle group_title group_action_type share_status "
     "share_direction is_expirable expire_state message_action_type message_source "
     "associated_message_guid associated_message_type associated_message_emoji balloon_bundle_id "
     "payload_data expressive_send_style_id associated_message_range_location "
     "associated_message_range_length time_expressive_send_played message_summary_info "
     "ck_sync_state ck_record_id ck_record_change_tag ck_chat_id destination_caller_id "
     "sr_ck_sync_state sr_ck_record_id sr_ck_record_change_tag is_corrupt reply_to_guid sort_id "
     "is_spam has_unseen_mention thread_originator_guid thread_originator_part syndication_ranges "
     "synced_syndication_ranges was_delivered_quietly did_notify_recipient date_retracted "
     "date_edited date_recovered was_detonated part_count is_stewie is_sos is_critical "
     "bia_reference_id is_kt_verified fallback_hash is_pending_satellite_send needs_relay "
     "schedule_type schedule_state sent_or_received_off_grid is_time_sensitive",
     ""},
    {"h", "handle", "ROWID id country service uncanonicalized_id person_centric_id",
     "h.ROWID = m.handle_id"},
}};
constexpr std::array<SqlColumn, kAll> kSql{{
    {"m.ROWID", As::integer},
    {"m.guid", As::text, true},
    {"m.date", As::cocoa_time},
    {"m.service", As::text},
    {"h.id", As::text},
    {"m.is_from_me", As::integer},
    {"m.text", As::text},
    {},
    {"m.subject", As::text},
    {"m.group_title", As::text},
    {},
    {},
    {"m.account", As::text},
    {"m.date_read", As::cocoa_time},
    {"m.date_delivered", As::cocoa_time},
    {"m.attributedBody", As::blob},
    {"m.payload_data", As::blob},
    {"m.balloon_bundle_id", As::text},
}};
constexpr std::array<SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

constexpr std::string_view kRichLink = "com.apple.messages.URLBalloonProvider";

struct Links {
  std::string sent, resolved;
};

/// The URL of an NSURL object: NS.relative, which is whole when NS.base is null.
std::string url_of(const keyed_archive::Archive& archive, const plist::Node& owner,
                   std::string_view key) {
  const auto url = archive.field(owner, key);
  if (!url) return {};
  const auto relative = archive.field(*url, "NS.relative");
  auto text = archive.text(relative ? *relative : *url);
  return text ? *std::move(text) : std::string();
}

Result<Links> links_of(ByteView payload) {
  const auto document = TRY(plist::Document::open(payload));
  const auto archive = TRY(keyed_archive::Archive::open(document));
  const auto root = TRY(archive.root());
  const auto metadata = archive.field(root, "richLinkMetadata");
  const plist::Node& owner = metadata ? *metadata : root;
  return Links{url_of(archive, owner, "originalURL"), url_of(archive, owner, "URL")};
}

class Messages final : public SqlCursor {
 public:
  explicit Messages(const Source& source) : SqlCursor(source, kQueries, kWidth) {}

 private:
  void finish() override {
    if (!cell(kText).as_text().empty()) {
      cells()[kTextFrom] = Value::text("text");
    } else if (!cell(kAttributedBody).as_text().empty()) {
      read_body();
    }
    if (!cell(kPayload).as_text().empty()) read_links();
  }

  void read_body() {
    auto text = typedstream::text(bytes_of(cell(kAttributedBody).as_text()));
    if (!text) {
      damaged("attributedBody: " + text.error().what());
      return;
    }
    scratch(kText) = *std::move(text);
    show_scratch(kText);
    cells()[kTextFrom] = Value::text("attributedBody");
  }

  /// Other balloons (drawings, payments, apps) carry payloads of their own formats.
  void read_links() {
    auto links = links_of(bytes_of(cell(kPayload).as_text()));
    if (!links) {
      if (cell(kBalloon).as_text() == kRichLink) damaged("payload_data: " + links.error().what());
      return;
    }
    if (links->sent.empty() || links->sent == links->resolved) {
      links->sent = std::exchange(links->resolved, {});
    }
    show(kLink, std::move(links->sent));
    show(kLinkResolved, std::move(links->resolved));
  }

  void show(std::size_t into, std::string text) {
    if (text.empty()) return;
    scratch(into) = std::move(text);
    show_scratch(into);
  }
};

/// What was received is an attack that reached the phone; what was sent is contact.
FindingKind grade(std::size_t /*column*/, std::span<const Value> row) {
  return row[kIsFromMe].as_integer() != 0 ? FindingKind::exposure : FindingKind::attempt;
}

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql<Messages>(source, only);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "HomeDomain", "Library/SMS/sms.db"}}};
constexpr Table kTable{
    .id = "ios/sms",
    .summary = "iMessages and text messages",
    .places = kPlaces,
    .columns = kColumns,
    .core = true,
    .expected = {},
    .open = open,
    .grade = grade,
    .mvt_module = "sms",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::sms
