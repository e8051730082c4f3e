// Rules, adoptions and exemptions of a ban.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/loader.hpp"

namespace interdict::policy {

void Loader::read_scope_part(Fields& fields, std::string_view prefix,
                             std::vector<Attribute>& into) {
  // The keys must outlive the fields: they are these six and no other.
  const bool except = !prefix.empty();
  for (const Item& item : fields.texts(except ? "except_roles" : "roles")) {
    const auto a = ban_.people.find_attribute("role", item.text);
    if (a) {
      into.push_back(*a);
      continue;
    }
    std::vector<std::string_view> roles;
    for (Attribute r = 0; r < ban_.people.attributes.size(); ++r) {
      if (ban_.text(ban_.people.attributes[r]).starts_with("role:")) {
        roles.push_back(ban_.people.attribute_name(r));
      }
    }
    problems_.add(item.place,
                  fmt::format("no role '{}'{}", shown(item.text), suggestion(item.text, roles)));
  }
  for (const Item& item : fields.texts(except ? "except_groups" : "groups")) {
    const auto a = ban_.people.find_attribute("group", item.text);
    if (a) {
      into.push_back(*a);
    } else {
      problems_.add(item.place, fmt::format("no organisation has a group '{}'", shown(item.text)));
    }
  }
  for (const Item& item : fields.texts(except ? "except_people" : "people")) {
    auto person = ban_.people.by_id.find(ban_.people.texts, item.text);
    if (!person) person = ban_.people.by_account.find(ban_.people.texts, account_key(item.text));
    if (person) {
      into.push_back(ban_.people.name_person(*person));
    } else {
      problems_.add(item.place, fmt::format("no person '{}'", shown(item.text)));
    }
  }
  std::ranges::sort(into);
  const auto [first, last] = std::ranges::unique(into);
  into.erase(first, last);
}

Scope Loader::read_scope(Fields& fields) {
  Scope scope;
  read_scope_part(fields, "", scope.any);
  read_scope_part(fields, "except_", scope.except);
  return scope;
}

std::vector<Stage> Loader::read_stages(Fields& fields, const Zone& zone) {
  std::vector<Stage> stages;
  const Node* list = fields.find("stages", Node::Kind::array, Fields::required);
  if (list == nullptr) return stages;
  if (list->items.empty() || list->items.size() > kMaxStages) {
    problems_.add(list->place, fmt::format("'stages' must list 1 to {}", kMaxStages));
    return stages;
  }
  for (const Node& node : list->items) {
    Fields one(node, "stage", problems_);
    const auto from = one.instant("from", zone, ban_.notes, Fields::required);
    const auto action = one.action("action", Fields::required);
    const bool relaxes = one.boolean("relaxes", false);
    if (from && action) stages.push_back({*from, *action, relaxes, node.place});
  }
  std::ranges::sort(stages, {}, [](const Stage& s) { return std::pair(s.from, s.place); });
  if (!check_stages(stages)) stages.clear();
  return stages;
}

bool Loader::check_stages(const std::vector<Stage>& stages) {
  bool good = true;
  const auto wrong = [&](const Stage& stage, std::string text) {
    problems_.add(stage.place, std::move(text));
    good = false;
  };
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Action before = i == 0 ? Action::allow : stages[i - 1].action;
    if (i != 0 && stages[i].from == stages[i - 1].from) {
      wrong(stages[i],
            fmt::format("two stages at one instant, {}: '{}' and '{}'", iso8601(stages[i].from),
                        name_of(before), name_of(stages[i].action)));
    } else if (stages[i].action < before && !stages[i].relaxes) {
      wrong(stages[i], fmt::format("'{}' after '{}' is laxer: write relaxes = true if it is meant",
                                   name_of(stages[i].action), name_of(before)));
    } else if (stages[i].action >= before && stages[i].relaxes) {
      wrong(stages[i], fmt::format("'{}' after '{}' relaxes nothing", name_of(stages[i].action),
                                   name_of(before)));
    }
  }
  return good;
}

void Loader::read_rule(const Node& table) {
  Fields fields(table, "rule", problems_);
  Rule rule;
  RuleLinks links;
  rule.place = table.place;
  rule.id = fields.id("id", Fields::required);
  rule.title = fields.text("title");
  const auto o = organisation(fields);
  if (const auto purpose = fields.text("purpose"); !purpose.empty() && purpose != "work") {
    problems_.add(fields.place_of("purpose"),
                  fmt::format("no purpose '{}': the only one is 'work'", shown(purpose)));
  }
  const auto c = device_class(fields, "devices", Fields::required);
  rule.channels = fields.channels("channels");
  rule.scope = read_scope(fields);
  rule.overridable = fields.boolean("overridable", false);
  links.overrides = {fields.id("overrides"), fields.place_of("overrides")};
  const Zone zone = o ? ban_.zone_of(*o) : Zone::utc();
  rule.announced = fields.instant("announced", zone, ban_.notes);
  rule.stages = read_stages(fields, zone);
  if (rule.id.empty() || !o || !c) return;
  rule.organisation = *o;
  rule.device_class = *c;
  if (!links_.try_emplace(rule.id, links).second) {
    problems_.add(table.place, fmt::format("rule '{}' stands twice", rule.id));
    return;
  }
  ban_.rules.push_back(std::move(rule));
}

