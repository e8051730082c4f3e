// The calendar of a ban: every instant at which anything changes, and what.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace interdict::policy {

struct PlannedChange {
  enum class Kind : std::uint8_t { announced, stage, exemption_begins, exemption_ends };
  UtcTime at;
  Kind kind = Kind::stage;
  std::uint32_t index = 0;                               // of Ban::rules or Ban::exemptions
  Action before = Action::allow, after = Action::allow;  // of a stage
  bool operator==(const PlannedChange&) const = default;
};

/// By instant, then kind, then id.
std::vector<PlannedChange> plan(const Ban& ban);

/// One sentence: "no-apple-mobile (Ministry of Waterways): warn -> refuse".
std::string sentence(const Ban& ban, const PlannedChange& change);
std::string plan_text(const Policy& policy, const std::vector<PlannedChange>& changes);
std::string plan_json(const Policy& policy, const std::vector<PlannedChange>& changes);
/// An iCalendar object (RFC 5545): one event a change, in UTC, lines folded at 75 octets. The same
/// ban gives the same bytes: DTSTAMP is the instant of the change.
std::string plan_ics(const Policy& policy, const std::vector<PlannedChange>& changes);

}  // namespace interdict::policy
