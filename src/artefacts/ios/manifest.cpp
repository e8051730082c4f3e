// Manifest.db: every file, folder and link that the backup lists, with its times on the phone.
//
// Where    beside the backup: Manifest.db
// Why      Planted files are listed here even when their content was not copied, and the three
//          times of a file tell what happened within the same minute.
// Gives    one row an entry: where it lies on the phone, its times, and how its content is stored
// Format   SQLite, table Files; the column `file` holds an MBFile (evidence/mbfile.hpp). flags: 1
//          file, 2 folder, 4 symbolic link. Backups of iOS 10 and later.
// Cost     a million rows and more are ordinary: no row allocates

#include <array>

#include "artefacts/sql_rows.hpp"
#include "evidence/device_path.hpp"
#include "evidence/mbfile.hpp"

namespace interdict::ios::manifest {
namespace {

using namespace artefacts;

enum : std::size_t {
  kFileId,
  kDomain,
  kRelativePath,
  kAppId,
  kPath,
  kKind,
  kSize,
  kMode,
  kBirth,
  kModified,
  kChanged,
  kStored,
  kStoredSize,
  kWidth,
};
enum : std::size_t { kFlags = kWidth, kMetadata, kAll };

constexpr std::array<Column, kWidth> kColumns{{
    {"file_id", ColumnKind::plain, "name of its content in the backup: SHA-1 of domain-path",
     FindingKind::note, true},
    {"domain", ColumnKind::plain, "HomeDomain, AppDomain-com.example.app …", FindingKind::note,
     true},
    {"relative_path", ColumnKind::plain, "path below the domain", FindingKind::note, true},
    {"app_id", ColumnKind::app_id, "app, extension or app group whose data this is",
     FindingKind::compromise},
    {"path", ColumnKind::file_path, "where it lies on the phone", FindingKind::compromise},
    {"kind", ColumnKind::plain, "file, directory or symlink"},
    {"size", ColumnKind::plain, "size as the manifest records it; not to be trusted"},
    {"mode", ColumnKind::plain, "type and permissions, as in st_mode"},
    {"birth", ColumnKind::time, "file created"},
    {"modified", ColumnKind::time, "file content modified"},
    {"changed", ColumnKind::time, "file status changed"},
    {"stored", ColumnKind::plain, "its content in the backup: whole, missing, empty, truncated"},
    {"stored_size", ColumnKind::plain, "bytes of its content in the backup"},
}};

constexpr std::array<SqlTable, 1> kTables{
    {{"f", "Files", "fileID domain relativePath flags file", ""}}};
constexpr std::array<SqlColumn, kAll> kSql{{
    {"f.fileID", As::text, true},
    {"f.domain", As::text, true},
    {"f.relativePath", As::text, true},
    {},
    {},
    {},
    {},
    {},
    {},
    {},
    {},
    {},
    {},
    {"f.flags", As::integer, true},
    {"f.file", As::blob, true},
}};
constexpr std::array<SqlQuery, 1> kQueries{{{kTables, kSql, ""}}};

constexpr std::int64_t kTypeBits = 0170000, kRegular = 0100000, kDirectory = 0040000,
                       kSymlink = 0120000;

/// com.example.app of AppDomain-com.example.app, AppDomainPlugin-…, AppDomainGroup-….
std::string_view app_of(std::string_view domain) {
  for (const std::string_view prefix : {"AppDomain-", "AppDomainPlugin-", "AppDomainGroup-"}) {
    if (domain.starts_with(prefix)) return domain.substr(prefix.size());
  }
  return {};
}

class Entries final : public SqlCursor {
 public:
  explicit Entries(const Source& source)
      : SqlCursor(source, kQueries, kWidth),
        encrypted_(source.tree().facts().encrypted),
        wants_place_(source.wants(kAppId) || source.wants(kPath)),
        wants_stored_(source.wants(kStored) || source.wants(kStoredSize)) {
    for (const auto column : {kSize, kMode, kBirth, kModified, kChanged, kKind}) {
      wants_metadata_ = wants_metadata_ || source.wants(column);
    }
    wants_metadata_ = wants_metadata_ || wants_stored_;  // it depends on the kind
  }

 private:
  void finish() override {
    if (wants_place_) place();
    if (wants_metadata_) describe();
  }

  void describe() {
    evidence::MbFile file;
    if (!cell(kMetadata).is_null()) {
      auto parsed = evidence::parse_mbfile(bytes_of(cell(kMetadata).as_text()));
      if (parsed) {
        file = *parsed;
      } else {
        damaged("file metadata: " + parsed.error().what());
      }
    }
    cells()[kSize] = number(file.size);
    cells()[kMode] = number(file.mode);
    cells()[kBirth] = time(file.birth);
    cells()[kModified] = time(file.modified);
    cells()[kChanged] = time(file.changed);
    const std::string_view kind = kind_of(file);
    if (kind.empty()) {
      damaged("neither file, folder nor link");
    } else {
      cells()[kKind] = Value::text(kind);
    }
    if (wants_stored_ && kind == "file" && !cell(kFileId).is_null()) store();
  }

  void place() {
    if (cell(kDomain).is_null()) return;
    const std::string_view domain = cell(kDomain).as_text();
    const std::string_view app = app_of(domain);
    if (!app.empty()) cells()[kAppId] = Value::text(app);
    scratch(kPath).clear();
    evidence::append_device_path(scratch(kPath), domain, cell(kRelativePath).as_text());
    show_scratch(kPath);
  }

  [[nodiscard]] std::string_view kind_of(const evidence::MbFile& file) const {
    switch (cell(kFlags).as_integer()) {
      case 1:
        return "file";
      case 2:
        return "directory";
      case 4:
        return "symlink";
      default:
        break;
    }
    switch (file.mode.value_or(0) & kTypeBits) {
      case kRegular:
        return "file";
      case kDirectory:
        return "directory";
      case kSymlink:
        return "symlink";
      default:
        return {};
    }
  }

  void store() {
    const std::string_view id = cell(kFileId).as_text();
    const auto& tree = source().tree();
    cells()[kStored] = Value::text(evidence::name_of(tree.stored(id, encrypted_)));
    if (const auto size = tree.stored_size(id)) {
      cells()[kStoredSize] = Value::integer(static_cast<std::int64_t>(*size));
    }
  }

  static Value number(std::optional<std::int64_t> n) { return n ? Value::integer(*n) : Value(); }
  /// 0 stands for "not known".
  static Value time(std::optional<std::int64_t> seconds) {
    if (!seconds || *seconds <= 0) return {};
    return Value::time(from_unix_seconds(*seconds));
  }

  bool encrypted_;
  bool wants_place_, wants_metadata_ = false, wants_stored_;
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& only) {
  return open_sql<Entries>(source, only);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "", "Manifest.db"}}};
constexpr Table kTable{
    .id = "ios/manifest",
    .summary = "files, folders and links that the backup lists",
    .places = kPlaces,
    .columns = kColumns,
    .core = true,
    .expected = {},
    .open = open,
    .mvt_module = "manifest",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::manifest
