#include "policy/fields.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::policy {
namespace {

constexpr std::size_t kMaxLine = 1000;
constexpr std::size_t kMaxId = 128;
constexpr std::int64_t kMinute = 60'000'000;

std::string local_text(LocalTime local) { return iso8601(UtcTime{local.micros}).substr(0, 16); }

}  // namespace

bool valid_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-@+").find(c) != std::string_view::npos;
  };
  return !text.empty() && text.size() <= kMaxId && std::ranges::all_of(text, fits);
}

Fields::Fields(const Node& table, std::string_view what, Problems& problems)
    : table_(table), what_(what), problems_(problems), usable_(table.kind == Node::Kind::table) {
  if (!usable_) {
    problems_.add(table.place,
                  fmt::format("{} must be a table, this is {}", what_, words_for(table.kind)));
  }
}

Fields::~Fields() {
  if (!usable_) return;
  for (const Member& member : table_.members) {
    if (std::ranges::find(asked_, member.name) != asked_.end()) continue;
    problems_.add(member.place, fmt::format("unknown key '{}' in {}{}", shown(member.name), what_,
                                            suggestion(member.name, asked_)));
  }
}

const Node* Fields::ask(std::string_view key, Need need) {
  asked_.push_back(key);
  if (!usable_) return nullptr;
  const auto at = std::ranges::find(table_.members, key, &Member::name);
  if (at != table_.members.end()) return &at->value;
  if (need == required) {
    problems_.add(table_.place, fmt::format("{} without '{}'", what_, key));
  }
  return nullptr;
}

const Node* Fields::any_kind(std::string_view key, Need need) { return ask(key, need); }

const Node* Fields::find(std::string_view key, Node::Kind kind, Need need) {
  const Node* node = ask(key, need);
  if (node == nullptr || node->kind == kind) return node;
  problems_.add(node->place, fmt::format("'{}' must be {}, this is {}", key, words_for(kind),
                                         words_for(node->kind)));
  return nullptr;
}

bool Fields::has(std::string_view key) const {
  return usable_ && std::ranges::find(table_.members, key, &Member::name) != table_.members.end();
}
Place Fields::place_of(std::string_view key) const {
  const auto at = std::ranges::find(table_.members, key, &Member::name);
  return at == table_.members.end() ? table_.place : at->value.place;
}

std::string_view Fields::text(std::string_view key, Need need) {
  const Node* node = find(key, Node::Kind::text, need);
  if (node == nullptr) return {};
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (trimmed(node->text).empty()) {
    problems_.add(node->place, fmt::format("'{}' is empty", key));
  } else if (node->text.size() > kMaxLine || std::ranges::any_of(node->text, control)) {
    problems_.add(node->place,
                  fmt::format("'{}' must be one line of at most {} bytes", key, kMaxLine));
  } else {
    return node->text;
  }
  return {};
}

std::string_view Fields::id(std::string_view key, Need need) {
  const Node* node = find(key, Node::Kind::text, need);
  if (node == nullptr) return {};
  if (valid_id(node->text)) return node->text;
  problems_.add(node->place,
                fmt::format("'{}' is no name: letters, digits and . _ - @ +, at most {}",
                            shown(node->text), kMaxId));
  return {};
}

bool Fields::boolean(std::string_view key, bool otherwise) {
  const Node* node = find(key, Node::Kind::boolean);
  return node == nullptr ? otherwise : node->flag;
}

std::optional<double> Fields::number(std::string_view key) {
  const Node* node = ask(key, optional);
  if (node == nullptr) return std::nullopt;
  if (node->kind == Node::Kind::integer) return static_cast<double>(node->integer);
  if (node->kind == Node::Kind::real && std::isfinite(node->real)) return node->real;
  problems_.add(node->place, fmt::format("'{}' must be a number", key));
  return std::nullopt;
}

