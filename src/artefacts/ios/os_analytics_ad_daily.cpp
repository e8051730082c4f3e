// iOS com.apple.osanalytics.addaily.plist: network use by process since the last daily report.
//
// Where    HomeDomain: Library/Preferences/com.apple.osanalytics.addaily.plist
// Why      A second, independent record of which process used the network: it outlives the cleaning
//          of DataUsage.sqlite, and BackupAgent here is Operation Triangulation.
// Gives    one row a process
// Format   property list; netUsageBaseline is a dict of process names, each with an array of a date
//          and the bytes Wi-Fi in, Wi-Fi out, mobile in, mobile out

#include <array>

#include "artefacts/plist_rows.hpp"

namespace interdict::ios::os_analytics_ad_daily {
namespace {

using namespace artefacts;

enum : std::size_t { kProcess, kDate, kWifiIn, kWifiOut, kWwanIn, kWwanOut, kWidth };

constexpr std::array<Column, kWidth> kColumns{{
    {"process", ColumnKind::process, "name of the process", FindingKind::compromise},
    {"date", ColumnKind::time, "network use of the process recorded"},
    {"wifi_in", ColumnKind::plain, "bytes received over Wi-Fi"},
    {"wifi_out", ColumnKind::plain, "bytes sent over Wi-Fi"},
    {"wwan_in", ColumnKind::plain, "bytes received over the mobile network"},
    {"wwan_out", ColumnKind::plain, "bytes sent over the mobile network"},
}};

constexpr std::string_view kBaseline = "netUsageBaseline";

class Processes final : public PlistCursor {
 public:
  explicit Processes(const Source& source) : PlistCursor(source, kWidth) {}

 private:
  Status begin(const plist::Node& root) override {
    const auto baseline = root[kBaseline];
    if (!baseline) {
      if (baseline.error().code() != Errc::not_found) {
        return Error{baseline.error().code(), baseline.error().what()};
      }
      source().notes().note("no netUsageBaseline in it: no process to read");
      return ok();
    }
    if (baseline->kind() != plist::Kind::dict) {
      return Error{Errc::malformed, "netUsageBaseline is no dictionary"};
    }
    add(*baseline, key_path({kBaseline}));
    return ok();
  }

  bool member(std::string_view key, const plist::Node& value) override {
    text(kProcess, std::string(key));
    if (value.kind() != plist::Kind::array || value.count() < kWidth - kDate) {
      damaged("usage is no array of a date and four numbers");
    }
    if (value.kind() != plist::Kind::array) return true;
    for (std::size_t i = 0; i < value.count() && kDate + i < kWidth; ++i) {
      const auto element = value.at(i);
      if (!element) {
        damaged("a value cannot be read: " + element.error().what());
      } else if (i == 0) {
        time(kDate, *element);
      } else {
        integer(kDate + i, *element);
      }
    }
    return true;
  }
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& /*only*/) {
  return open_plist<Processes>(source);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "HomeDomain",
      "Library/Preferences/com.apple.osanalytics.addaily.plist"}}};
constexpr Table kTable{
    .id = "ios/os_analytics_ad_daily",
    .summary = "network use by process since the last daily report to Apple",
    .places = kPlaces,
    .columns = kColumns,
    .core = true,
    .expected = {},
    .open = open,
    .mvt_module = "os_analytics_ad_daily",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::os_analytics_ad_daily