/// Read as a rule of the adopting organisation; what it adopts is filled in when all are there.
void Loader::read_adoption(const Node& table) {
  Fields fields(table, "adoption", problems_);
  Rule rule;
  RuleLinks links;
  rule.place = table.place;
  links.adopts = {fields.id("rule", Fields::required), fields.place_of("rule")};
  const auto o = organisation(fields);
  rule.id = fields.id("id");
  if (rule.id.empty() && o)
    rule.id = fmt::format("{}@{}", links.adopts.text, ban_.organisation_id(*o));
  rule.title = fields.text("title");
  read_scope_part(fields, "except_", rule.scope.except);
  rule.overridable = fields.boolean("overridable", false);
  const Zone zone = o ? ban_.zone_of(*o) : Zone::utc();
  rule.announced = fields.instant("announced", zone, ban_.notes);
  rule.stages = read_stages(fields, zone);
  if (!o || links.adopts.text.empty()) return;
  rule.organisation = *o;
  if (!links_.try_emplace(rule.id, links).second) {
    problems_.add(table.place, fmt::format("rule '{}' stands twice", rule.id));
    return;
  }
  ban_.rules.push_back(std::move(rule));
}

std::optional<RuleIndex> Loader::rule_named(const Item& named) {
  const auto found = ban_.find_rule(named.text);
  if (found) return found;
  std::vector<std::string_view> ids;
  constexpr std::size_t kMostCompared = 5000;
  for (const Rule& rule : ban_.rules) {
    if (ids.size() < kMostCompared) ids.push_back(rule.id);
  }
  problems_.add(named.place,
                fmt::format("no rule '{}'{}", shown(named.text), suggestion(named.text, ids)));
  return std::nullopt;
}

void Loader::read_rules(Fields& root) {
  for (const Node& table : root.tables("rule", kMaxRules)) read_rule(table);
  for (const Node& table : root.tables("adoption", kMaxRules)) read_adoption(table);
  std::ranges::sort(ban_.rules, {}, &Rule::id);
  settle_rules();
}

void Loader::settle_rules() {
  for (Rule& rule : ban_.rules) {
    const RuleLinks& links = links_.find(rule.id)->second;
    if (!links.overrides.text.empty()) {
      rule.overrides = rule_named(links.overrides);
      if (rule.overrides) {
        const OrgIndex above = ban_.rules[*rule.overrides].organisation;
        if (above == rule.organisation || !ban_.within(rule.organisation, above)) {
          problems_.add(
              links.overrides.place,
              fmt::format("'{}' is a rule of '{}', which is not above '{}'", links.overrides.text,
                          ban_.organisation_id(above), ban_.organisation_id(rule.organisation)));
        }
      }
    }
    if (links.adopts.text.empty()) continue;
    const auto original = rule_named(links.adopts);
    if (!original) continue;
    const Rule& from = ban_.rules[*original];
    if (!links_.find(from.id)->second.adopts.text.empty()) {
      problems_.add(links.adopts.place,
                    fmt::format("'{}' is itself an adoption: adopt '{}'", from.id,
                                links_.find(from.id)->second.adopts.text));
      continue;
    }
    if (from.organisation == rule.organisation) {
      problems_.add(links.adopts.place, fmt::format("'{}' is a rule of '{}' itself", from.id,
                                                    ban_.organisation_id(from.organisation)));
      continue;
    }
    rule.adopts = original;
    rule.device_class = from.device_class;
    rule.channels = from.channels;
    rule.scope.any = from.scope.any;
    rule.scope.except.insert(rule.scope.except.end(), from.scope.except.begin(),
                             from.scope.except.end());
    std::ranges::sort(rule.scope.except);
    if (rule.title.empty()) rule.title = from.title;
    if (ban_.within(rule.organisation, from.organisation)) rule.overrides = original;
  }
}

void Loader::read_exemption(const Node& table) {
  Fields fields(table, "exemption", problems_);
  Exemption e;
  e.place = table.place;
  e.id = fields.id("id", Fields::required);
  e.owner = fields.text("owner", Fields::required);
  e.reason = fields.text("reason", Fields::required);
  const auto o = organisation(fields);
  e.scope = read_scope(fields);
  const bool has_class = fields.has("devices");
  e.device_class = device_class(fields, "devices", Fields::optional);
  e.channels = fields.channels("channels");
  const auto before = problems_.count();
  for (const Item& item : fields.texts("rules", kMaxRules)) {
    if (const auto rule = rule_named(item)) e.rules.push_back(*rule);
  }
  const bool named_no_rule = fields.has("rules") && e.rules.empty();
  if (named_no_rule && problems_.count() == before) {
    problems_.add(fields.place_of("rules"), "'rules' lists no rule");
  }
  std::ranges::sort(e.rules);
  const auto [first, last] = std::ranges::unique(e.rules);
  e.rules.erase(first, last);
  const Zone zone = o ? ban_.zone_of(*o) : Zone::utc();
  e.from = fields.instant("from", zone, ban_.notes).value_or(kBeginning);
  e.until = fields.instant("until", zone, ban_.notes).value_or(kEnd);
  if (e.until <= e.from) {
    problems_.add(fields.place_of("until"),
                  fmt::format("exemption '{}' ends before it begins: from {} until {}", e.id,
                              iso8601(e.from), iso8601(e.until)));
  }
  // Nobody is exempted by half: what a problem left out would widen the exemption.
  if (e.id.empty() || !o || named_no_rule || (has_class && !e.device_class)) return;
  e.organisation = *o;
  if (!exemption_places_.try_emplace(e.id, table.place).second) {
    problems_.add(table.place, fmt::format("exemption '{}' stands twice", e.id));
    return;
  }
  ban_.exemptions.push_back(std::move(e));
}

void Loader::read_exemptions(Fields& root) {
  for (const Node& table : root.tables("exemption", kMaxExemptions)) read_exemption(table);
  std::ranges::sort(ban_.exemptions, {}, &Exemption::id);
}

}  // namespace interdict::policy
