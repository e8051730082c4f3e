// People of a ban: inline tables and a CSV file beside it, streamed.

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/loader.hpp"

namespace interdict::policy {
namespace {

constexpr std::array<std::string_view, 5> kPeopleColumns{"person", "organisation", "accounts",
                                                         "roles", "groups"};
constexpr std::size_t kMaxAttributes = 256;

bool valid_account(std::string_view account) {
  const auto bad = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  return !account.empty() && account.size() <= kMaxAccount && !std::ranges::any_of(account, bad) &&
         std::ranges::count(account, '@') <= 1 && account.front() != '@' && account.back() != '@';
}

}  // namespace

/// A person as written, wherever. Lists are joined by ';' (a CSV's field as it is).
struct Loader::PersonText {
  std::string_view file;
  Place place;
  std::string_view id, organisation, accounts, roles, groups;
  Place id_place, organisation_place, accounts_place, roles_place, groups_place;
};

/// Rows read ahead of their adding. Each needs two or three random places of large tables; asked
/// for a few dozen rows before they are needed, their waits overlap.
struct Loader::Ahead {
  static constexpr std::size_t kRows = 64;
  std::array<std::string, kRows> text;  // what the views of a row look into
  std::vector<PersonText> rows;
};

void Loader::read_people(Fields& root) {
  for (const Node& table : root.tables("person", People::kMost)) {
    Fields fields(table, "person", problems_);
    PersonText from;
    from.file = problems_.file();
    from.place = table.place;
    from.id = fields.id("id", Fields::required);
    from.id_place = fields.place_of("id");
    from.organisation = fields.id("organisation", Fields::required);
    from.organisation_place = fields.place_of("organisation");
    const auto joined = [&](std::string_view key, Place& place, std::string& into) {
      place = fields.place_of(key);
      for (const Item& item : fields.texts(key, kMaxAttributes)) {
        if (item.text.find_first_of(";|") != item.text.npos) {
          problems_.add(item.place,
                        "';' and '|' part the entries of a list and may not stand in one");
        }
        into += item.text;
        into += ';';
      }
      return std::string_view(into);
    };
    std::string accounts, roles, groups;
    from.accounts = joined("accounts", from.accounts_place, accounts);
    from.roles = joined("roles", from.roles_place, roles);
    from.groups = joined("groups", from.groups_place, groups);
    if (!from.id.empty() && !from.organisation.empty()) add_person(from);
  }
  read_people_file(root);
  known_sets_.clear();
}

void Loader::read_people_file(Fields& root) {
  const auto source = open_beside(root, "people_file", people_file_);
  if (!source) return;
  CsvReader reader(*source);
  const auto header = CsvHeader::read(reader, kPeopleColumns, 3, people_file_, problems_);
  if (!header) return;
  // A line of a list of people takes some 60 bytes; too little room only costs a doubling.
  const auto expected =
      static_cast<std::size_t>(std::min<std::uint64_t>(source->size() / 60 + 16, People::kMost));
  auto& people = ban_.people;
  people.texts.reserve(static_cast<std::size_t>(source->size()));
  people.by_id.reserve(expected);
  people.by_account.reserve(expected);
  for (auto* column : {&people.id, &people.organisation, &people.set, &people.accounts}) {
    column->reserve(expected);
  }
  people.first_account.reserve(expected + 1);
  Ahead ahead;
  const auto add_all = [&] {
    for (const PersonText& row : ahead.rows) add_person(row);
    ahead.rows.clear();
  };
  while (reader.next() && !problems_.full()) {
    take_row(reader, *header, ahead);
    if (ahead.rows.size() == Ahead::kRows) add_all();
  }
  add_all();
  if (reader.error()) problems_.add(people_file_, reader.error()->first, reader.error()->second);
}

void Loader::take_row(const CsvReader& reader, const CsvHeader& header, Ahead& ahead) {
  PersonText from;
  from.file = people_file_;
  from.place = reader.place(0);
  if (reader.fields().size() != header.width()) {
    problems_.add(from.file, from.place,
                  fmt::format("{} fields where the first line names {}", reader.fields().size(),
                              header.width()));
    return;
  }
  if (const auto id = header.field(reader, 0); !valid_id(id)) {
    problems_.add(from.file, header.place(reader, 0), fmt::format("'{}' is no name", shown(id)));
    return;
  }
  const std::array<std::string_view*, 5> fields{&from.id, &from.organisation, &from.accounts,
                                                &from.roles, &from.groups};
  const std::array<Place*, 5> places{&from.id_place, &from.organisation_place, &from.accounts_place,
                                     &from.roles_place, &from.groups_place};
  std::array<std::string_view, 5> read;
  for (std::size_t i = 0; i < read.size(); ++i) read[i] = header.field(reader, i);
  auto& text = ahead.text[ahead.rows.size()];
  text.clear();
  for (const auto field : read) text += field;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    *fields[i] = std::string_view(text).substr(begin, read[i].size());
    *places[i] = header.place(reader, i);
    begin += read[i].size();
  }
  const auto& people = ban_.people;
  people.by_id.expect(from.id);
  ban_.organisations_by_id.expect(from.organisation);
  const auto first = from.accounts.substr(0, from.accounts.find_first_of(";|"));
  people.by_account.expect(account_key(first));
  ahead.rows.push_back(from);
}

