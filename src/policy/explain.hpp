// One decision in full: what, by which rules, why, until when, and what would change it.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/messages.hpp"
#include "policy/policy.hpp"

namespace interdict::policy {

struct Explanation {
  std::string account;
  devices::Channel channel{};
  UtcTime at;
  Decision decision;
  std::vector<RuleIndex> determining;  // every rule that asks for the action, the first decides
  OrgIndex organisation = kNone;       // kNone: outside
  struct Change {
    UtcTime at;
    Decision then;
  };
  std::optional<Change> next_change;  // the first instant with another answer
  std::vector<Sentence> reasons, changes;
};

/// `row`: what is known of the device (claims.hpp).
Explanation explain(const Policy& policy, std::string_view account, const ClaimRow& row,
                    devices::Channel channel, UtcTime at);

/// Instants in the zone of that organisation: "2023-07-17 00:00 Europe/Berlin".
std::string local_text(const Ban& ban, OrgIndex o, UtcTime t);

std::string text(const Policy& policy, const Explanation& explanation, std::string_view language);
/// One JSON object; sentences in that language beside their ids and values.
std::string json(const Policy& policy, const Explanation& explanation, std::string_view language);

}  // namespace interdict::policy
