// A ban compiled to a decision table, and the decision: a pure function of who, what device, which
// channel and when.
//
// Two steps for speed. Addresses become a PersonId and claims a ClaimId (claims.hpp) once; deciding
// on ids allocates nothing and reads a few cache lines. Sentences are made on demand (explain.hpp).
//
// The precedence, fixed:
//   1. no account of the purpose `work`        outside this policy: no decision
//   2. a break-glass account                   allow
//   3. rules of the account's organisation and those above it that speak of this person, device and
//      channel, but for overridden ones (an organisation further down replaced an overridable rule)
//      and exempted ones; of what is left, refuse > hold > warn > advise > allow
//   Ties: the stricter stage, then the organisation further down, then the rule's id.
//
// The shape: a person stands in a *profile* (organisation with rules above, roles, groups). A
// profile is a list of *layers*, one an organisation on the way up; a layer holds *groups* of rules
// for one class, merged into one timeline a channel: at any instant only the strictest matters.

#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/digest.hpp"
#include "policy/ban.hpp"
#include "policy/claims.hpp"

namespace interdict::policy {

/// Who asks: a listed person, somebody of a work domain, or a break-glass account; or nobody this
/// policy knows. Of the Policy that gave it: `profile` is a place in its table, carried along so
/// that a decision need not look a million people up again.
struct PersonId {
  std::uint32_t value = kNone;
  std::uint32_t profile = kNone;
  bool operator==(const PersonId&) const = default;
  [[nodiscard]] bool outside() const { return value == kNone; }
};

struct Decision {
  enum class Kind : std::uint8_t {
    outside,      // not a work account: this policy says nothing
    break_glass,  // allowed whatever the rules say
    allowed,      // no rule asks for anything (`rule` may name one that would, were more known)
    exempt,       // an exemption is why it is allowed
    ruled,        // `rule` asks for `action`
  };
  Kind kind = Kind::outside;
  Action action = Action::allow;
  Action stage = Action::allow;      // of `rule`, before what is known of the device softens it
  Standing standing = Standing::no;  // of the class of `rule`
  RuleIndex rule = kNone;
  ExemptionIndex exemption = kNone;  // lifted a stricter rule than what is left
  UtcTime valid_until = kEnd;        // the same answer holds until then, at least
  bool operator==(const Decision&) const = default;
  /// Somebody should look: the device of a working person is not known, or contradicts itself.
  [[nodiscard]] bool report() const {
    return rule != kNone && (standing == Standing::unknown || is_conflict(standing));
  }
};
std::string_view name_of(Decision::Kind k);

struct Table;  // table.hpp

class Policy {
 public:
  /// Errc::limit when the table would be larger than its bounds.
  static Result<Policy> compile(Ban ban);
  Policy(Policy&&) noexcept;
  Policy& operator=(Policy&&) noexcept;
  ~Policy();

  [[nodiscard]] const Ban& ban() const;
  /// SHA-256 of canonical() (canonical.hpp): the same for the same meaning, whatever the spelling.
  [[nodiscard]] const crypto::Sha256& digest() const;
  [[nodiscard]] std::string digest_text() const;  // "sha256:…"

  /// The account as the server authenticated it. Break-glass accounts come first.
  [[nodiscard]] PersonId intern(std::string_view account) const;
  /// Asks memory for what intern() of this account will read: for callers that know their accounts
  /// a few ahead. A hint; changes no answer.
  void expect(std::string_view account) const;
  [[nodiscard]] PersonId person(PersonIndex listed) const;
  /// Of a PersonId that is not outside.
  [[nodiscard]] OrgIndex organisation_of(PersonId who) const;
  [[nodiscard]] bool break_glass(PersonId who) const;
  /// The listed person, or nothing for somebody of a work domain.
  [[nodiscard]] std::optional<PersonIndex> listed(PersonId who) const;
  [[nodiscard]] std::span<const Attribute> attributes_of(PersonId who) const;
  /// People with the same profile get the same answers. kNone for break-glass accounts.
  [[nodiscard]] std::uint32_t profile_of(PersonId who) const;
  [[nodiscard]] std::size_t profiles() const;

  /// No allocation, no clock. `claims` must have been made for this policy's ban.
  [[nodiscard]] Decision decide(PersonId who, const ClaimTable& claims, ClaimId claim,
                                devices::Channel channel, UtcTime at) const;
  /// Every instant at which any answer may change, rising.
  [[nodiscard]] std::vector<UtcTime> boundaries() const;
  /// Segments of all timelines: what the table takes.
  [[nodiscard]] std::size_t segments() const;

 private:
  explicit Policy(std::unique_ptr<Table> table);
  friend class Compiler;
  std::unique_ptr<Table> table_;
};

}  // namespace interdict::policy
