#include "policy/people.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace interdict::policy {

std::string account_key(std::string_view address) { return ascii_lower(trimmed(address)); }

People::People() {
  sets.emplace_back();
  set_index.emplace(sets[0], 0);
}

Attribute People::attribute(std::string_view kind, std::string_view name) {
  std::string key(kind);
  key += ':';
  key += name;
  const auto next = static_cast<Attribute>(attributes.size());
  const auto there = attribute_index.insert(texts, key, next);
  if (there.added) attributes.push_back(there.key);
  return there.value;
}

std::optional<Attribute> People::find_attribute(std::string_view kind,
                                                std::string_view name) const {
  std::string key(kind);
  key += ':';
  key += name;
  return attribute_index.find(texts, key);
}

std::string_view People::attribute_name(Attribute a) const {
  const auto key = texts.at(attributes[a]);
  return key.substr(key.find(':') + 1);
}

AttributeSet People::intern(std::vector<Attribute> wanted) {
  std::ranges::sort(wanted);
  const auto [first, last] = std::ranges::unique(wanted);
  wanted.erase(first, last);
  const auto found = set_index.find(wanted);
  if (found != set_index.end()) return found->second;
  const auto next = static_cast<AttributeSet>(sets.size());
  sets.push_back(wanted);
  set_index.emplace(std::move(wanted), next);
  return next;
}

Attribute People::name_person(PersonIndex person) {
  const auto a = attribute("person", texts.at(id[person]));
  auto wanted = sets[set[person]];
  if (!std::ranges::binary_search(wanted, a)) {
    wanted.push_back(a);
    set[person] = intern(std::move(wanted));
  }
  return a;
}

}  // namespace interdict::policy
