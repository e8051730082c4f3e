// The reading of a ban, in the order in which its parts need each other. Of this room alone.

#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <unordered_map>

#include "policy/cases.hpp"
#include "policy/csv_reader.hpp"
#include "policy/fields.hpp"

namespace interdict::policy {

class Loader {
 public:
  Loader(Ban& ban, std::filesystem::path folder, Problems& problems)
      : ban_(ban), folder_(std::move(folder)), problems_(problems) {}
  void read(const Node& root);

 private:
  // read_ban.cpp
  void read_header(Fields& root);
  void read_settings(Fields& root);
  void read_effect(Fields& root, std::string_view key, Effect& effect);
  void read_break_glass(Fields& root);
  void read_cases(Fields& root);
  std::unique_ptr<RandomAccess> open_beside(Fields& root, std::string_view key, std::string& name);

  // read_organisations.cpp
  struct OrgText;
  void read_organisations(Fields& root);
  void read_organisations_file(Fields& root);
  void add_organisation(const OrgText& from);
  void link_parents();
  std::optional<std::uint32_t> zone(std::string_view name, std::string_view file, Place place);
  std::optional<OrgIndex> organisation(const Item& named, std::string_view file);
  std::optional<OrgIndex> organisation(Fields& fields);
  void add_domain(std::string_view domain, OrgIndex o, std::string_view file, Place place);

  // read_classes.cpp
  void read_classes(Fields& root);
  void read_class(const Node& table);
  void read_levels(Fields& fields, Class& into);
  void read_ranges(Fields& fields, Class& into);
  void sort_classes();
  std::optional<ClassIndex> device_class(Fields& fields, std::string_view key, Fields::Need need);

  // read_people.cpp
  struct PersonText;
  void read_people(Fields& root);
  void read_people_file(Fields& root);
  struct Ahead;
  void take_row(const CsvReader& reader, const CsvHeader& header, Ahead& ahead);
  void add_person(const PersonText& from);
  std::optional<AttributeSet> attribute_set(const PersonText& from, OrgIndex o);
  bool declared(Attribute group, OrgIndex o) const;

  // read_rules.cpp
  void read_rules(Fields& root);
  void read_rule(const Node& table);
  void read_adoption(const Node& table);
  void read_exemptions(Fields& root);
  void read_exemption(const Node& table);
  Scope read_scope(Fields& fields);
  void read_scope_part(Fields& fields, std::string_view prefix, std::vector<Attribute>& into);
  std::vector<Stage> read_stages(Fields& fields, const Zone& zone);
  bool check_stages(const std::vector<Stage>& stages);
  void settle_rules();
  std::optional<RuleIndex> rule_named(const Item& named);

  Ban& ban_;
  std::filesystem::path folder_;
  Problems& problems_;

  std::map<std::string, std::uint32_t, std::less<>> zone_index_;
  std::vector<std::pair<TextRef, Place>> parent_of_;  // of each organisation, as written
  std::vector<std::string_view> org_file_;            // where each organisation stands
  std::map<std::string, OrgIndex, std::less<>> domain_owner_;
  std::unordered_map<OrgIndex, std::vector<Attribute>> groups_of_;
  std::string people_file_, organisations_file_;
  std::unordered_map<std::string, AttributeSet> known_sets_;
  std::map<std::string, ClassIndex, std::less<>> class_index_;
  std::vector<std::vector<Item>> class_members_;  // as written, of the classes in order of the file
  /// Names a rule gave and that are looked up when all rules are there.
  struct RuleLinks {
    Item adopts, overrides;
    Scope own_scope;
  };
  std::map<std::string, RuleLinks, std::less<>> links_;
  std::map<std::string, Place, std::less<>> exemption_places_;
};

}  // namespace interdict::policy
