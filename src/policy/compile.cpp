// From a ban to its decision table.
//
// Everything that depends on who is settled here, once for all who are alike: which rules reach a
// profile, which are overridden on the way up, which exemptions lift them. What is left for the
// moment of a decision is the device, the channel and the time.

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/canonical.hpp"
#include "policy/compile_timeline.hpp"
#include "policy/interpreter.hpp"
#include "policy/table.hpp"

namespace interdict::policy {
namespace {

void sort_unique(std::vector<std::uint32_t>& v) {
  std::ranges::sort(v);
  const auto [first, last] = std::ranges::unique(v);
  v.erase(first, last);
}

}  // namespace

class Compiler {
 public:
  explicit Compiler(Ban ban) : table_(std::make_unique<Table>()) { table_->ban = std::move(ban); }
  Result<Policy> run();

 private:
  /// Rules and exemptions of one organisation, found by the attribute they ask for.
  struct Bearing {
    std::vector<RuleIndex> rules_for_all;
    std::vector<ExemptionIndex> exemptions_for_all;
    std::vector<std::pair<Attribute, RuleIndex>> rules_by;  // sorted
    std::vector<std::pair<Attribute, ExemptionIndex>> exemptions_by;
    std::vector<Attribute> mentioned;  // sorted
  };

  /// What of a bearing reaches people with the same relevant attributes.
  struct Match {
    std::vector<RuleIndex> rules;
    std::vector<ExemptionIndex> exemptions;
    bool overrides = false;
  };

  struct HashOfWords {
    std::size_t operator()(const std::vector<std::uint32_t>& v) const {
      const auto bytes = std::as_bytes(std::span(v));
      return hash_of(text_of(bytes));
    }
  };
  template <class T>
  using ByWords = std::unordered_map<std::vector<std::uint32_t>, T, HashOfWords>;
  using Removed = std::map<RuleIndex, ChannelMask>;
  void gather_bearings();
  void gather_scope(const Scope& scope, Bearing& bearing, std::uint32_t index, bool rule);
  std::uint32_t profile(OrgIndex o, AttributeSet set);
  std::uint32_t match(OrgIndex bearer, std::span<const Attribute> attributes);
  std::uint32_t layer(std::uint32_t match, const Removed& removed,
                      const std::vector<ExemptionIndex>& exemptions);
  Range build_layer(const Match& match, const Removed& removed,
                    const std::vector<ExemptionIndex>& exemptions);
  void build_group(ClassIndex c, const std::vector<TimedRule>& rules,
                   std::span<const std::uint32_t> conditions);
  std::uint32_t add_timeline(const std::vector<Segment>& timeline);
  void add_subjects();
  void index_accounts();
  void order_rules();
  void order_instants();
  bool too_large() const;

