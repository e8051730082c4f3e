#include "policy/canonical.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/text.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kCanonicalPiece = std::size_t{64} << 10;

/// Lines of tab-parted fields; what could be mistaken for structure is escaped.
class Lines {
 public:
  explicit Lines(const std::function<void(std::string_view)>& write) : write_(write) {}
  ~Lines() { flush(); }
  Lines(const Lines&) = delete;
  Lines& operator=(const Lines&) = delete;

  Lines& field(std::string_view text) {
    if (!first_) buffer_ += '\t';
    first_ = false;
    const auto special = [](char c) { return c == '\t' || c == '\n' || c == '\\' || c == ','; };
    const auto plain = std::ranges::find_if(text, special) - text.begin();
    buffer_ += text.substr(0, static_cast<std::size_t>(plain));
    for (const char c : text.substr(static_cast<std::size_t>(plain))) {
      if (special(c)) {
        buffer_ += '\\';
        buffer_ += c == '\t' ? 't' : c == '\n' ? 'n' : c;
      } else {
        buffer_ += c;
      }
    }
    return *this;
  }
  Lines& number(std::uint32_t n) {
    const fmt::format_int digits(n);
    return field({digits.data(), digits.size()});
  }
  Lines& instant(UtcTime t) {
    if (t == kBeginning || t == kEnd) return field(t == kEnd ? "never" : "always");
    return field(iso8601(t));
  }
  template <class List, class F>
  Lines& list(const List& items, F&& text_of_item) {
    std::vector<std::string> texts;
    texts.reserve(items.size());
    for (const auto& item : items) texts.emplace_back(text_of_item(item));
    std::ranges::sort(texts);
    field("");
    for (const auto& text : texts) {
      buffer_ += text;
      buffer_ += ',';
    }
    return *this;
  }
  void end() {
    buffer_ += '\n';
    first_ = true;
    if (buffer_.size() >= kCanonicalPiece) flush();
  }

 private:
  void flush() {
    write_(buffer_);
    buffer_.clear();
  }
  const std::function<void(std::string_view)>& write_;
  std::string buffer_;
  bool first_ = true;
};

std::string levels_text(const devices::DeviceClass& c) {
  return fmt::format("{} {} {} {} {} {} {} {} {}", name_of(c.vendor), name_of(c.family),
                     name_of(c.line), name_of(c.os), json_quoted(c.model),
                     to_string(c.version_from), to_string(c.version_before),
                     to_string(c.build_from), to_string(c.build_before));
}

void write_settings(const Ban& ban, Lines& lines) {
  lines.field("interdict-ban").field("1").field(ban.id);
  lines.end();
  const Thresholds& t = ban.thresholds;
  lines.field("thresholds");
  for (const float odds : t.odds) lines.field(fmt::format("{}", odds));
  lines.field(fmt::format("{}", t.other_class)).field(name_of(t.session_evidence_from));
  lines.end();
  for (const auto* effect : {&ban.on_unknown, &ban.on_conflict}) {
    lines.field(effect == &ban.on_unknown ? "unknown" : "conflict");
    for (std::size_t i = 1; i < kActions; ++i) lines.field(name_of((*effect)[i]));
    lines.end();
  }
  lines.field("administrators").list(ban.administrators, [&](Attribute a) {
    return ban.people.attribute_name(a);
  });
  lines.end();
}

std::vector<OrgIndex> organisations_by_id(const Ban& ban) {
  std::vector<OrgIndex> order(ban.organisations.size());
  for (OrgIndex o = 0; o < order.size(); ++o) order[o] = o;
  std::ranges::sort(order, {}, [&](OrgIndex o) { return ban.organisation_id(o); });
  return order;
}

void write_organisations(const Ban& ban, const std::vector<OrgIndex>& order, Lines& lines) {
  for (const auto o : order) {
    const Organisation& org = ban.organisations[o];
    lines.field("organisation").field(ban.text(org.id)).field(ban.zone_of(o).name());
    lines.field(org.parent == kNone ? "" : ban.organisation_id(org.parent));
    lines.field(ban.text(org.country)).field(ban.text(org.name));
    lines.end();
  }
  std::vector<std::string> domains;
  for (const auto* list : {&ban.domains, &ban.below_domains}) {
    for (const auto& [domain, o] : *list) {
      domains.push_back(fmt::format("{}{}\t{}", list == &ban.domains ? "" : "*.", ban.text(domain),
                                    ban.organisation_id(o)));
    }
  }
  for (const auto account : ban.private_accounts) {
    domains.push_back(fmt::format("private {}", ban.text(account)));
  }
  std::ranges::sort(domains);
  for (const auto& domain : domains) {
    lines.field("work").field(domain);
    lines.end();
  }
}

