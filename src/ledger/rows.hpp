// What goes into the ledger and what comes out of it, as typed rows.
//
// Whose      only authenticated work persons. No content of a message, no address of anybody else.
// Text       views going in belong to the caller and live for the call; rows coming out own theirs.
//            UTF-8; damaged text is repaired when it is stored.
// Bounds     persons, rules, serials and device keys up to kMaxId bytes, words (actions, stages) up
//            to kMaxWord, digests up to kMaxDigest. What is longer is refused, never cut, since two
//            persons could become one. A model is cut at kMaxModel: it is a client's own words.
// Time       UtcTime, microseconds since 1970 UTC.
// Words      actions and stages are those of a ban ("warn", "refuse"); the ledger compares and
//            counts them and gives them no meaning.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "devices/claim.hpp"
#include "devices/lattice.hpp"
#include "devices/observed.hpp"

namespace interdict::ledger {

inline constexpr std::size_t kMaxId = 250;
inline constexpr std::size_t kMaxWord = 16;
inline constexpr std::size_t kMaxDigest = 128;
inline constexpr std::size_t kMaxModel = 64;
inline constexpr std::size_t kMaxWhy = 2000;  // of a withdrawal

/// A person was seen with a device.
struct Sighting {
  std::string_view person = {};
  const devices::Position& position;
  devices::Grade grade = devices::Grade::none;
  devices::Channel channel{};
  UtcTime at;
};

/// A person's mail was decided on.
struct DecisionTaken {
  std::string_view person = {};
  std::string_view rule = {};    // the determining one; may be empty: no rule spoke
  std::string_view policy = {};  // digest, hexadecimal
  std::string_view action = {};
  std::string_view stage = {};  // may be empty
  devices::Channel channel{};
  UtcTime at;
};

struct SightingRow {
  std::string person;
  devices::Position position;
  devices::Grade grade{};  // when last seen
  devices::Channel channel{};
  UtcTime first, last;
  std::uint64_t count = 0;
  /// Of `count`: those whose model, version and build were dropped because memory was full.
  std::uint64_t shed = 0;
};

struct DecisionRow {
  std::string person, rule, policy, action, stage;
  devices::Channel channel{};
  UtcTime bucket;  // its start
  int hours = 24;  // its length: 1 or 24
  std::uint64_t count = 0;
};

/// What remains without a person: of forgotten rows, and of what was shed as a whole.
struct SightingCount {
  std::string month;  // "2023-07"
  devices::Vendor vendor{};
  devices::Line line{};
  devices::Channel channel{};
  bool shed = false;  // else forgotten
  std::uint64_t count = 0;
};
struct DecisionCount {
  std::string month, policy, rule, action, stage;  // shed ones know action and channel only
  devices::Channel channel{};
  bool shed = false;
  std::uint64_t count = 0;
};

struct PolicyRow {
  std::string digest, name;
  UtcTime first_seen;
};

/// As `interdict examine` concludes.
enum class ExaminationVerdict : std::uint8_t {
  no_trace_found,
  inconclusive,
  suspicious,
  compromised
};
std::string_view name_of(ExaminationVerdict v);  // "no_trace_found"
std::optional<ExaminationVerdict> examination_verdict_from_name(std::string_view name);

struct Examination {
  /// The serial number or a hash of it, as the inventory spells it; empty: the backup names none.
  std::string serial;
  std::string product_type;  // "iPhone15,2"
  std::string build;         // "20F66"; may be empty
  ExaminationVerdict verdict{};
  UtcTime examined_at;
  std::string report_digest;  // hexadecimal
  std::string owner;          // a person named at the examination; empty: the inventory may know
};

using ExaminationId = std::int64_t;

/// Who took a mark back, and why.
struct Withdrawal {
  std::string by, why;  // neither may be empty
  UtcTime at;
};

struct ExaminationRow {
  ExaminationId id = 0;
  Examination examination;
  std::string person;  // the owner named, else the inventory's; empty: nobody, so nothing follows
  std::optional<Withdrawal> withdrawn;
};

/// A phone that counts as compromised now, and has an owner.
struct Mark {
  ExaminationId examination = 0;
  std::string person, product_type;
  UtcTime examined_at;
  bool operator==(const Mark&) const = default;
};

/// The inventory's word on whose phone that is.
struct Owner {
  std::string serial, person;
};

/// A key for notices that survives an update of the system: vendor, family, line and model, as in
/// "apple/mobile/iphone/iPhone15,2"; what is not known is '-'.
std::string device_key(const devices::Position& position);

}  // namespace interdict::ledger
