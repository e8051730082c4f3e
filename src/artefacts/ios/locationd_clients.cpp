// iOS locationd clients.plist: who asked for the phone's location, and until when.
//
// Where    RootDomain: Library/Caches/locationd/clients.plist
// Why      Operation Triangulation used the location bundles IonosphereHarvest and WRMLinkSelection
//          at the moment of infection; stalking apps stay registered here.
// Gives    one row a client
// Format   property list: a dict of clients, each a dict. Times are seconds since 2001, or dates.
//          Until iOS 14 or so a key is the client itself; later it begins with a letter for its
//          kind.

#include <array>

#include "artefacts/plist_rows.hpp"

namespace interdict::ios::locationd_clients {
namespace {

using namespace artefacts;

enum : std::size_t {
  kClient,
  kBundleId,
  kBundlePath,
  kExecutable,
  kRegisteredFor,
  kAuthorization,
  kLocationStopped,
  kBackgroundStopped,
  kReceivingStopped,
  kSignificantStopped,
  kQuietSignificantStopped,
  kVisitStopped,
  kFenceStopped,
  kBeaconStopped,
  kConsumptionBegan,
  kWidth,
};

constexpr std::array<Column, kWidth> kColumns{{
    {"client", ColumnKind::plain, "the key it is listed under"},
    {"bundle_id", ColumnKind::app_id, "its bundle id", FindingKind::compromise},
    {"bundle_path", ColumnKind::file_path, "where its bundle lies", FindingKind::compromise},
    {"executable", ColumnKind::image_path, "the program that asked", FindingKind::compromise},
    {"registered", ColumnKind::file_path, "the program it is registered for",
     FindingKind::compromise},
    {"authorization", ColumnKind::plain, "what it may do, as a number of Core Location's"},
    {"location_time_stopped", ColumnKind::time, "client stopped receiving the location"},
    {"background_location_time_stopped", ColumnKind::time,
     "client stopped receiving the location in the background"},
    {"receiving_location_time_stopped", ColumnKind::time,
     "client stopped receiving location information"},
    {"significant_time_stopped", ColumnKind::time, "client stopped watching for large moves"},
    {"non_persistent_significant_time_stopped", ColumnKind::time,
     "client stopped watching for large moves while it ran"},
    {"visit_time_stopped", ColumnKind::time, "client stopped watching for visits"},
    {"fence_time_stopped", ColumnKind::time, "client stopped watching regions"},
    {"beacon_region_time_stopped", ColumnKind::time, "client stopped watching beacons"},
    {"consumption_period_began", ColumnKind::time, "location use began to be counted"},
}};

struct Field {
  std::string_view key;
  std::size_t cell;
};
constexpr std::array<Field, 4> kTexts{{{"BundleId", kBundleId},
                                       {"BundlePath", kBundlePath},
                                       {"Executable", kExecutable},
                                       {"Registered", kRegisteredFor}}};
constexpr std::array<Field, 9> kTimes{{
    {"LocationTimeStopped", kLocationStopped},
    {"BackgroundLocationTimeStopped", kBackgroundStopped},
    {"ReceivingLocationInformationTimeStopped", kReceivingStopped},
    {"SignificantTimeStopped", kSignificantStopped},
    {"NonPersistentSignificantTimeStopped", kQuietSignificantStopped},
    {"VisitTimeStopped", kVisitStopped},
    {"FenceTimeStopped", kFenceStopped},
    {"BeaconRegionTimeStopped", kBeaconStopped},
    {"ConsumptionPeriodBegin", kConsumptionBegan},
}};

class Clients final : public PlistCursor {
 public:
  explicit Clients(const Source& source) : PlistCursor(source, kWidth) {}

 private:
  Status begin(const plist::Node& root) override {
    if (root.kind() != plist::Kind::dict) {
      return Error{Errc::malformed, "the list of clients is no dictionary"};
    }
    add(root, {});
    return ok();
  }

  bool member(std::string_view key, const plist::Node& value) override {
    text(kClient, std::string(key));
    if (value.kind() != plist::Kind::dict) {
      damaged("a client is no dictionary");
      return true;
    }
    for (const Field& field : kTexts) {
      if (const auto node = found(value, field.key)) text(field.cell, *node);
    }
    for (const Field& field : kTimes) {
      if (const auto node = found(value, field.key)) time(field.cell, *node);
    }
    if (const auto node = found(value, "Authorization")) integer(kAuthorization, *node);
    return true;
  }

  std::optional<plist::Node> found(const plist::Node& client, std::string_view key) {
    const auto node = client[key];
    if (node) return *node;
    if (node.error().code() != Errc::not_found) {
      damaged("a value cannot be read: " + node.error().what());
    }
    return std::nullopt;
  }
};

Result<std::unique_ptr<Cursor>> open(const Source& source, const std::optional<Equals>& /*only*/) {
  return open_plist<Clients>(source);
}

constexpr std::array<evidence::Place, 1> kPlaces{
    {{evidence::Container::ios_backup, "RootDomain", "Library/Caches/locationd/clients.plist"}}};
constexpr Table kTable{
    .id = "ios/locationd_clients",
    .summary = "apps and system parts that asked for the location",
    .places = kPlaces,
    .columns = kColumns,
    .expected = {},
    .open = open,
    .mvt_module = "locationd_clients",
};
const Register kRegistered{kTable};

}  // namespace
}  // namespace interdict::ios::locationd_clients
