// A ban as it was written: checked, every name resolved, every date an instant, nothing decided.
//
// docs/ban-file.md describes the file. Rules, exemptions and break-glass accounts are sorted by id,
// so an index is also the order in which ties are settled and the order of a file means nothing.

#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "base/zone.hpp"
#include "devices/lattice.hpp"
#include "devices/observed.hpp"
#include "policy/action.hpp"
#include "policy/people.hpp"
#include "policy/problems.hpp"

namespace interdict::policy {

using ClassIndex = std::uint32_t;
using RuleIndex = std::uint32_t;
using ExemptionIndex = std::uint32_t;

/// Of channels, a bit each: 1 << devices::Channel.
using ChannelMask = std::uint8_t;
inline constexpr ChannelMask kAllChannels = (1U << devices::kChannels) - 1;
constexpr ChannelMask mask_of(devices::Channel c) {
  return static_cast<ChannelMask>(1U << static_cast<unsigned>(c));
}

inline constexpr UtcTime kBeginning{std::numeric_limits<std::int64_t>::min()};
inline constexpr UtcTime kEnd{std::numeric_limits<std::int64_t>::max()};

struct Organisation {
  TextRef id = 0, name = 0, country = 0;
  OrgIndex parent = kNone;
  std::uint32_t zone = 0;  // of Ban::zones; inherited if the file names none
  std::uint32_t depth = 0;
  Place place;
};

/// What no position shows but a claim may say.
enum class DeviceState : std::uint8_t {
  none,
  compromised,  // an examination found this phone compromised
  managed,      // the organisation's inventory knows it
  unmanaged,    // it does not
  unknown,      // nothing is known of its position
};
std::string_view name_of(DeviceState s);

/// A class is either a union of others, or a box of the lattice, a state, or both (then both must
/// fit). Classes are sorted so that members stand before the unions that name them.
struct Class {
  std::string id, title;
  std::vector<ClassIndex> any_of;
  devices::DeviceClass levels;
  bool has_levels = false;
  DeviceState state = DeviceState::none;
  bool any_device = false;  // the built-in class "any"
  bool made = false;        // not in the file: the list of a rule's `devices`
  Place place;
};

struct Stage {
  UtcTime from;
  Action action = Action::allow;
  bool relaxes = false;
  Place place;
};

/// Who: everyone, or whoever has one of `any`; never whoever has one of `except`.
struct Scope {
  std::vector<Attribute> any, except;  // sorted
  [[nodiscard]] bool everyone() const { return any.empty(); }
};

/// A rule, or the adoption of one: a rule of another organisation with its own stages.
struct Rule {
  std::string id, title;
  OrgIndex organisation = 0;
  ClassIndex device_class = 0;
  ChannelMask channels = kAllChannels;
  Scope scope;
  bool overridable = false;
  std::optional<RuleIndex> adopts;
  std::optional<RuleIndex> overrides;  // of an organisation above
  std::vector<Stage> stages;           // rising instants; before the first: allow
  std::optional<UtcTime> announced;
  Place place;

  [[nodiscard]] Action at(UtcTime t) const;
};

struct Exemption {
  std::string id, owner, reason;
  OrgIndex organisation = 0;
  Scope scope;
  std::optional<ClassIndex> device_class;
  ChannelMask channels = kAllChannels;
  std::vector<RuleIndex> rules;             // sorted; empty: every rule
  UtcTime from = kBeginning, until = kEnd;  // [from, until)
  Place place;

  [[nodiscard]] bool covers(RuleIndex rule) const;
  [[nodiscard]] bool valid(UtcTime t) const { return from <= t && t < until; }
};

struct BreakGlass {
  TextRef account = 0;
  std::string owner, reason;
  Place place;
};

/// Log10 odds a claim needs before it is acted on, rising; and from which action on something
/// beside a message's content must speak for it (allow: never asked).
struct Thresholds {
  std::array<float, kActions> odds{0, 0.3F, 0.3F, 1.3F, 1.3F};
  float other_class = 0;  // below this, "it is another device" counts as not known
  Action session_evidence_from = Action::hold;
};

/// A case of a ban's own tests.
struct Case {
  std::string name, account, device;
  devices::Channel channel = devices::Channel::mail_send;
  UtcTime at;
  std::string action;  // an action's name or "outside"
  std::string rule;    // empty: not asked
  Place place;
};

/// An instant that had to be chosen: a local time that was skipped or came twice.
struct DateNote {
  Place place;
  std::string text;
};

struct Ban {
  std::string file, id, title;
  std::vector<Zone> zones;
  std::vector<Organisation> organisations;                  // parents stand anywhere
  std::vector<std::pair<TextRef, OrgIndex>> domains;        // exact
  std::vector<std::pair<TextRef, OrgIndex>> below_domains;  // "*.x": any name below x
  std::vector<TextRef> private_accounts;
  People people;
  std::vector<Attribute> administrators;  // roles whose lock-out is looked for
  std::vector<Class> classes;
  std::vector<Rule> rules;
  std::vector<Exemption> exemptions;
  std::vector<BreakGlass> break_glass;
  Thresholds thresholds;
  Effect on_unknown{};
  Effect on_conflict{Action::allow, Action::warn, Action::warn, Action::hold, Action::hold};
  std::vector<Case> cases;
  std::vector<DateNote> notes;
  TextMap organisations_by_id;

  [[nodiscard]] std::string_view text(TextRef ref) const { return people.texts.at(ref); }
  [[nodiscard]] std::string_view organisation_id(OrgIndex o) const {
    return text(organisations[o].id);
  }
  /// Its name, or its id where it has none.
  [[nodiscard]] std::string_view organisation_name(OrgIndex o) const;
  [[nodiscard]] const Zone& zone_of(OrgIndex o) const { return zones[organisations[o].zone]; }
  /// Whether `o` is `above` or below it.
  [[nodiscard]] bool within(OrgIndex o, OrgIndex above) const;
  [[nodiscard]] std::optional<ClassIndex> find_class(std::string_view class_id) const;
  [[nodiscard]] std::optional<RuleIndex> find_rule(std::string_view rule_id) const;
  /// Whether a person of `o` with these attributes is meant by a scope of `scope_org`.
  [[nodiscard]] bool meant(const Scope& scope, OrgIndex scope_org, OrgIndex o,
                           std::span<const Attribute> attributes) const;
};

/// Bounds of a ban.
inline constexpr std::size_t kMaxOrganisations = 1'000'000;
inline constexpr std::uint32_t kMaxOrgDepth = 64;
inline constexpr std::size_t kMaxRules = 100'000;
inline constexpr std::size_t kMaxExemptions = 100'000;
inline constexpr std::size_t kMaxClasses = 10'000;
inline constexpr std::size_t kMaxStages = 64;

/// Reads a ban and the CSV files beside it. Nothing is half loaded: with any problem there is no
/// ban, and `problems` names all of them (up to its limit). Errc::malformed then; Errc::io,
/// not_found or limit when the file itself cannot be read.
Result<Ban> read_ban(const std::filesystem::path& path, Problems& problems);
/// The same from a text; `folder` empty: CSV files may not be named.
Result<Ban> read_ban_text(std::string_view text, const std::filesystem::path& folder,
                          Problems& problems);

}  // namespace interdict::policy