  std::unique_ptr<Table> table_;
  std::unordered_map<OrgIndex, Bearing> bearings_;
  std::vector<OrgIndex> bearer_;  // the nearest at or above that bears anything
  std::unordered_map<std::uint64_t, std::uint32_t> profile_index_;
  ByWords<std::uint32_t> layers_of_profile_, match_index_, layer_index_, timeline_index_;
  std::vector<Match> matches_;
};

void Compiler::gather_scope(const Scope& scope, Bearing& bearing, std::uint32_t index, bool rule) {
  auto& for_all = rule ? bearing.rules_for_all : bearing.exemptions_for_all;
  auto& by = rule ? bearing.rules_by : bearing.exemptions_by;
  if (scope.everyone()) for_all.push_back(index);
  for (const auto a : scope.any) by.emplace_back(a, index);
  bearing.mentioned.insert(bearing.mentioned.end(), scope.any.begin(), scope.any.end());
  bearing.mentioned.insert(bearing.mentioned.end(), scope.except.begin(), scope.except.end());
}

void Compiler::gather_bearings() {
  const Ban& ban = table_->ban;
  for (RuleIndex r = 0; r < ban.rules.size(); ++r) {
    const Rule& rule = ban.rules[r];
    gather_scope(rule.scope, bearings_[rule.organisation], r, true);
  }
  for (ExemptionIndex e = 0; e < ban.exemptions.size(); ++e) {
    const Exemption& one = ban.exemptions[e];
    gather_scope(one.scope, bearings_[one.organisation], e, false);
  }
  for (auto& [o, bearing] : bearings_) {
    sort_unique(bearing.mentioned);
    std::ranges::sort(bearing.rules_by);
    std::ranges::sort(bearing.exemptions_by);
  }
  // Every walk up ends at what an earlier one settled.
  constexpr OrgIndex kOpen = kNone - 1;
  bearer_.assign(ban.organisations.size(), kOpen);
  std::vector<OrgIndex> path;
  for (OrgIndex start = 0; start < bearer_.size(); ++start) {
    path.clear();
    OrgIndex o = start;
    while (o != kNone && bearer_[o] == kOpen && !bearings_.contains(o)) {
      path.push_back(o);
      o = ban.organisations[o].parent;
    }
    const OrgIndex found = o == kNone ? kNone : bearer_[o] == kOpen ? o : bearer_[o];
    if (o != kNone) bearer_[o] = found;
    for (const auto below : path) bearer_[below] = found;
  }
}

std::uint32_t Compiler::match(OrgIndex bearer, std::span<const Attribute> attributes) {
  const Ban& ban = table_->ban;
  const Bearing& bearing = bearings_.find(bearer)->second;
  std::vector<std::uint32_t> key{bearer};
  std::ranges::set_intersection(attributes, bearing.mentioned, std::back_inserter(key));
  const auto relevant = std::span(key).subspan(1);
  const auto [at, added] =
      match_index_.try_emplace(key, static_cast<std::uint32_t>(matches_.size()));
  if (!added) return at->second;
  Match made;
  made.rules = bearing.rules_for_all;
  made.exemptions = bearing.exemptions_for_all;
  const auto by = [&](const auto& list, auto& into) {
    for (const auto a : relevant) {
      auto item = std::ranges::lower_bound(list, std::pair{a, std::uint32_t{0}});
      for (; item != list.end() && item->first == a; ++item) into.push_back(item->second);
    }
    sort_unique(into);
  };
  by(bearing.rules_by, made.rules);
  by(bearing.exemptions_by, made.exemptions);
  const auto excepted = [&](const Scope& scope) {
    return std::ranges::any_of(
        scope.except, [&](Attribute a) { return std::ranges::binary_search(relevant, a); });
  };
  std::erase_if(made.rules, [&](RuleIndex r) { return excepted(ban.rules[r].scope); });
  std::erase_if(made.exemptions,
                [&](ExemptionIndex e) { return excepted(ban.exemptions[e].scope); });
  made.overrides = std::ranges::any_of(
      made.rules, [&](RuleIndex r) { return ban.rules[r].overrides.has_value(); });
  matches_.push_back(std::move(made));
  return at->second;
}

std::uint32_t Compiler::profile(OrgIndex o, AttributeSet set) {
  const Ban& ban = table_->ban;
  const OrgIndex first = bearer_[o];
  const auto key = static_cast<std::uint64_t>(first) << 32 | set;
  if (const auto known = profile_index_.find(key); known != profile_index_.end()) {
    return known->second;
  }
  const auto& attributes = ban.people.sets[set];
  std::vector<std::uint32_t> found;
  std::vector<ExemptionIndex> exemptions;
  for (OrgIndex b = first; b != kNone;) {
    found.push_back(match(b, attributes));
    const auto& own = matches_[found.back()].exemptions;
    exemptions.insert(exemptions.end(), own.begin(), own.end());
    const OrgIndex parent = ban.organisations[b].parent;
    b = parent == kNone ? kNone : bearer_[parent];
  }
  std::ranges::sort(exemptions);
  Removed removed;
  std::vector<std::uint32_t> layers;
  for (const auto m : found) {
    if (!matches_[m].rules.empty()) layers.push_back(layer(m, removed, exemptions));
    if (!matches_[m].overrides) continue;
    for (const auto r : matches_[m].rules) {
      const Rule& rule = ban.rules[r];
      if (!rule.overrides || !ban.rules[*rule.overrides].overridable) continue;
      auto& mask = removed[*rule.overrides];
      mask = static_cast<ChannelMask>(mask | rule.channels);
    }
  }
  auto& t = *table_;
  const auto [at, added] =
      layers_of_profile_.try_emplace(layers, static_cast<std::uint32_t>(t.profiles.size()));
  if (added) {
    t.profiles.push_back({static_cast<std::uint32_t>(t.layer_list.size()),
                          static_cast<std::uint32_t>(layers.size())});
    t.layer_list.insert(t.layer_list.end(), layers.begin(), layers.end());
  }
  profile_index_.emplace(key, at->second);
  return at->second;
}

std::uint32_t Compiler::layer(std::uint32_t m, const Removed& removed,
                              const std::vector<ExemptionIndex>& exemptions) {
  const Ban& ban = table_->ban;
  const Match& match = matches_[m];
  const OrgIndex owner = ban.rules[match.rules.front()].organisation;
  std::vector<std::uint32_t> key{m};
  for (const auto& [rule, mask] : removed) {
    if (ban.rules[rule].organisation != owner) continue;
    key.push_back(rule);
    key.push_back(mask);
  }
  key.push_back(kNone);
  std::vector<ExemptionIndex> relevant;
  for (const auto e : exemptions) {
    const auto& rules = ban.exemptions[e].rules;
    const auto ours = [&](RuleIndex r) { return ban.rules[r].organisation == owner; };
    if (rules.empty() || std::ranges::any_of(rules, ours)) relevant.push_back(e);
  }
  key.insert(key.end(), relevant.begin(), relevant.end());
  const auto next = static_cast<std::uint32_t>(table_->layers.size());
  const auto [at, added] = layer_index_.try_emplace(std::move(key), next);
  if (added) {
    const Range made = build_layer(match, removed, relevant);
    table_->layers.push_back(made);
  }
  return at->second;
}

Range Compiler::build_layer(const Match& match, const Removed& removed,
                            const std::vector<ExemptionIndex>& exemptions) {
  const Ban& ban = table_->ban;
  // Rules of one class with the same device-bound exemptions make a group.
  std::map<std::vector<std::uint32_t>, std::vector<TimedRule>> groups;
  for (const auto r : match.rules) {
    const Rule& rule = ban.rules[r];
    const auto gone = removed.find(r);
    TimedRule timed;
    timed.rule = r;
    timed.channels = static_cast<ChannelMask>(
        gone == removed.end() ? rule.channels : rule.channels & ~gone->second);
    if (timed.channels == 0) continue;
    std::vector<std::uint32_t> key{rule.device_class};
    for (const auto e : exemptions) {
      const Exemption& one = ban.exemptions[e];
      if (!one.covers(r) || (one.channels & timed.channels) == 0) continue;
      if (one.device_class) {
        key.push_back(e);
      } else {
        timed.exemptions.push_back(e);
      }
    }
    groups[std::move(key)].push_back(std::move(timed));
  }
  const auto first = table_->groups.size();
  for (auto& [key, rules] : groups) {
    build_group(key.front(), rules, std::span(key).subspan(1));
  }
  return {static_cast<std::uint32_t>(first),
          static_cast<std::uint32_t>(table_->groups.size() - first)};
}

void Compiler::build_group(ClassIndex c, const std::vector<TimedRule>& rules,
                           std::span<const std::uint32_t> conditions) {
  auto& t = *table_;
  Group group;
  group.conditions = {static_cast<std::uint32_t>(t.conditions.size()),
                      static_cast<std::uint32_t>(conditions.size())};
  for (const auto e : conditions) {
    const Exemption& one = t.ban.exemptions[e];
    t.conditions.push_back(
        {*one.device_class, e, t.index_of(one.from), t.index_of(one.until), one.channels});
  }
  for (std::size_t i = 0; i < devices::kChannels; ++i) {
    group.timeline[i] = add_timeline(merged(t, rules, static_cast<devices::Channel>(i)));
  }
  t.group_class.push_back(c);
  t.groups.push_back(group);
}

std::uint32_t Compiler::add_timeline(const std::vector<Segment>& timeline) {
  std::vector<std::uint32_t> key;
  for (const Segment& s : timeline) {
    for (const std::uint32_t word : {s.from, s.active, s.lifted, s.exemption}) key.push_back(word);
  }
  auto& segments = table_->segments;
  const auto next = static_cast<std::uint32_t>(segments.size());
  const auto [at, added] = timeline_index_.try_emplace(std::move(key), next);
  if (added) segments.insert(segments.end(), timeline.begin(), timeline.end());
  return at->second;
}

bool Compiler::too_large() const {
  const auto& t = *table_;
  return std::max({t.segments.size(), t.groups.size(), t.conditions.size(), t.layer_list.size()}) >
         kMaxTable;
}

/// Ties between stages are settled by depth, then by id: rules are numbered so, once.
void Compiler::order_rules() {
  auto& t = *table_;
  t.precedence.resize(t.ban.rules.size());
  for (RuleIndex r = 0; r < t.precedence.size(); ++r) t.precedence[r] = r;
  std::ranges::sort(t.precedence, {}, [&](RuleIndex r) {
    return std::pair(t.ban.organisations[t.ban.rules[r].organisation].depth, ~r);
  });
  t.position.resize(t.precedence.size());
  for (std::uint32_t i = 0; i < t.precedence.size(); ++i) t.position[t.precedence[i]] = i;
}

void Compiler::order_instants() {
  auto& instants = table_->instants;
  instants = {kBeginning.micros, kEnd.micros};
  for (const Rule& rule : table_->ban.rules) {
    for (const Stage& stage : rule.stages) instants.push_back(stage.from.micros);
  }
  for (const Exemption& e : table_->ban.exemptions) {
    instants.push_back(e.from.micros);
    instants.push_back(e.until.micros);
  }
  std::ranges::sort(instants);
  const auto [first, last] = std::ranges::unique(instants);
  instants.erase(first, last);
}

void Compiler::add_subjects() {
  auto& t = *table_;
  auto& ban = t.ban;
  auto& texts = ban.people.texts;
  std::unordered_map<OrgIndex, std::uint32_t> subject_of;
  const auto subject = [&](OrgIndex o) {
    const auto [at, added] =
        subject_of.try_emplace(o, static_cast<std::uint32_t>(t.profile_of.size()));
    if (added) {
      t.profile_of.push_back(profile(o, 0));
      t.unlisted.push_back(o);
    }
    return at->second;
  };
  for (const auto& [domain, o] : ban.domains) {
    t.domains.assign(texts, std::string(ban.text(domain)), subject(o));
  }
  for (const auto& [domain, o] : ban.below_domains) {
    t.below_domains.assign(texts, std::string(ban.text(domain)), subject(o));
  }
}

/// Break-glass comes first, then what is private, then people.
void Compiler::index_accounts() {
  auto& t = *table_;
  const Ban& ban = t.ban;
  std::map<std::string_view, AccountIndex::Entry> special;
  for (const BreakGlass& glass : ban.break_glass) {
    const auto account = ban.text(glass.account);
    const auto who = find_subject(ban, account);
    t.glass_org.push_back(who.organisation);
    special.emplace(account,
                    AccountIndex::Entry{account, static_cast<std::uint32_t>(t.profile_of.size()),
                                        kGlassProfile});
    t.profile_of.push_back(kGlassProfile);
  }
  for (const auto ref : ban.private_accounts) {
    special.emplace(ban.text(ref), AccountIndex::Entry{ban.text(ref), kNone, kNone});
  }
  std::vector<AccountIndex::Entry> entries;
  entries.reserve(ban.people.accounts.size() + special.size());
  for (PersonIndex p = 0; p < ban.people.size(); ++p) {
    for (const auto ref : ban.people.accounts_of(p)) {
      const auto account = ban.text(ref);
      if (special.empty() || !special.contains(account)) {
        entries.push_back({account, p, t.profile_of[p]});
      }
    }
  }
  for (const auto& [account, entry] : special) entries.push_back(entry);
  t.accounts = AccountIndex(entries);
}

Result<Policy> Compiler::run() {
  auto& t = *table_;
  const auto digest = digest_of(t.ban);
  t.digest = digest;
  t.outcomes = outcomes_of(t.ban);
  order_rules();
  order_instants();
  gather_bearings();
  const auto& people = t.ban.people;
  t.profile_of.reserve(people.size() + 16);
  for (PersonIndex p = 0; p < people.size(); ++p) {
    t.profile_of.push_back(profile(people.organisation[p], people.set[p]));
    if (too_large()) return Error{Errc::limit, "the decision table is too large"};
  }
  add_subjects();
  index_accounts();
  return Policy(std::move(table_));
}

Result<Policy> Policy::compile(Ban ban) { return Compiler(std::move(ban)).run(); }

}  // namespace interdict::policy