std::vector<Item> Fields::texts(std::string_view key, std::size_t most) {
  std::vector<Item> found;
  const Node* node = ask(key, optional);
  if (node == nullptr) return found;
  const auto one = [&](const Node& n) {
    if (n.kind != Node::Kind::text || trimmed(n.text).empty()) {
      problems_.add(n.place,
                    fmt::format("'{}' must list texts, this is {}", key,
                                n.kind == Node::Kind::text ? "an empty one" : words_for(n.kind)));
    } else {
      found.push_back({trimmed(n.text), n.place});
    }
  };
  if (node->kind != Node::Kind::array) {
    one(*node);
  } else if (node->items.size() > most) {
    problems_.add(node->place, fmt::format("'{}' lists more than {}", key, most));
  } else {
    for (const Node& item : node->items) one(item);
  }
  return found;
}

std::span<const Node> Fields::tables(std::string_view key, std::size_t most) {
  const Node* node = find(key, Node::Kind::array);
  if (node == nullptr) return {};
  if (node->items.size() > most) {
    problems_.add(node->place, fmt::format("more than {} of [[{}]]", most, key));
    return {};
  }
  return node->items;
}

std::optional<Action> Fields::action(std::string_view key, Need need) {
  const Node* node = find(key, Node::Kind::text, need);
  if (node == nullptr) return std::nullopt;
  const auto found = action_from_name(node->text);
  if (!found) {
    problems_.add(node->place, fmt::format("no action '{}'{}", shown(node->text),
                                           suggestion(node->text, action_names())));
  }
  return found;
}

ChannelMask Fields::channels(std::string_view key) {
  const auto listed = texts(key, devices::kChannels);
  ChannelMask mask = 0;
  for (const Item& item : listed) {
    if (const auto channel = devices::channel_from_name(item.text)) {
      mask = static_cast<ChannelMask>(mask | mask_of(*channel));
      continue;
    }
    std::array<std::string_view, devices::kChannels> names;
    for (std::size_t i = 0; i < names.size(); ++i) {
      names[i] = name_of(static_cast<devices::Channel>(i));
    }
    problems_.add(item.place,
                  fmt::format("no channel '{}'{}", shown(item.text), suggestion(item.text, names)));
  }
  if (mask == 0 && has(key) && listed.empty()) {
    problems_.add(place_of(key), fmt::format("'{}' lists no channel", key));
  }
  return mask == 0 ? kAllChannels : mask;
}

std::optional<UtcTime> instant_of(const Node& value, const Zone& zone, std::vector<DateNote>& notes,
                                  Problems& problems) {
  if (value.kind != Node::Kind::date && value.kind != Node::Kind::date_time) {
    problems.add(value.place, fmt::format("must be a date such as 2023-07-17, without quotes; this "
                                          "is {}",
                                          words_for(value.kind)));
    return std::nullopt;
  }
  if (!value.representable) {
    problems.add(value.place, "a date outside the years 1970 to 2199");
    return std::nullopt;
  }
  if (value.has_offset) return UtcTime{value.when.micros - value.offset * kMinute};
  const Resolved resolved = zone.to_utc(value.when);
  if (resolved.kind == Resolved::Kind::gap) {
    notes.push_back(
        {value.place, fmt::format("{} does not exist in {}: the clock is put forward "
                                  "over it; taken as the instant of that change, {}",
                                  local_text(value.when), zone.name(), iso8601(resolved.utc))});
  } else if (resolved.kind == Resolved::Kind::fold) {
    notes.push_back(
        {value.place, fmt::format("{} comes twice in {}: the clock is put back over "
                                  "it; taken as the earlier, {}",
                                  local_text(value.when), zone.name(), iso8601(resolved.utc))});
  }
  return resolved.utc;
}

std::optional<UtcTime> Fields::instant(std::string_view key, const Zone& zone,
                                       std::vector<DateNote>& notes, Need need) {
  const Node* node = ask(key, need);
  if (node == nullptr) return std::nullopt;
  return instant_of(*node, zone, notes, problems_);
}

}  // namespace interdict::policy
