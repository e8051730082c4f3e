// Organisations of a ban: inline tables and a CSV file beside it, then the tree.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/loader.hpp"

namespace interdict::policy {
namespace {

constexpr std::array<std::string_view, 7> kOrganisationColumns{
    "organisation", "parent", "name", "country", "zone", "domains", "groups"};

}  // namespace

/// An organisation as written, wherever.
struct Loader::OrgText {
  std::string_view file;
  Place place;
  Item id, parent, name, country, zone;
  std::vector<Item> domains, groups;
};

void Loader::read_organisations(Fields& root) {
  for (const Node& table : root.tables("organisation", kMaxOrganisations)) {
    Fields fields(table, "organisation", problems_);
    OrgText from;
    from.file = problems_.file();
    from.place = table.place;
    const auto item = [&](std::string_view key, std::string_view text) {
      return Item{text, fields.place_of(key)};
    };
    from.id = item("id", fields.id("id", Fields::required));
    from.parent = item("parent", fields.id("parent"));
    from.name = item("name", fields.text("name"));
    from.country = item("country", fields.text("country"));
    from.zone = item("zone", fields.text("zone"));
    from.domains = fields.texts("domains", 1000);
    from.groups = fields.texts("groups", 1000);
    if (!from.id.text.empty()) add_organisation(from);
  }
  read_organisations_file(root);
  link_parents();
  if (ban_.organisations.empty() && !problems_.any()) problems_.add({}, "no [[organisation]]");
}

void Loader::read_organisations_file(Fields& root) {
  const auto source = open_beside(root, "organisations_file", organisations_file_);
  if (!source) return;
  CsvReader reader(*source);
  const auto header =
      CsvHeader::read(reader, kOrganisationColumns, 1, organisations_file_, problems_);
  if (!header) return;
  while (reader.next() && !problems_.full()) {
    OrgText from;
    from.file = organisations_file_;
    from.place = reader.place(0);
    const auto item = [&](std::size_t column) {
      return Item{header->field(reader, column), header->place(reader, column)};
    };
    from.id = item(0);
    from.parent = item(1);
    from.name = item(2);
    from.country = item(3);
    from.zone = item(4);
    for (auto* list : {&from.domains, &from.groups}) {
      const Item all = item(list == &from.domains ? 5 : 6);
      for_each_part(all.text, [&](std::string_view part) { list->push_back({part, all.place}); });
    }
    if (reader.fields().size() != header->width()) {
      problems_.add(from.file, from.place,
                    fmt::format("{} fields where the first line names {}", reader.fields().size(),
                                header->width()));
    } else if (!valid_id(from.id.text)) {
      problems_.add(from.file, from.id.place, fmt::format("'{}' is no name", shown(from.id.text)));
    } else {
      add_organisation(from);
    }
  }
  if (reader.error()) {
    problems_.add(organisations_file_, reader.error()->first, reader.error()->second);
  }
}

std::optional<std::uint32_t> Loader::zone(std::string_view name, std::string_view file,
                                          Place place) {
  if (const auto found = zone_index_.find(name); found != zone_index_.end()) return found->second;
  auto zone = Zone::find(name);
  if (!zone) {
    problems_.add(file, place, printable(zone.error().what()));
    return std::nullopt;
  }
  const auto index = static_cast<std::uint32_t>(ban_.zones.size());
  ban_.zones.push_back(std::move(*zone));
  zone_index_.emplace(name, index);
  return index;
}

void Loader::add_domain(std::string_view written, OrgIndex o, std::string_view file, Place place) {
  const auto domain = ascii_lower(written);
  const bool below = domain.starts_with("*.");
  const auto name = std::string_view(domain).substr(below ? 2 : 0);
  const auto bad = [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == '@' || c == '*' || c == '/';
  };
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.back() == '.' ||
      std::ranges::any_of(name, bad)) {
    problems_.add(file, place,
                  fmt::format("'{}' is no domain: write example.org, or *.example.org "
                              "for all below it",
                              shown(written)));
    return;
  }
  const auto [owner, added] = domain_owner_.try_emplace(domain, o);
  if (!added) {
    problems_.add(file, place,
                  fmt::format("domain '{}' already belongs to '{}'", shown(domain),
                              ban_.organisation_id(owner->second)));
    return;
  }
  auto& list = below ? ban_.below_domains : ban_.domains;
  list.emplace_back(ban_.people.texts.add(name), o);
}

