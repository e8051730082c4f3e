// Sentences in the reader's language. An answer holds ids and values; words are chosen when it is
// shown.
//
// A language is one file, messages/LANGUAGE.tsv: id, tab, sentence with {named} values. Adding a
// language is adding a file; a test demands every id with the same values in each.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/action.hpp"

namespace interdict::policy {

enum class Message : std::uint8_t {
  answer_outside,
  answer_allow,
  answer_advise,
  answer_warn,
  answer_hold,
  answer_refuse,
  word_allow,
  word_advise,
  word_warn,
  word_hold,
  word_refuse,
  heading_reasons,
  heading_changes,
  outside,
  break_glass,
  no_rule,
  rule_in_stage,
  rule_adopted,
  rule_also,
  rule_overridden,
  device_is,
  device_unknown,
  device_conflict,
  device_softened,
  lifted_until,
  lifted_always,
  change_at,
  change_at_rule,
  change_never,
  change_other_device,
  change_evidence,
  change_shown,
  change_without_exemption,
  change_account,
  policy_line,
};
inline constexpr std::size_t kMessages = static_cast<std::size_t>(Message::policy_line) + 1;
std::string_view name_of(Message m);
/// The word for an action: word_allow and so on.
Message word_for(Action a);

struct Value {
  std::string_view name;  // a literal
  std::string text;
  bool action = false;  // `text` is an action's name, shown as the language's word for it
  bool operator==(const Value&) const = default;
};
struct Sentence {
  Message id{};
  std::vector<Value> values;
  bool operator==(const Sentence&) const = default;
};

/// "en", "de": the languages there are.
std::vector<std::string_view> languages();
/// The sentence's pattern; empty where the language lacks it.
std::string_view pattern(std::string_view language, Message id);
/// In that language; English where it is unknown. Values are made printable.
std::string render(const Sentence& sentence, std::string_view language);

}  // namespace interdict::policy
