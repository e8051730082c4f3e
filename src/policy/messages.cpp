#include "policy/messages.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "base/text.hpp"
#include "embedded_policy.hpp"

namespace interdict::policy {
namespace {

constexpr std::array<std::string_view, kMessages> kMessageNames{
    "answer_outside",  "answer_allow",    "answer_advise",
    "answer_warn",     "answer_hold",     "answer_refuse",
    "word_allow",      "word_advise",     "word_warn",
    "word_hold",       "word_refuse",     "heading_reasons",
    "heading_changes", "outside",         "break_glass",
    "no_rule",         "rule_in_stage",   "rule_adopted",
    "rule_also",       "rule_overridden", "device_is",
    "device_unknown",  "device_conflict", "device_softened",
    "lifted_until",    "lifted_always",   "change_at",
    "change_at_rule",  "change_never",    "change_other_device",
    "change_evidence", "change_shown",    "change_without_exemption",
    "change_account",  "policy_line"};

using Patterns = std::array<std::string_view, kMessages>;

/// Every embedded table, read once; constant afterwards.
const std::map<std::string_view, Patterns>& tables() {
  static const auto all = [] {
    std::map<std::string_view, Patterns> made;
    for (const Embedded& file : embedded()) {
      auto& patterns = made[file.name.substr(0, file.name.find('.'))];
      auto text = file.text;
      while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto tab = line.find('\t');
        const auto at = std::ranges::find(kMessageNames, line.substr(0, tab));
        if (tab == line.npos || at == kMessageNames.end()) continue;
        patterns[static_cast<std::size_t>(at - kMessageNames.begin())] = line.substr(tab + 1);
      }
    }
    return made;
  }();
  return all;
}

}  // namespace

std::string_view name_of(Message m) { return kMessageNames[static_cast<std::size_t>(m)]; }

std::vector<std::string_view> languages() {
  std::vector<std::string_view> names;
  for (const auto& [name, patterns] : tables()) names.push_back(name);
  return names;
}

std::string_view pattern(std::string_view language, Message id) {
  const auto at = tables().find(language);
  return at == tables().end() ? std::string_view() : at->second[static_cast<std::size_t>(id)];
}

namespace {
std::string_view pattern_or_english(std::string_view language, Message id) {
  const auto found = pattern(language, id);
  return found.empty() ? pattern("en", id) : found;
}
}  // namespace

Message word_for(Action a) {
  return static_cast<Message>(static_cast<int>(Message::word_allow) + static_cast<int>(a));
}

std::string render(const Sentence& sentence, std::string_view language) {
  auto rest = pattern_or_english(language, sentence.id);
  std::string out;
  while (!rest.empty()) {
    const auto open = std::min(rest.find('{'), rest.size());
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    const auto close = rest.find('}');
    if (rest.empty() || close == rest.npos) break;
    const auto name = rest.substr(1, close - 1);
    const auto value = std::ranges::find(sentence.values, name, &Value::name);
    if (value != sentence.values.end()) {
      const auto action = value->action ? action_from_name(value->text) : std::nullopt;
      out += action ? std::string(pattern_or_english(language, word_for(*action)))
                    : printable(value->text);
    }
    rest.remove_prefix(close + 1);
  }
  return out;
}

}  // namespace interdict::policy
