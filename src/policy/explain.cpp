#include "policy/explain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/text.hpp"
#include "policy/interpreter.hpp"

namespace interdict::policy {
namespace {

constexpr int kMostSteps = 10'000;

Message answer_of(const Decision& d) {
  if (d.kind == Decision::Kind::outside) return Message::answer_outside;
  return static_cast<Message>(static_cast<int>(Message::answer_allow) + static_cast<int>(d.action));
}
Value word(std::string_view name, Action a) { return {name, std::string(name_of(a)), true}; }

bool same_answer(const Decision& a, const Decision& b) {
  return a.kind == b.kind && a.action == b.action && a.stage == b.stage && a.rule == b.rule &&
         a.exemption == b.exemption;
}

class Explainer {
 public:
  Explainer(const Policy& policy, std::string_view account, ClaimRow row, devices::Channel channel,
            UtcTime at)
      : policy_(policy),
        ban_(policy.ban()),
        row_(std::move(row)),
        trace_(interpret(ban_, account, row_, channel, at)) {
    out_.account = account_key(account);
    out_.channel = channel;
    out_.at = at;
  }

  Explanation run() {
    ClaimTable claims(ban_);
    const auto who = policy_.intern(out_.account);
    const auto claim = *claims.intern(row_);  // the first row always has room
    out_.decision = policy_.decide(who, claims, claim, out_.channel, out_.at);
    if (!who.outside()) out_.organisation = policy_.organisation_of(who);
    switch (out_.decision.kind) {
      case Decision::Kind::outside:
        say(Message::outside, {{"account", out_.account}});
        change(Message::change_account, {});
        return std::move(out_);
      case Decision::Kind::break_glass: {
        const BreakGlass& glass = ban_.break_glass[trace_.subject.glass];
        say(Message::break_glass,
            {{"account", out_.account}, {"reason", glass.reason}, {"owner", glass.owner}});
        return std::move(out_);
      }
      default:
        break;
    }
    gather_determining();
    say_rules();
    say_lifted();
    find_next(who, claims, claim);
    say_changes();
    return std::move(out_);
  }

 private:
  using Values = std::vector<Value>;
  void say(Message id, Values values) { out_.reasons.push_back({id, std::move(values)}); }
  void change(Message id, Values values) { out_.changes.push_back({id, std::move(values)}); }
  [[nodiscard]] std::string org_name(RuleIndex r) const {
    return std::string(ban_.organisation_name(ban_.rules[r].organisation));
  }
  [[nodiscard]] std::string class_name(RuleIndex r) const {
    const Class& c = ban_.classes[ban_.rules[r].device_class];
    return c.id;
  }

  void gather_determining() {
    const Decision& d = out_.decision;
    if (d.rule == kNone) return;
    out_.determining.push_back(d.rule);
    if (d.action == Action::allow) return;
    for (const RuleTrace& one : trace_.rules) {
      if (one.counts() && one.action == d.action && one.rule != d.rule &&
          one.standing != Standing::no) {
        out_.determining.push_back(one.rule);
      }
    }
  }

  void say_rules() {
    const Decision& d = out_.decision;
    if (d.rule == kNone) {
      if (d.exemption == kNone) {
        say(Message::no_rule,
            {{"organisation", std::string(ban_.organisation_name(out_.organisation))},
             {"channel", std::string(name_of(out_.channel))}});
      }
    } else {
      const Rule& rule = ban_.rules[d.rule];
      UtcTime since = kBeginning;
      for (const Stage& stage : rule.stages) {
        if (stage.from <= out_.at) since = stage.from;
      }
      say(Message::rule_in_stage, {{"rule", rule.id},
                                   {"organisation", org_name(d.rule)},
                                   {"title", rule.title.empty() ? rule.id : rule.title},
                                   word("stage", d.stage),
                                   {"date", local_text(ban_, rule.organisation, since)}});
      if (rule.adopts) {
        say(Message::rule_adopted, {{"rule", rule.id},
                                    {"original", ban_.rules[*rule.adopts].id},
                                    {"organisation", org_name(*rule.adopts)}});
      }
      say_standing(d);
      for (std::size_t i = 1; i < out_.determining.size(); ++i) {
        const auto r = out_.determining[i];
        say(Message::rule_also, {{"rule", ban_.rules[r].id}, {"organisation", org_name(r)}});
      }
    }
    for (const RuleTrace& one : trace_.rules) {
      if (one.overridden_by == kNone || one.standing == Standing::no) continue;
      say(Message::rule_overridden, {{"rule", ban_.rules[one.rule].id},
                                     {"organisation", org_name(one.rule)},
                                     {"by", ban_.rules[one.overridden_by].id}});
    }
  }

