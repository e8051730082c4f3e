// Info.plist of a backup: which phone this is, and which apps are on it.
//
// Where    beside the backup: Info.plist
// Why      It names model and build (how open the phone is to known attacks), and every installed
//          app: stalkerware is often simply installed.
// Gives    one row a fact (key, value), then one row an installed app (app_id set). The keys are
//          Apple's: select value from ios_backup_info where key = 'Product Version'
// Format   property list, one dict. "Installed Applications" is an array of bundle ids,
//          "Applications" a dict of them with the store's data; a phone's apps are both together.

#include <array>
#include <set>

#include <fmt/format.h>

#include "artefacts/plist_rows.hpp"

namespace interdict::ios::backup_info {
namespace {

using namespace artefacts;

enum : std::size_t { kKey, kValue, kAppId, kAt, kWidth };

constexpr std::array<Column, kWidth> kColumns{{
    {"key", ColumnKind::plain, "Product Type, Build Version, Installed Applications …"},
    {"value", ColumnKind::plain, "its value as text"},
    {"app_id", ColumnKind::app_id, "bundle id, when the row is an installed app",
     FindingKind::compromise},
    {"at", ColumnKind::time, "backup made"},
}};

constexpr std::string_view kInstalled = "Installed Applications";
constexpr std::string_view kApplications = "Applications";
constexpr std::size_t kMaxApps = 100'000;  // remembered, to list an app once

constexpr std::array<std::string_view, 29> kKnown{"Build Version",
                                                  "Device Name",
                                                  "Display Name",
                                                  "GUID",
                                                  "ICCID",
                                                  "ICCID 2",
                                                  "IMEI",
                                                  "IMEI 2",
                                                  "MEID",
                                                  "Phone Number",
                                                  "Product Name",
                                                  "Product Type",
                                                  "Product Version",
                                                  "Serial Number",
                                                  "Target Identifier",
                                                  "Target Type",
                                                  "Unique Identifier",
                                                  "iTunes Version",
                                                  "macOS Version",
                                                  "macOS Build Version",
                                                  "Last Backup Date",
                                                  "Unique Chip ID",
                                                  "EID",
                                                  kInstalled,
                                                  kApplications,
                                                  "iTunes Files",
                                                  "iTunes Settings",
                                                  "iBooks Data 2",
                                                  "iBooks Infrastructure Data"};

class Facts final : public PlistCursor {
 public:
  explicit Facts(const Source& source) : PlistCursor(source, kWidth) {}

 private:
  Status begin(const plist::Node& root) override {
    if (root.kind() != plist::Kind::dict) return Error{Errc::malformed, "it is no dictionary"};
    add(root, {});
    add_apps(root, kInstalled, plist::Kind::array);
    add_apps(root, kApplications, plist::Kind::dict);
    return ok();
  }

  void add_apps(const plist::Node& root, std::string_view key, plist::Kind kind) {
    const auto apps = root[key];
    if (!apps) {
      if (key == kInstalled) source().notes().note("no list of installed applications in it");
    } else if (apps->kind() != kind) {
      source().notes().note(fmt::format("{} is of another kind than it should be", key));
    } else {
      add(*apps, key_path({key}));
    }
  }

  bool member(std::string_view key, const plist::Node& value) override {
    const std::string path = locator().key_path;
    if (path.starts_with("Installed Applications/")) return app(kInstalled, value.as_text());
    if (path.starts_with("Applications/")) return app(kApplications, std::string(key));
    return fact(key, value);
  }

  bool app(std::string_view list, std::optional<std::string> id) {
    if (!id) {
      damaged("an installed application is no text");
      return false;
    }
    if (seen_.contains(*id)) return false;
    if (seen_.size() < kMaxApps) seen_.insert(*id);
    cells()[kKey] = Value::text(list);
    text(kValue, *id);
    text(kAppId, *std::move(id));
    return true;
  }

  /// Collections and data are no facts about the phone.
  bool fact(std::string_view key, const plist::Node& value) {
    if (std::find(kKnown.begin(), kKnown.end(), key) == kKnown.end()) {
      source().notes().note(fmt::format("key unknown to this program: {}", key));
    }
    switch (value.kind()) {
      case plist::Kind::text:
        text(kValue, value);
        break;
      case plist::Kind::integer:
        text(kValue, fmt::format("{}", value.as_integer().value_or(0)));
        break;
      case plist::Kind::boolean:
        text(kValue, value.as_boolean().value_or(false) ? "true" : "false");
        break;
      case plist::Kind::date:
        time(kAt, value);
        if (!cells()[kAt].is_null()) text(kValue, iso8601(cells()[kAt].as_time()));
        break;
      default:
        return false;
    }
    text(kKey, std::string(key));
    return true;
  }

  std::set<std::string, std::less<>> seen_;
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& /*only*/) {
  return open_plist<Facts>(source);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "", "Info.plist"}}};
constexpr Table kTable{
    .id = "ios/backup_info",
    .summary = "facts about the phone, and its installed apps",
    .places = kPlaces,
    .columns = kColumns,
    .expected = {},
    .open = open,
    .mvt_module = "backup_info",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::backup_info
