#include "rules/reference.hpp"

#include "embedded_rules.hpp"

namespace interdict::rules {

const std::vector<ReferenceTable>& reference_tables() {
  static const std::vector<ReferenceTable> all = parse_references(embedded());
  return all;
}

const ReferenceTable* find_reference(std::string_view name) {
  for (const ReferenceTable& table : reference_tables()) {
    if (table.name == name) return &table;
  }
  return nullptr;
}

}  // namespace interdict::rules