  void say_standing(const Decision& d) {
    const Values values{
        {"class", class_name(d.rule)}, word("stage", d.stage), word("action", d.action)};
    if (d.standing == Standing::unknown) {
      say(Message::device_unknown, values);
    } else if (is_conflict(d.standing)) {
      say(Message::device_conflict, values);
    } else {
      say(Message::device_is, {values[0]});
      if (d.action < d.stage) say(Message::device_softened, {values[1], values[2]});
    }
  }

  void say_lifted() {
    for (const RuleTrace& one : trace_.rules) {
      if (one.lifted_by == kNone || one.overridden_by != kNone ||
          one.action <= out_.decision.action) {
        continue;
      }
      const Exemption& e = ban_.exemptions[one.lifted_by];
      Values values{{"exemption", e.id},
                    {"rule", ban_.rules[one.rule].id},
                    {"reason", e.reason},
                    {"owner", e.owner}};
      if (e.until != kEnd) values.push_back({"date", local_text(ban_, e.organisation, e.until)});
      say(e.until == kEnd ? Message::lifted_always : Message::lifted_until, std::move(values));
    }
  }

  void find_next(PersonId who, const ClaimTable& claims, ClaimId claim) {
    Decision now = out_.decision;
    for (int i = 0; i < kMostSteps && now.valid_until != kEnd; ++i) {
      const auto at = now.valid_until;
      now = policy_.decide(who, claims, claim, out_.channel, at);
      if (same_answer(now, out_.decision)) continue;
      out_.next_change = {at, now};
      return;
    }
  }

  /// The action for a device that stands otherwise to the class of the deciding rule.
  [[nodiscard]] Action with(Standing standing) const {
    auto row = row_;
    row[ban_.rules[out_.decision.rule].device_class] = standing;
    return interpret(ban_, out_.account, row, out_.channel, out_.at).decision.action;
  }

  void say_changes() {
    const Decision& d = out_.decision;
    if (out_.next_change) {
      const auto& [at, then] = *out_.next_change;
      const OrgIndex o =
          then.rule == kNone ? out_.organisation : ban_.rules[then.rule].organisation;
      Values values{{"date", local_text(ban_, o, at)}, word("action", then.action)};
      if (then.rule != kNone) values.push_back({"rule", ban_.rules[then.rule].id});
      change(then.rule == kNone ? Message::change_at : Message::change_at_rule, std::move(values));
    } else {
      change(Message::change_never, {});
    }
    if (d.exemption != kNone) {
      Action lifted = Action::allow;
      for (const RuleTrace& one : trace_.rules) {
        if (one.lifted_by == d.exemption && one.overridden_by == kNone) {
          lifted = std::max(lifted, one.action);
        }
      }
      change(Message::change_without_exemption,
             {{"exemption", ban_.exemptions[d.exemption].id}, word("action", lifted)});
    }
    if (d.rule == kNone) return;
    const auto offer = [&](Message id, Standing standing) {
      const Action then = with(standing);
      if (then == d.action) return;
      change(id, {{"class", class_name(d.rule)}, word("action", then)});
    };
    if (d.standing == Standing::unknown || is_conflict(d.standing)) {
      offer(Message::change_shown, Standing::yes_refuse);
    } else if (d.action < d.stage) {
      offer(Message::change_evidence, Standing::yes_refuse);
    }
    if (d.action != Action::allow) offer(Message::change_other_device, Standing::no);
  }