void Loader::add_organisation(const OrgText& from) {
  auto& texts = ban_.people.texts;
  if (ban_.organisations.size() >= kMaxOrganisations) {
    if (ban_.organisations.size() == kMaxOrganisations && !problems_.any()) {
      problems_.add(from.file, from.place, "more than 1,000,000 organisations");
    }
    return;
  }
  const auto index = static_cast<OrgIndex>(ban_.organisations.size());
  const auto [other, added, key] = ban_.organisations_by_id.insert(texts, from.id.text, index);
  if (!added) {
    problems_.add(from.file, from.id.place,
                  fmt::format("organisation '{}' stands twice (first in "
                              "line {})",
                              from.id.text, ban_.organisations[other].place.line));
    return;
  }
  Organisation o;
  o.id = key;
  o.name = texts.add(from.name.text);
  o.place = from.place;
  o.zone = kNone;
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (!from.country.text.empty() &&
      (from.country.text.size() != 2 || !std::ranges::all_of(from.country.text, capital))) {
    problems_.add(from.file, from.country.place, "'country' must be two capital letters, as DE");
  }
  o.country = texts.add(from.country.text);
  if (!from.zone.text.empty()) {
    o.zone = zone(from.zone.text, from.file, from.zone.place).value_or(kNone - 1);
  }
  ban_.organisations.push_back(o);
  parent_of_.emplace_back(texts.add(from.parent.text), from.parent.place);
  org_file_.push_back(from.file);
  for (const Item& domain : from.domains) add_domain(domain.text, index, from.file, domain.place);
  for (const Item& group : from.groups) {
    if (valid_id(group.text)) {
      groups_of_[index].push_back(ban_.people.attribute("group", group.text));
    } else {
      problems_.add(from.file, group.place, fmt::format("'{}' is no name", shown(group.text)));
    }
  }
}

std::optional<OrgIndex> Loader::organisation(const Item& named, std::string_view file) {
  const auto found = ban_.organisations_by_id.find(ban_.people.texts, named.text);
  if (found) return found;
  std::vector<std::string_view> ids;
  constexpr std::size_t kMostCompared = 5000;
  for (OrgIndex o = 0; o < ban_.organisations.size() && o < kMostCompared; ++o) {
    ids.push_back(ban_.organisation_id(o));
  }
  problems_.add(
      file, named.place,
      fmt::format("no organisation '{}'{}", shown(named.text), suggestion(named.text, ids)));
  return std::nullopt;
}

std::optional<OrgIndex> Loader::organisation(Fields& fields) {
  const auto id = fields.id("organisation", Fields::required);
  if (id.empty()) return std::nullopt;
  return organisation(Item{id, fields.place_of("organisation")}, problems_.file());
}

/// Parents by name, then depth and zone from the top: every walk stops at what is settled, so the
/// whole is linear; a walk that meets itself is a cycle.
void Loader::link_parents() {
  auto& all = ban_.organisations;
  for (OrgIndex o = 0; o < all.size(); ++o) {
    const auto& [name, place] = parent_of_[o];
    if (name == 0) continue;
    const auto parent = organisation(Item{ban_.text(name), place}, org_file_[o]);
    all[o].parent = parent.value_or(kNone);
  }
  enum : std::uint8_t { fresh, walking, settled };
  std::vector<std::uint8_t> state(all.size(), fresh);
  std::vector<OrgIndex> path;
  for (OrgIndex start = 0; start < all.size(); ++start) {
    path.clear();
    OrgIndex o = start;
    for (; o != kNone && state[o] == fresh; o = all[o].parent) {
      state[o] = walking;
      path.push_back(o);
    }
    if (o != kNone && state[o] == walking) {
      problems_.add(org_file_[o], parent_of_[o].second,
                    fmt::format("organisation '{}' is above itself", ban_.organisation_id(o)));
      all[o].parent = kNone;
      if (all[o].zone == kNone) all[o].zone = kNone - 1;  // one problem is enough
    }
    for (auto i = path.size(); i-- > 0;) {
      auto& org = all[path[i]];
      state[path[i]] = settled;
      const bool top = org.parent == kNone;
      org.depth = top ? 0 : all[org.parent].depth + 1;
      if (org.depth == kMaxOrgDepth) {
        problems_.add(org_file_[path[i]], org.place,
                      fmt::format("organisations more than {} deep", kMaxOrgDepth));
      }
      if (org.zone != kNone) continue;
      org.zone = top ? kNone : all[org.parent].zone;
      if (top) {
        problems_.add(
            org_file_[path[i]], org.place,
            fmt::format("organisation '{}' needs a zone, such as zone = \"Europe/Berlin\"",
                        ban_.organisation_id(path[i])));
      }
    }
  }
  // Nothing is read with these; they keep later lookups inside the list until the end is told.
  if (ban_.zones.empty()) ban_.zones.push_back(Zone::utc());
  for (auto& org : all) {
    if (org.zone >= ban_.zones.size()) org.zone = 0;
  }
}

}  // namespace interdict::policy