/// A person's organisation is its number among those written before: a million lines need not
/// repeat its name.
void write_people(const Ban& ban, const std::vector<OrgIndex>& order, Lines& lines) {
  const People& people = ban.people;
  std::vector<std::uint32_t> number(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) number[order[i]] = i;
  std::vector<std::string> sets;
  for (const auto& set : people.sets) {
    std::vector<std::string_view> names;
    for (const auto a : set) {
      // "Is this very person" says nothing that the person's line does not say.
      const auto name = ban.text(people.attributes[a]);
      if (!name.starts_with("person:")) names.push_back(name);
    }
    std::ranges::sort(names);
    std::string text;
    for (const auto name : names) (text += name) += ' ';
    sets.push_back(std::move(text));
  }
  for (PersonIndex p = 0; p < people.size(); ++p) {
    lines.field("person").field(ban.text(people.id[p]));
    lines.number(number[people.organisation[p]]).field(sets[people.set[p]]);
    for (const auto account : people.accounts_of(p)) lines.field(ban.text(account));
    lines.end();
  }
}

void write_scope(const Ban& ban, const Scope& scope, Lines& lines) {
  const auto name = [&](Attribute a) { return ban.text(ban.people.attributes[a]); };
  lines.list(scope.any, name).list(scope.except, name);
}

void write_rules(const Ban& ban, Lines& lines) {
  const auto class_id = [&](ClassIndex c) { return std::string_view(ban.classes[c].id); };
  std::vector<const Class*> classes;
  for (const Class& c : ban.classes) {
    if (!c.made && !c.any_device) classes.push_back(&c);
  }
  std::ranges::sort(classes, {}, [](const Class* c) { return std::string_view(c->id); });
  for (const Class* c : classes) {
    lines.field("class").field(c->id).field(name_of(c->state));
    lines.field(c->has_levels ? levels_text(c->levels) : "").list(c->any_of, class_id);
    lines.end();
  }
  for (const Rule& rule : ban.rules) {
    lines.field("rule").field(rule.id).field(ban.organisation_id(rule.organisation));
    lines.field(class_id(rule.device_class)).field(fmt::format("{}", rule.channels));
    lines.field(rule.overridable ? "overridable" : "");
    lines.field(rule.overrides ? ban.rules[*rule.overrides].id : "");
    lines.field(rule.adopts ? ban.rules[*rule.adopts].id : "").field(rule.title);
    write_scope(ban, rule.scope, lines);
    for (const Stage& stage : rule.stages) {
      lines.instant(stage.from).field(name_of(stage.action));
    }
    lines.end();
  }
  for (const Exemption& e : ban.exemptions) {
    lines.field("exemption").field(e.id).field(e.owner).field(e.reason);
    lines.field(ban.organisation_id(e.organisation)).field(fmt::format("{}", e.channels));
    lines.field(e.device_class ? class_id(*e.device_class) : "");
    lines.list(e.rules, [&](RuleIndex r) { return std::string_view(ban.rules[r].id); });
    write_scope(ban, e.scope, lines);
    lines.instant(e.from).instant(e.until);
    lines.end();
  }
  for (const BreakGlass& glass : ban.break_glass) {
    lines.field("break-glass").field(ban.text(glass.account)).field(glass.owner);
    lines.field(glass.reason);
    lines.end();
  }
}

}  // namespace

void canonical(const Ban& ban, const std::function<void(std::string_view)>& write) {
  Lines lines(write);
  write_settings(ban, lines);
  const auto order = organisations_by_id(ban);
  write_organisations(ban, order, lines);
  write_people(ban, order, lines);
  write_rules(ban, lines);
}

crypto::Sha256 digest_of(const Ban& ban) {
  crypto::Sha256Stream stream;
  canonical(ban, [&](std::string_view piece) { stream.update(bytes_of(piece)); });
  return stream.finish();
}

}  // namespace interdict::policy
