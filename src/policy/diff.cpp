#include "policy/diff.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "policy/interpreter.hpp"

namespace interdict::policy {
namespace {

/// A device that is certainly of the class, as a claim that any ban can weigh.
devices::Claim claim_of(const Class& leaf) {
  devices::Claim claim;
  auto& p = claim.position;
  p.vendor = leaf.levels.vendor;
  p.family = leaf.levels.family;
  p.line = leaf.levels.line;
  p.os = leaf.levels.os;
  p.os_version = leaf.levels.version_from;
  p.build = leaf.levels.build_from;
  p.model = leaf.levels.model;
  while (p.model.ends_with('*')) p.model.pop_back();
  p = devices::completed(p);
  claim.against_interest.fill(10);
  claim.in_interest.fill(10);
  claim.session_level = true;
  claim.managed = leaf.state != DeviceState::unmanaged;
  claim.compromised = leaf.state == DeviceState::compromised;
  if (leaf.state != DeviceState::unknown) {
    claim.evidence.push_back({"probe", devices::Mouth::inventory, {}, 10, 10});
  }
  return claim;
}

struct Probe {
  std::string device;
  ClaimId before, after;
};

struct Pair {
  std::size_t people = 0;
  std::string sample, organisation;
  PersonId before, after;
  bool differs = false;
};

class Differ {
 public:
  Differ(const Policy& before, const Policy& after)
      : before_(before), after_(after), old_claims_(before.ban()), new_claims_(after.ban()) {}

  DiffReport run() {
    gather_probes();
    gather_people();
    for (auto& [key, pair] : pairs_) {
      for (const Probe& probe : probes_) compare(pair, probe);
      if (pair.differs) report_.people_differing += pair.people;
      report_.people_compared += pair.people;
    }
    return std::move(report_);
  }

 private:
  void gather_probes() {
    std::map<std::string, devices::Claim> claims;
    claims.emplace("nothing", devices::Claim{});
    for (const Ban* ban : {&before_.ban(), &after_.ban()}) {
      for (const Class& c : ban->classes) {
        if (c.any_of.empty() && !c.any_device) claims.emplace(c.id, claim_of(c));
      }
    }
    // Of classes that no rule of either ban tells apart, one is enough.
    std::map<std::pair<std::uint32_t, std::uint32_t>, bool> seen;
    for (const auto& [device, claim] : claims) {
      const auto a = old_claims_.intern(claim), b = new_claims_.intern(claim);
      if (!a || !b || !seen.emplace(std::pair{a->value, b->value}, true).second) continue;
      probes_.push_back({device, *a, *b});
    }
  }

  /// A number for "outside" and "break-glass" beside the profiles.
  static std::uint32_t profile(const Policy& policy, PersonId who) {
    return who.outside() ? kNone : policy.break_glass(who) ? kNone - 1 : policy.profile_of(who);
  }

  void add(std::string_view sample, PersonId a, PersonId b, std::size_t people) {
    auto& pair = pairs_[{profile(before_, a), profile(after_, b)}];
    pair.people += people;
    if (!pair.sample.empty()) return;
    pair.sample = sample;
    pair.before = a;
    pair.after = b;
    const Policy& known = b.outside() ? before_ : after_;
    const PersonId who = b.outside() ? a : b;
    if (!who.outside()) pair.organisation = known.ban().organisation_id(known.organisation_of(who));
  }

  /// People by their accounts: what the gate will be asked with.
  void gather_people() {
    for (const Policy* policy : {&before_, &after_}) {
      const Ban& ban = policy->ban();
      for (PersonIndex p = 0; p < ban.people.size(); ++p) {
        for (const auto account_ref : ban.people.accounts_of(p)) {
          const auto account = ban.text(account_ref);
          // Whom the old ban lists was counted in its turn.
          if (policy == &after_ &&
              before_.ban().people.by_account.find(before_.ban().people.texts, account)) {
            continue;
          }
          add(account, before_.intern(account), after_.intern(account),
              account_ref == ban.people.accounts_of(p).front() ? 1 : 0);
        }
      }
      for (const auto* domains : {&ban.domains, &ban.below_domains}) {
        for (const auto& [domain, o] : *domains) {
          const auto account =
              fmt::format("anybody@{}{}", domains == &ban.domains ? "" : "x.", ban.text(domain));
          add(account, before_.intern(account), after_.intern(account), 0);
        }
      }
      for (const BreakGlass& glass : ban.break_glass) {
        const auto account = ban.text(glass.account);
        add(account, before_.intern(account), after_.intern(account), 0);
      }
    }
  }

  static std::string_view word_of(const Decision& d) {
    return d.kind == Decision::Kind::outside ? "outside" : name_of(d.action);
  }

  void compare(Pair& pair, const Probe& probe) {
    std::vector<Difference> found;
    for (std::size_t i = 0; i < devices::kChannels; ++i) {
      const auto channel = static_cast<devices::Channel>(i);
      UtcTime at = kBeginning;
      for (;;) {
        const auto a = before_.decide(pair.before, old_claims_, probe.before, channel, at);
        const auto b = after_.decide(pair.after, new_claims_, probe.after, channel, at);
        const UtcTime until = std::min(a.valid_until, b.valid_until);
        if (word_of(a) != word_of(b)) note(found, mask_of(channel), at, until, a, b);
        if (until == kEnd) break;
        at = until;
      }
    }
    merge_channels(pair, probe, std::move(found));
  }

  static void note(std::vector<Difference>& found, ChannelMask channel, UtcTime from, UtcTime until,
                   const Decision& a, const Decision& b) {
    if (!found.empty()) {
      Difference& last = found.back();
      if (last.channels == channel && last.until == from && last.before == word_of(a) &&
          last.after == word_of(b)) {
        last.until = until;
        return;
      }
    }
    Difference d;
    d.channels = channel;
    d.from = from;
    d.until = until;
    d.before = word_of(a);
    d.after = word_of(b);
    found.push_back(std::move(d));
  }

  void merge_channels(Pair& pair, const Probe& probe, std::vector<Difference> found) {
    pair.differs = pair.differs || !found.empty();
    std::vector<Difference> merged;
    for (auto& d : found) {
      const auto same = [&](const Difference& o) {
        return o.from == d.from && o.until == d.until && o.before == d.before && o.after == d.after;
      };
      const auto at = std::ranges::find_if(merged, same);
      if (at != merged.end()) {
        at->channels = static_cast<ChannelMask>(at->channels | d.channels);
        continue;
      }
      d.organisation = pair.organisation;
      d.people = pair.people;
      d.sample = pair.sample;
      d.device = probe.device;
      merged.push_back(std::move(d));
    }
    for (auto& d : merged) {
      if (report_.differences.size() == kMostDifferences) {
        report_.cut = true;
        return;
      }
      report_.differences.push_back(std::move(d));
    }
  }

  const Policy &before_, &after_;
  ClaimTable old_claims_, new_claims_;
  std::vector<Probe> probes_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Pair> pairs_;
  DiffReport report_;
};

}  // namespace

DiffReport diff(const Policy& before, const Policy& after) { return Differ(before, after).run(); }

}  // namespace interdict::policy