/// Whether an organisation or one above it has the group.
bool Loader::declared(Attribute group, OrgIndex o) const {
  for (; o != kNone; o = ban_.organisations[o].parent) {
    const auto groups = groups_of_.find(o);
    if (groups != groups_of_.end() &&
        std::ranges::find(groups->second, group) != groups->second.end()) {
      return true;
    }
  }
  return false;
}

/// The set of roles and groups as written for an organisation; thousands write the same, so what
/// was checked once is remembered by its text.
std::optional<AttributeSet> Loader::attribute_set(const PersonText& from, OrgIndex o) {
  if (from.roles.empty() && from.groups.empty()) return 0;
  std::string key;
  key.reserve(from.roles.size() + from.groups.size() + 12);
  key += from.roles;
  key += '\n';
  key += from.groups;
  if (!from.groups.empty()) key += fmt::format("\n{}", o);
  if (const auto known = known_sets_.find(key); known != known_sets_.end()) return known->second;
  std::vector<Attribute> attributes;
  bool good = true;
  const auto all_of = [&](std::string_view kind) {
    std::vector<std::string_view> names;
    for (Attribute a = 0; a < ban_.people.attributes.size(); ++a) {
      if (ban_.text(ban_.people.attributes[a]).starts_with(kind)) {
        names.push_back(ban_.people.attribute_name(a));
      }
    }
    return names;
  };
  const auto read = [&](std::string_view list, std::string_view kind, Place place) {
    for_each_part(list, [&](std::string_view name) {
      const auto a = ban_.people.find_attribute(kind, name);
      if (!a) {
        problems_.add(
            from.file, place,
            fmt::format("no {} '{}'{}", kind, shown(name), suggestion(name, all_of(kind))));
      } else if (kind == "group" && !declared(*a, o)) {
        problems_.add(from.file, place,
                      fmt::format("'{}' has no group '{}', nor has one above it",
                                  ban_.organisation_id(o), shown(name)));
      }
      good = good && a && (kind != "group" || declared(*a, o));
      if (a) attributes.push_back(*a);
    });
  };
  read(from.roles, "role", from.roles_place);
  read(from.groups, "group", from.groups_place);
  if (attributes.size() > kMaxAttributes) {
    problems_.add(from.file, from.place,
                  fmt::format("more than {} roles and groups", kMaxAttributes));
    return std::nullopt;
  }
  if (!good) return std::nullopt;
  const auto set = ban_.people.intern(std::move(attributes));
  known_sets_.emplace(std::move(key), set);
  return set;
}

void Loader::add_person(const PersonText& from) {
  auto& people = ban_.people;
  if (people.size() >= People::kMost) {
    if (!problems_.any()) problems_.add(from.file, from.place, "more than 10,000,000 people");
    return;
  }
  const auto o = organisation(Item{from.organisation, from.organisation_place}, from.file);
  if (!o) return;
  const auto set = attribute_set(from, *o);
  if (!set) return;
  const auto index = static_cast<PersonIndex>(people.size());
  const auto [other, added, id] = people.by_id.insert(people.texts, from.id, index);
  if (!added) {
    problems_.add(from.file, from.id_place,
                  fmt::format("person '{}' stands twice", shown(from.id)));
    return;
  }
  people.id.push_back(id);
  people.organisation.push_back(*o);
  people.set.push_back(*set);
  std::size_t count = 0;
  for_each_part(from.accounts, [&](std::string_view written) {
    const auto account = account_key(written);
    if (!valid_account(account) || ++count > People::kMaxAccounts) {
      problems_.add(from.file, from.accounts_place,
                    count > People::kMaxAccounts
                        ? "more than 64 accounts"
                        : fmt::format("'{}' is no account", shown(written)));
      return;
    }
    const auto [owner, fresh, key] = people.by_account.insert(people.texts, account, index);
    if (!fresh) {
      problems_.add(from.file, from.accounts_place,
                    owner == index
                        ? fmt::format("account '{}' stands twice", shown(written))
                        : fmt::format("account '{}' already belongs to '{}'", shown(written),
                                      people.texts.at(people.id[owner])));
      return;
    }
    people.accounts.push_back(key);
  });
  people.first_account.push_back(static_cast<std::uint32_t>(people.accounts.size()));
}

}  // namespace interdict::policy
