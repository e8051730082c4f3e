#include "policy/account_index.hpp"

#include <map>
#include <string>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace interdict::policy;

TEST_CASE("an account index finds what a map finds, and nothing else") {
  CHECK_FALSE(AccountIndex().find("a"));
  CHECK_FALSE(AccountIndex(std::vector<AccountIndex::Entry>{}).find(""));
  CHECK(rc::check(
      [](const std::map<std::string, std::uint32_t>& all, const std::vector<std::string>& others) {
        std::vector<AccountIndex::Entry> entries;
        for (const auto& [text, value] : all) entries.push_back({text, value, ~value});
        const AccountIndex index(entries);
        for (const auto& [text, value] : all) {
          const auto found = index.find(text);
          RC_ASSERT(found.has_value());
          RC_ASSERT(found->subject == value);
          RC_ASSERT(found->profile == ~value);
        }
        for (const auto& text : others)
          RC_ASSERT(index.find(text).has_value() == all.contains(text));
      }));
}
