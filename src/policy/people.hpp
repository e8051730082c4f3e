// Who there is: people, their organisation, their roles and groups, their work accounts.
//
// Columns, not objects: a million people with an address each take some 100 MB. A person's roles
// and groups are a set that thousands share, so it is kept once.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "policy/names.hpp"

namespace interdict::policy {

using OrgIndex = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;
/// A role, a group, or "is this very person": an index of People::attributes.
using Attribute = std::uint32_t;
using AttributeSet = std::uint32_t;
using PersonIndex = std::uint32_t;

/// Of an account; longer ones are nobody's.
inline constexpr std::size_t kMaxAccount = 320;
/// An address as accounts are compared: ASCII letters in lower case, blanks off both ends.
std::string account_key(std::string_view address);

struct People {
  static constexpr std::size_t kMost = 10'000'000;
  static constexpr std::size_t kMaxAccounts = 64;  // of one person

  Texts texts;
  TextMap attribute_index;                   // "role:official", "group:board", "person:m.keller"
  std::vector<TextRef> attributes;           // names of the above
  std::vector<std::vector<Attribute>> sets;  // sorted; sets[0] is empty
  std::map<std::vector<Attribute>, AttributeSet> set_index;

  Large<TextRef> id;
  Large<OrgIndex> organisation;
  Large<AttributeSet> set;
  Large<std::uint32_t> first_account{0};  // of person i: [first_account[i], [i + 1])
  Large<TextRef> accounts;
  TextMap by_id, by_account;  // to PersonIndex

  People();
  [[nodiscard]] std::size_t size() const { return id.size(); }
  Attribute attribute(std::string_view kind, std::string_view name);  // "role", "official"
  [[nodiscard]] std::optional<Attribute> find_attribute(std::string_view kind,
                                                        std::string_view name) const;
  /// "official" of "role:official".
  [[nodiscard]] std::string_view attribute_name(Attribute a) const;
  AttributeSet intern(std::vector<Attribute> attributes);
  /// Adds "is this very person" to a person's set.
  Attribute name_person(PersonIndex person);
  [[nodiscard]] std::span<const Attribute> attributes_of(PersonIndex person) const {
    return sets[set[person]];
  }
  [[nodiscard]] std::span<const TextRef> accounts_of(PersonIndex person) const {
    return std::span(accounts).subspan(first_account[person],
                                       first_account[person + 1] - first_account[person]);
  }
};

}  // namespace interdict::policy
