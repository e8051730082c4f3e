// Apple's own numbers: builds, product types, and how ActiveSync and Darwin spell them.
//
// Sources: data/apple_builds.tsv and data/apple_devices.tsv (their README has the origins); the
// coding of models and builds in an ActiveSync user agent follows Apple's deployment guide as
// quoted in the facts on device identification, section 2.4, checked there against real agents.
//
// The table of builds knows iPhones best: builds of iPads and betas are missing from it. A build
// that is well formed and not listed is therefore plausible, never a sign of forging.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "devices/lattice.hpp"

namespace interdict::devices::apple {

/// The iOS or iPadOS version of that build; where one build was two releases, the later one.
std::optional<Version> version_of(Build build);
/// The system's major version that builds of this kind belong to, listed or not: 20F66 is of 16.
/// Counted from build 7 (iOS 3) on; none before.
std::optional<std::uint16_t> system_major_of(Build build);
/// The year in whose autumn the first build of this major appeared: 20 is iOS 16, of 2022.
std::uint16_t first_year_of(Build build);

/// "iPhone15,2", in Apple's letter case, from any letter case; empty when `text` is no product type
/// of a phone, tablet, player, watch or headset. It need not be listed.
std::string product_type(std::string_view text);
/// "iPhone 14 Pro"; empty when it is not listed.
std::string_view name_of_product(std::string_view product_type);
/// "iPhone 14 Pro" as inventories write it: the first product type of that name; empty: none.
std::string_view product_of_name(std::string_view name);

struct SyncAgent {
  std::string model;  // "iPhone15,2"; only the word ("iPhone") where the agent has no numbers
  Line line = Line::unknown;
  Build build;  // may be unknown
};
/// An ActiveSync user agent or the model in one: "Apple-iPhone15C2/2006.66", "Apple-iPad/705.018",
/// "Apple-iPhone15C2". The letter of a build is its place in the alphabet in two digits, its number
/// follows a point, padded to three digits by old devices and not by new ones; a trailing letter is
/// a third group. 705.018 is 7E18; 2006.66 is 20F66.
std::optional<SyncAgent> read_sync_agent(std::string_view agent);
/// "iPhone15C2" or "iPhone15,2" of a Settings/DeviceInformation: "iPhone15,2". Empty: neither.
std::string sync_model(std::string_view text);
/// "2006.66", "705.018", "2206.5054.4".
std::optional<Build> read_sync_build(std::string_view text);
/// The unpadded spelling of today's devices.
std::string sync_build(Build build);

/// What a Darwin version leaves open.
struct DarwinReading {
  Version ios, macos;  // the major version each would have; major 0: that system had no such Darwin
};
/// Darwin 22 is both iOS 16 and macOS 13. Reads the major number only; none below 9.
std::optional<DarwinReading> read_darwin(std::string_view version);

}  // namespace interdict::devices::apple
