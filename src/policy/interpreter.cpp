#include "policy/interpreter.hpp"

#include <algorithm>

#include "policy/table.hpp"

namespace interdict::policy {
namespace {

std::optional<OrgIndex> organisation_of_domain(const Ban& ban, std::string_view domain) {
  for (const auto& [name, o] : ban.domains) {
    if (ban.text(name) == domain) return o;
  }
  // Of several "*.x", the longest.
  std::size_t longest = 0;
  std::optional<OrgIndex> found;
  for (const auto& [name, o] : ban.below_domains) {
    const auto below = ban.text(name);
    if (domain.size() <= below.size() + 1 || !domain.ends_with(below)) continue;
    if (domain[domain.size() - below.size() - 1] != '.' || below.size() < longest) continue;
    longest = below.size();
    found = o;
  }
  return found;
}

std::span<const Attribute> attributes_of(const Ban& ban, const Subject& who) {
  if (who.kind != Subject::Kind::listed) return {};
  return ban.people.attributes_of(who.person);
}

/// The rule further down that replaces `r` for this person on this channel.
RuleIndex override_of(const Ban& ban, RuleIndex r, const Subject& who, ChannelMask channel) {
  if (!ban.rules[r].overridable) return kNone;
  RuleIndex found = kNone;
  for (RuleIndex other = 0; other < ban.rules.size(); ++other) {
    const Rule& rule = ban.rules[other];
    if (rule.overrides != r || (rule.channels & channel) == 0) continue;
    if (!ban.meant(rule.scope, rule.organisation, who.organisation, attributes_of(ban, who))) {
      continue;
    }
    const auto depth = [&](RuleIndex i) {
      return ban.organisations[ban.rules[i].organisation].depth;
    };
    if (found == kNone || depth(other) > depth(found)) found = other;
  }
  return found;
}

ExemptionIndex exemption_of(const Ban& ban, RuleIndex r, const Subject& who,
                            std::span<const Standing> row, ChannelMask channel, UtcTime at) {
  ExemptionIndex for_device = kNone;
  for (ExemptionIndex e = 0; e < ban.exemptions.size(); ++e) {
    const Exemption& one = ban.exemptions[e];
    if (!one.valid(at) || !one.covers(r) || (one.channels & channel) == 0) continue;
    if (!ban.meant(one.scope, one.organisation, who.organisation, attributes_of(ban, who))) {
      continue;
    }
    if (!one.device_class) return e;
    if (for_device == kNone && carries_exemption(row[*one.device_class])) for_device = e;
  }
  return for_device;
}

/// The strictest of the rules that count, and whether an exemption lifted a stricter one.
Decision decision_of(const Ban& ban, const std::vector<RuleTrace>& rules) {
  const auto better = [&](const RuleTrace& a, const RuleTrace* b) {
    const auto rank = [&](const RuleTrace& t) {
      return std::tuple(t.action, t.stage, ban.organisations[ban.rules[t.rule].organisation].depth,
                        ~t.rule);
    };
    return b == nullptr || rank(a) > rank(*b);
  };
  const RuleTrace *best = nullptr, *lifted = nullptr;
  for (const RuleTrace& one : rules) {
    if (one.standing == Standing::no || one.stage == Action::allow) continue;
    if (one.overridden_by != kNone) continue;
    auto& slot = one.lifted_by == kNone ? best : lifted;
    if (better(one, slot)) slot = &one;
  }
  Decision d;
  d.kind = Decision::Kind::allowed;
  if (best != nullptr) {
    d.action = best->action;
    d.rule = best->rule;
    d.stage = best->stage;
    d.standing = best->standing;
    if (d.action != Action::allow) d.kind = Decision::Kind::ruled;
  }
  if (lifted != nullptr && lifted->action > d.action) {
    d.exemption = lifted->lifted_by;
    if (d.kind == Decision::Kind::allowed) d.kind = Decision::Kind::exempt;
  }
  return d;
}

}  // namespace

Subject find_subject(const Ban& ban, std::string_view account) {
  const auto key = account_key(account);
  Subject who;
  const auto at = key.rfind('@');
  if (const auto person = ban.people.by_account.find(ban.people.texts, key)) {
    who = {Subject::Kind::listed, ban.people.organisation[*person], *person, 0};
  } else if (at != key.npos && at != 0) {
    const auto o = organisation_of_domain(ban, std::string_view(key).substr(at + 1));
    if (o) who = {Subject::Kind::unlisted, *o, kNone, 0};
  }
  for (const auto account_ref : ban.private_accounts) {
    if (ban.text(account_ref) == key) who = {};
  }
  for (std::size_t g = 0; g < ban.break_glass.size(); ++g) {
    if (ban.text(ban.break_glass[g].account) != key) continue;
    who.kind = Subject::Kind::break_glass;
    who.glass = g;
    if (who.organisation == kNone) who.organisation = 0;
  }
  return who;
}

Trace interpret(const Ban& ban, std::string_view account, std::span<const Standing> row,
                devices::Channel channel, UtcTime at) {
  Trace trace;
  trace.subject = find_subject(ban, account);
  const Subject& who = trace.subject;
  if (who.kind == Subject::Kind::outside) return trace;
  if (who.kind == Subject::Kind::break_glass) {
    trace.decision.kind = Decision::Kind::break_glass;
    return trace;
  }
  const auto outcomes = outcomes_of(ban);
  const auto mask = mask_of(channel);
  for (RuleIndex r = 0; r < ban.rules.size(); ++r) {
    const Rule& rule = ban.rules[r];
    if ((rule.channels & mask) == 0) continue;
    if (!ban.meant(rule.scope, rule.organisation, who.organisation, attributes_of(ban, who))) {
      continue;
    }
    RuleTrace one;
    one.rule = r;
    one.stage = rule.at(at);
    one.standing = row[rule.device_class];
    one.action =
        outcomes[static_cast<std::size_t>(one.standing)][static_cast<std::size_t>(one.stage)];
    one.overridden_by = override_of(ban, r, who, mask);
    one.lifted_by = exemption_of(ban, r, who, row, mask, at);
    trace.rules.push_back(one);
  }
  trace.decision = decision_of(ban, trace.rules);
  return trace;
}

}  // namespace interdict::policy
