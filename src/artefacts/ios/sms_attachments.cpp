// iOS sms.db, attachments: files that messages brought or took along.
//
// Where    HomeDomain: Library/SMS/sms.db
// Why      Zero-click attacks arrive as attachments. Their record stays when the file is deleted.
// Gives    one row an attachment (several, if several messages carry it)
// Format   SQLite, attachment joined through message_attachment_join to message and handle. File
//          names begin with "~", the home of the user mobile. Times: seconds since 2001.

#include <array>

#include "artefacts/sql_rows.hpp"

namespace interdict::ios::sms_attachments {
namespace {

using namespace artefacts;

enum : std::size_t {
  kAttachmentId,
  kGuid,
  kCreated,
  kPath,
  kName,
  kMimeType,
  kUti,
  kBytes,
  kOutgoing,
  kMessageId,
  kService,
  kHandle,
  kWidth,
  kFileName = kWidth,
};

constexpr std::array<Column, kWidth> kColumns{{
    {"attachment_id", ColumnKind::plain, "number of the attachment", FindingKind::note, true},
    {"guid", ColumnKind::plain, "identifier of the attachment"},
    {"created", ColumnKind::time, "attachment created"},
    {"path", ColumnKind::file_path, "where it lies, or lay, on the phone", FindingKind::attempt},
    {"name", ColumnKind::file_name, "the name it was sent under", FindingKind::attempt},
    {"mime_type", ColumnKind::plain, "the type the sender gave it"},
    {"uti", ColumnKind::plain, "the type iOS took it for"},
    {"bytes", ColumnKind::plain, "its size as recorded"},
    {"is_outgoing", ColumnKind::plain, "1 sent, 0 received"},
    {"message_id", ColumnKind::plain, "number of its message; NULL: it has none"},
    {"service", ColumnKind::plain, "iMessage, SMS …"},
    {"handle", ColumnKind::email, "address or number of the other side", FindingKind::attempt},
}};

constexpr std::array<SqlTable, 4> kTables{{
    {"a", "attachment",
     "ROWID guid created_date start_date filename uti mime_type transfer_state is_outgoing "
     "user_info "
     "transfer_name total_bytes is_sticker sticker_user_info attribution_info hide_attachment "
     "ck_sync_state ck_server_change_token_blob ck_record_id original_guid sr_ck_sync_state "
     "sr_ck_server_change_token_blob sr_ck_record_id is_commsafety_sensitive "
     "emoji_image_content_identifier emoji_image_short_description preview_generation_state "
     "attachment_guid guid_original",
     ""},
    {"j", "message_attachment_join", "message_id attachment_id", "j.attachment_id = a.ROWID", true},
    // sms.cpp reports what is unknown of the next two.
    {"m", "message", "*", "m.ROWID = j.message_id"},
    {"h", "handle", "*", "h.ROWID = m.handle_id"},
}};
constexpr std::array<SqlColumn, kWidth + 1> kSql{{
    {"a.ROWID", As::integer},
    {"a.guid", As::text, true},
    {"a.created_date", As::cocoa_time},
    {},
    {"a.transfer_name", As::text},
    {"a.mime_type", As::text},
    {"a.uti", As::text},
    {"a.total_bytes", As::integer},
    {"a.is_outgoing", As::integer},
    {"j.message_id", As::integer},
    {"m.service", As::text},
    {"h.id", As::text},
    {"a.filename", As::text},
}};
constexpr std::array<SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

class Attachments final : public SqlCursor {
 public:
  explicit Attachments(const Source& source) : SqlCursor(source, kQueries, kWidth) {}

 private:
  /// "~/Library/SMS/Attachments/…" as a device path.
  void finish() override {
    if (cell(kFileName).is_null()) return;
    std::string_view name = cell(kFileName).as_text();
    if (name.starts_with("~/")) {
      scratch(kPath) = "/private/var/mobile";
      scratch(kPath) += name.substr(1);
    } else {
      scratch(kPath) = evidence::canonical_path(name);
    }
    show_scratch(kPath);
  }
};

FindingKind grade(std::size_t /*column*/, std::span<const Value> row) {
  return row[kOutgoing].as_integer() != 0 ? FindingKind::exposure : FindingKind::attempt;
}

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql<Attachments>(source, only);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "HomeDomain", "Library/SMS/sms.db"}}};
constexpr Table kTable{
    .id = "ios/sms_attachments",
    .summary = "files attached to messages",
    .places = kPlaces,
    .columns = kColumns,
    .expected = {},
    .open = open,
    .grade = grade,
    .mvt_module = "sms_attachments",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::sms_attachments
