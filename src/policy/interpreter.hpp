// The document read rule by rule: slow, plain, and independent of the compiled table.
//
// It says what became of every rule that concerns a person, which explanations need and the table
// does not keep; and it is what the table is tested against.

#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"

namespace interdict::policy {

/// Who an account is under a ban.
struct Subject {
  enum class Kind : std::uint8_t { outside, break_glass, listed, unlisted };
  Kind kind = Kind::outside;
  OrgIndex organisation = kNone;
  PersonIndex person = kNone;  // of a listed one
  std::size_t glass = 0;       // of Ban::break_glass
};
Subject find_subject(const Ban& ban, std::string_view account);

/// What became of one rule whose class the device is of, or may be.
struct RuleTrace {
  RuleIndex rule = 0;
  Action stage = Action::allow;
  Standing standing = Standing::no;
  Action action = Action::allow;  // what comes of stage and standing
  RuleIndex overridden_by = kNone;
  ExemptionIndex lifted_by = kNone;
  [[nodiscard]] bool counts() const { return overridden_by == kNone && lifted_by == kNone; }
};

struct Trace {
  Subject subject;
  Decision decision;             // valid_until is not computed: kEnd
  std::vector<RuleTrace> rules;  // rules in scope on this channel, by index; standing may be `no`
};

/// `row`: one standing a class of the ban.
Trace interpret(const Ban& ban, std::string_view account, std::span<const Standing> row,
                devices::Channel channel, UtcTime at);

}  // namespace interdict::policy
