#include "policy/messages.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace interdict::policy;

namespace {

std::multiset<std::string> placeholders(std::string_view text) {
  std::multiset<std::string> found;
  for (auto open = text.find('{'); open != text.npos; open = text.find('{', open + 1)) {
    found.emplace(text.substr(open, text.find('}', open) - open + 1));
  }
  return found;
}

}  // namespace

TEST_CASE("every language has every sentence with the same values") {
  const auto all = languages();
  REQUIRE(all.size() >= 2);
  CHECK(std::ranges::find(all, "en") != all.end());
  CHECK(std::ranges::find(all, "de") != all.end());
  for (std::size_t i = 0; i < kMessages; ++i) {
    const auto id = static_cast<Message>(i);
    const auto english = pattern("en", id);
    for (const auto language : all) {
      CAPTURE(language);
      CAPTURE(name_of(id));
      CHECK_FALSE(pattern(language, id).empty());
      // A value may be said twice in one language and once in another.
      const auto here = placeholders(pattern(language, id)), there = placeholders(english);
      CHECK(std::set(here.begin(), here.end()) == std::set(there.begin(), there.end()));
    }
  }
}

TEST_CASE("values are put in, actions in the reader's word, and nothing drives the terminal") {
  const Sentence s{Message::change_at_rule,
                   {{"date", "D"}, {"action", "refuse", true}, {"rule", "r\x1b[31m{date}"}}};
  CHECK(render(s, "en") == "From D on: refuse, by rule r\\x1b[31m{date}.");
  CHECK(render(s, "de") == "Ab D: ablehnen, nach Regel r\\x1b[31m{date}.");
  CHECK(render(s, "tlh") == render(s, "en"));
}
