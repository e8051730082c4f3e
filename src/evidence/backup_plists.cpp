#include "evidence/backup_plists.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/plist.hpp"

namespace interdict::evidence {
namespace {

constexpr std::uint64_t kMaxList = 64u << 20;  // Info.plist carries application icons
constexpr std::size_t kMaxFact = 256;          // bytes of one fact

/// A list with the bytes that its document borrows.
struct List {
  std::unique_ptr<Bytes> bytes;
  plist::Document document;
  [[nodiscard]] Result<plist::Node> root() const { return document.root(); }
};

Result<List> read_list(const Folder& folder, std::string_view name) {
  const auto file = TRY(folder.beside_manifest(name));
  auto bytes = std::make_unique<Bytes>(TRY_WITHIN(name, read_all(*file, kMaxList)));
  auto document = TRY_WITHIN(name, plist::Document::open(*bytes));
  const auto root = TRY_WITHIN(name, document.root());
  if (root.kind() != plist::Kind::dict) {
    return Error{Errc::malformed, fmt::format("{}: not a dictionary", name)};
  }
  return List{std::move(bytes), std::move(document)};
}

std::optional<std::string> fact(const plist::Node& dict, std::string_view key) {
  const auto value = dict[key];
  if (!value) return std::nullopt;
  auto text = value->as_text();
  if (text && text->size() > kMaxFact)
    text = repair_utf8(std::string_view(*text).substr(0, kMaxFact));
  return text;
}

struct FactKeys {
  std::string Facts::* fact;
  std::string_view info;
  std::string_view lockdown;
};
constexpr FactKeys kFacts[] = {
    {&Facts::product_type, "Product Type", "ProductType"},
    {&Facts::product_version, "Product Version", "ProductVersion"},
    {&Facts::build, "Build Version", "BuildVersion"},
    {&Facts::device_name, "Device Name", "DeviceName"},
    {&Facts::serial_number, "Serial Number", "SerialNumber"},
    {&Facts::unique_identifier, "Unique Identifier", "UniqueDeviceID"},
};

void take_info(const plist::Node& info, Facts& facts) {
  for (const auto& keys : kFacts) facts.*keys.fact = fact(info, keys.info).value_or("");
}

/// Info.plist is written by the computer, Lockdown comes from the phone: they may disagree when a
/// backup was put together by hand.
void take_lockdown(const plist::Node& lockdown, BackupPlists& lists) {
  for (const auto& keys : kFacts) {
    const auto value = fact(lockdown, keys.lockdown);
    if (!value) continue;
    auto& known = lists.facts.*keys.fact;
    if (known.empty()) {
      known = *value;
    } else if (!equal_ignoring_case(known, *value)) {
      lists.notes.push_back(fmt::format("{} is \"{}\" in Info.plist, but \"{}\" in Manifest.plist",
                                        keys.info, printable(known), printable(*value)));
    }
  }
}

Bytes data_of(const plist::Node& dict, std::string_view key) {
  const auto value = dict[key];
  if (!value) return {};
  const auto data = value->as_data();
  return data ? Bytes(data->begin(), data->end()) : Bytes{};
}

void take_manifest(const plist::Node& manifest, BackupPlists& lists) {
  if (const auto encrypted = manifest["IsEncrypted"]) {
    lists.says_encrypted = encrypted->as_boolean().value_or(false);
  }
  lists.key_bag = data_of(manifest, "BackupKeyBag");
  lists.manifest_key = data_of(manifest, "ManifestKey");
  if (const auto lockdown = manifest["Lockdown"]) take_lockdown(*lockdown, lists);
}

void take_status(const plist::Node& status, std::vector<std::string>& notes) {
  const auto state = fact(status, "SnapshotState");
  if (state && *state != "finished") {
    notes.push_back(
        fmt::format("the backup was not finished (SnapshotState \"{}\" in Status.plist): "
                    "files may be missing or old",
                    printable(*state)));
  }
}

}  // namespace

BackupPlists read_backup_plists(const Folder& folder) {
  BackupPlists lists;
  const auto read = [&](std::string_view name, auto&& take) -> std::string {
    const auto list = read_list(folder, name);
    if (!list) {
      const bool absent = list.error().code() == Errc::not_found;
      lists.notes.push_back(absent ? fmt::format("{} is missing", name)
                                   : fmt::format("not read: {}", list.error().what()));
      return absent ? "it is missing" : list.error().what();
    }
    if (const auto root = list->root()) take(*root);
    return {};
  };
  read("Info.plist", [&](const plist::Node& root) { take_info(root, lists.facts); });
  lists.manifest_plist_error =
      read("Manifest.plist", [&](const plist::Node& root) { take_manifest(root, lists); });
  read("Status.plist", [&](const plist::Node& root) { take_status(root, lists.notes); });
  return lists;
}

}  // namespace interdict::evidence
