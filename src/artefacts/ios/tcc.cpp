// iOS TCC.db: which app was given which permission (camera, microphone, contacts …).
//
// Where    HomeDomain: Library/TCC/TCC.db
// Why      A monitoring app must be granted access to what it monitors.
// Gives    one row a decision: service, client, what was decided, why and when
// Format   SQLite, table access. Three versions: auth_value and auth_reason (iOS 14 on), allowed
//          and prompt_count before, and the oldest without last_modified.
// Seen-in  Apple's "Transparency, Consent and Control"; values as in TCC/TCC_Internal: 0 denied,
//          1 unknown, 2 allowed, 3 limited

#include <array>

#include <fmt/format.h>

#include "artefacts/sql_rows.hpp"

namespace interdict::ios::tcc {
namespace {

using namespace artefacts;

enum : std::size_t { kService, kBundle, kPath, kDecision, kReason, kPrompts, kModified, kWidth };
enum : std::size_t { kClient = kWidth, kClientType, kAuthValue, kAllowed, kAuthReason };

constexpr std::array<Column, kWidth> kColumns{{
    {"service", ColumnKind::plain, "what access is to: kTCCServiceCamera, kTCCServiceMicrophone …"},
    {"bundle", ColumnKind::app_id, "the client, when it is named by its bundle id",
     FindingKind::compromise},
    {"path", ColumnKind::image_path, "the client, when it is named by its path",
     FindingKind::compromise},
    {"decision", ColumnKind::plain, "allowed, denied, limited or unknown"},
    {"reason", ColumnKind::plain, "why it was decided so: user consent, entitled, MDM policy …"},
    {"prompts", ColumnKind::plain, "how often the user was asked (before iOS 14)"},
    {"last_modified", ColumnKind::time, "permission decided or changed"},
}};

constexpr std::array<SqlTable, 1> kTables{
    {{"a", "access",
      "service client client_type auth_value auth_reason auth_version allowed prompt_count csreq "
      "policy_id indirect_object_identifier_type indirect_object_identifier "
      "indirect_object_code_identity flags last_modified pid pid_version boot_uuid last_reminded",
      ""}}};
constexpr std::array<SqlColumn, kAuthReason + 1> kSql{{
    {"a.service", As::text, true},
    {},
    {},
    {},
    {},
    {"a.prompt_count", As::integer},
    {"a.last_modified", As::unix_time},
    {"a.client", As::text, true},
    {"a.client_type", As::integer},
    {"a.auth_value", As::integer},
    {"a.allowed", As::integer},
    {"a.auth_reason", As::integer},
}};
constexpr std::array<SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

constexpr std::array<std::string_view, 4> kDecisions{"denied", "unknown", "allowed", "limited"};
constexpr std::array<std::string_view, 13> kReasons{"none",
                                                    "error",
                                                    "user consent",
                                                    "user set",
                                                    "system set",
                                                    "service policy",
                                                    "MDM policy",
                                                    "override policy",
                                                    "missing usage string",
                                                    "prompt timeout",
                                                    "preflight unknown",
                                                    "entitled",
                                                    "app type policy"};

class Decisions final : public SqlCursor {
 public:
  explicit Decisions(const Source& source) : SqlCursor(source, kQueries, kWidth) {}

 private:
  void finish() override {
    const bool by_path = cell(kClientType).as_integer() == 1;
    cells()[by_path ? kPath : kBundle] = cell(kClient);
    if (!cell(kAuthValue).is_null()) {
      name(kDecision, kDecisions, cell(kAuthValue).as_integer());
    } else if (!cell(kAllowed).is_null()) {
      name(kDecision, kDecisions, cell(kAllowed).as_integer() != 0 ? 2 : 0);
    }
    if (!cell(kAuthReason).is_null()) name(kReason, kReasons, cell(kAuthReason).as_integer());
  }

  /// The name of a code; one that no version had is shown as its number.
  void name(std::size_t into, std::span<const std::string_view> names, std::int64_t code) {
    if (code >= 0 && code < static_cast<std::int64_t>(names.size())) {
      cells()[into] = Value::text(names[static_cast<std::size_t>(code)]);
      return;
    }
    scratch(into) = fmt::format("{}", code);
    show_scratch(into);
  }
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql<Decisions>(source, only);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "HomeDomain", "Library/TCC/TCC.db"}}};
constexpr Table kTable{
    .id = "ios/tcc",
    .summary = "permissions given to apps and refused",
    .places = kPlaces,
    .columns = kColumns,
    .expected = {},
    .open = open,
    .mvt_module = "tcc",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::tcc