  const Policy& policy_;
  const Ban& ban_;
  ClaimRow row_;
  Trace trace_;
  Explanation out_;
};

void write_sentences(JsonWriter& w, std::string_view key, const std::vector<Sentence>& sentences,
                     std::string_view language) {
  w.key(key).begin_array();
  for (const Sentence& s : sentences) {
    w.begin_object().member("id", name_of(s.id)).member("text", render(s, language));
    w.key("values").begin_object();
    for (const Value& value : s.values) w.member(value.name, value.text);
    w.end_object().end_object();
  }
  w.end_array();
}

void write_decision(JsonWriter& w, const Policy& policy, const Decision& d) {
  const Ban& ban = policy.ban();
  w.member("kind", name_of(d.kind));
  if (d.kind == Decision::Kind::outside) {
    w.key("action").null();
  } else {
    w.member("action", name_of(d.action));
  }
  if (d.rule == kNone) {
    w.key("rule").null().key("stage").null().key("device").null();
  } else {
    w.member("rule", ban.rules[d.rule].id).member("stage", name_of(d.stage));
    w.member("device", name_of(d.standing));
  }
  if (d.exemption == kNone) {
    w.key("exemption").null();
  } else {
    w.member("exemption", ban.exemptions[d.exemption].id);
  }
  w.member("report", d.report());
}

}  // namespace

std::string_view name_of(Decision::Kind k) {
  switch (k) {
    case Decision::Kind::outside:
      return "outside";
    case Decision::Kind::break_glass:
      return "break-glass";
    case Decision::Kind::allowed:
      return "allowed";
    case Decision::Kind::exempt:
      return "exempt";
    case Decision::Kind::ruled:
      return "ruled";
  }
  return "outside";
}

Explanation explain(const Policy& policy, std::string_view account, const ClaimRow& row,
                    devices::Channel channel, UtcTime at) {
  return Explainer(policy, account, row, channel, at).run();
}

std::string local_text(const Ban& ban, OrgIndex o, UtcTime t) {
  if (t == kBeginning || t == kEnd) return "-";
  const Zone& zone = ban.zone_of(o);
  const auto local = iso8601_spaced(UtcTime{zone.to_local(t).micros});
  // Seconds are shown where there are any.
  const auto length = local.ends_with(":00.000000") ? 16 : local.ends_with(".000000") ? 19 : 26;
  return fmt::format("{} {}", local.substr(0, static_cast<std::size_t>(length)), zone.name());
}

std::string text(const Policy& policy, const Explanation& e, std::string_view language) {
  const auto line = [&](Message id) { return render({id, {}}, language); };
  std::string out = line(answer_of(e.decision)) + "\n\n" + line(Message::heading_reasons) + "\n";
  for (const Sentence& s : e.reasons) out += "  " + render(s, language) + "\n";
  if (!e.changes.empty()) out += "\n" + line(Message::heading_changes) + "\n";
  for (const Sentence& s : e.changes) out += "  " + render(s, language) + "\n";
  out += "\n";
  out += render(
      {Message::policy_line, {{"policy", policy.ban().id}, {"digest", policy.digest_text()}}},
      language);
  return out + "\n";
}

std::string json(const Policy& policy, const Explanation& e, std::string_view language) {
  JsonWriter w(2);
  w.begin_object();
  w.member("policy", policy.ban().id).member("digest", policy.digest_text());
  w.member("account", e.account).member("channel", name_of(e.channel));
  w.member("at", iso8601(e.at));
  write_decision(w, policy, e.decision);
  w.key("determining_rules").begin_array();
  for (const auto r : e.determining) w.string(policy.ban().rules[r].id);
  w.end_array();
  w.key("next_change");
  if (e.next_change) {
    w.begin_object().member("at", iso8601(e.next_change->at));
    write_decision(w, policy, e.next_change->then);
    w.end_object();
  } else {
    w.null();
  }
  write_sentences(w, "reasons", e.reasons, language);
  write_sentences(w, "changes", e.changes, language);
  w.end_object();
  return w.take() + "\n";
}

}  // namespace interdict::policy
