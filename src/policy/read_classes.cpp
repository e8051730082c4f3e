// Device classes of a ban, in an order in which members stand before their unions.

#include <algorithm>
#include <deque>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.hpp"
#include "policy/loader.hpp"

namespace interdict::policy {
namespace {

constexpr std::array<DeviceState, 4> kStates{DeviceState::compromised, DeviceState::managed,
                                             DeviceState::unmanaged, DeviceState::unknown};

/// A level of the lattice by its name, or a problem that names the nearest.
template <class E>
void read_level(Fields& fields, std::string_view key,
                std::optional<E> (*from_name)(std::string_view),
                std::span<const std::string_view> names, E& into, bool& any) {
  const auto written = fields.text(key);
  if (written.empty()) return;
  any = true;
  if (const auto value = from_name(written)) {
    into = *value;
    return;
  }
  fields.problems().add(fields.place_of(key), fmt::format("no {} '{}'{}", key, shown(written),
                                                          suggestion(written, names)));
}

template <class T>
void read_bound(Fields& fields, std::string_view key, std::optional<T> (*parse)(std::string_view),
                T& into, bool& any) {
  const auto written = fields.text(key);
  if (written.empty()) return;
  any = true;
  if (const auto value = parse(written); value && value->known()) {
    into = *value;
    return;
  }
  fields.problems().add(
      fields.place_of(key),
      fmt::format("'{}' is no {}", shown(written),
                  key.starts_with("build") ? "build, such as 20F66" : "version, such as 17.2"));
}

}  // namespace

void Loader::read_ranges(Fields& fields, Class& into) {
  auto& levels = into.levels;
  bool any = false;
  read_bound(fields, "version_from", devices::parse_version, levels.version_from, any);
  read_bound(fields, "version_before", devices::parse_version, levels.version_before, any);
  if (any && levels.os == devices::Os::unknown) {
    fields.problems().add(fields.place(), "a range of versions needs the 'os' that counts them");
  }
  bool builds = false;
  read_bound(fields, "build_from", devices::parse_build, levels.build_from, builds);
  read_bound(fields, "build_before", devices::parse_build, levels.build_before, builds);
  if (builds && levels.os == devices::Os::unknown) {
    fields.problems().add(fields.place(), "a range of builds needs the 'os' that counts them");
  }
  const auto backwards = [](auto from, auto before) {
    return from.known() && before.known() && from >= before;
  };
  if (backwards(levels.version_from, levels.version_before) ||
      backwards(levels.build_from, levels.build_before)) {
    fields.problems().add(fields.place(), "the range ends before it begins");
  }
  into.has_levels = into.has_levels || any || builds;
}

void Loader::read_levels(Fields& fields, Class& into) {
  auto& levels = into.levels;
  using namespace devices;
  read_level<Vendor>(fields, "vendor", vendor_from_name, vendor_names(), levels.vendor,
                     into.has_levels);
  read_level<Family>(fields, "family", family_from_name, family_names(), levels.family,
                     into.has_levels);
  read_level<Line>(fields, "line", line_from_name, line_names(), levels.line, into.has_levels);
  read_level<Os>(fields, "os", os_from_name, os_names(), levels.os, into.has_levels);
  levels.model = fields.text("model");
  into.has_levels = into.has_levels || !levels.model.empty();
  read_ranges(fields, into);
  const auto state = fields.text("state");
  if (state.empty()) return;
  const auto at = std::ranges::find(kStates, state, [](DeviceState s) { return name_of(s); });
  if (at != kStates.end()) {
    into.state = *at;
    return;
  }
  std::array<std::string_view, kStates.size()> names;
  std::ranges::transform(kStates, names.begin(), [](DeviceState s) { return name_of(s); });
  problems_.add(fields.place_of("state"),
                fmt::format("no state '{}'{}", shown(state), suggestion(state, names)));
}

void Loader::read_class(const Node& table) {
  Fields fields(table, "device_class", problems_);
  Class made;
  made.id = fields.id("id", Fields::required);
  made.title = fields.text("title");
  made.place = table.place;
  const auto members = fields.texts("any_of", 1000);
  read_levels(fields, made);
  if (made.id.empty()) return;
  if (fields.has("any_of") && (made.has_levels || made.state != DeviceState::none)) {
    problems_.add(table.place, "a class lists others in 'any_of' or describes devices, not both");
    return;
  }
  if (members.empty() && !made.has_levels && made.state == DeviceState::none) {
    problems_.add(table.place, fmt::format("class '{}' says nothing of its devices (for all of "
                                           "them, use the built-in class 'any')",
                                           made.id));
    return;
  }
  const auto [at, added] =
      class_index_.try_emplace(made.id, static_cast<ClassIndex>(ban_.classes.size()));
  if (!added) {
    problems_.add(table.place, fmt::format("device class '{}' stands twice", made.id));
    return;
  }
  ban_.classes.push_back(std::move(made));
  class_members_.push_back(members);
}

void Loader::read_classes(Fields& root) {
  Class any;
  any.id = "any";
  any.any_device = true;
  class_index_.emplace(any.id, 0);
  ban_.classes.push_back(std::move(any));
  class_members_.emplace_back();
  for (const Node& table : root.tables("device_class", kMaxClasses)) read_class(table);
  sort_classes();
}

/// Members by name, then Kahn's order: what never becomes free stands in a cycle.
void Loader::sort_classes() {
  const auto n = ban_.classes.size();
  std::vector<std::vector<ClassIndex>> users(n);
  std::vector<std::size_t> waits(n, 0);
  std::vector<std::string_view> ids;
  ids.reserve(n);
  for (const Class& c : ban_.classes) ids.push_back(c.id);
  for (ClassIndex c = 0; c < n; ++c) {
    for (const Item& member : class_members_[c]) {
      const auto found = class_index_.find(member.text);
      if (found == class_index_.end()) {
        problems_.add(member.place, fmt::format("no device class '{}'{}", shown(member.text),
                                                suggestion(member.text, ids)));
        continue;
      }
      ban_.classes[c].any_of.push_back(found->second);
      users[found->second].push_back(c);
      ++waits[c];
    }
  }
  std::deque<ClassIndex> free;
  for (ClassIndex c = 0; c < n; ++c) {
    if (waits[c] == 0) free.push_back(c);
  }
  std::vector<ClassIndex> order, new_index(n, kNone);
  while (!free.empty()) {
    const auto c = free.front();
    free.pop_front();
    new_index[c] = static_cast<ClassIndex>(order.size());
    order.push_back(c);
    for (const auto user : users[c]) {
      if (--waits[user] == 0) free.push_back(user);
    }
  }
  for (ClassIndex c = 0; c < n; ++c) {
    if (waits[c] == 0) continue;
    problems_.add(ban_.classes[c].place,
                  fmt::format("device class '{}' is a member of itself", ban_.classes[c].id));
    return;
  }
  std::vector<Class> sorted;
  for (const auto c : order) {
    sorted.push_back(std::move(ban_.classes[c]));
    auto& members = sorted.back().any_of;
    for (auto& member : members) member = new_index[member];
    std::ranges::sort(members);
  }
  ban_.classes = std::move(sorted);
  for (auto& [id, index] : class_index_) index = new_index[index];
}

std::optional<ClassIndex> Loader::device_class(Fields& fields, std::string_view key,
                                               Fields::Need need) {
  const auto listed = fields.texts(key, 1000);
  if (listed.empty()) {
    if (need == Fields::required && !fields.has(key)) {
      problems_.add(fields.place(), fmt::format("{} without '{}'", fields.what(), key));
    } else if (fields.has(key)) {
      problems_.add(fields.place_of(key), fmt::format("'{}' lists no device class", key));
    }
    return std::nullopt;
  }
  std::vector<ClassIndex> members;
  for (const Item& item : listed) {
    const auto found = class_index_.find(item.text);
    if (found != class_index_.end()) {
      members.push_back(found->second);
      continue;
    }
    std::vector<std::string_view> ids;
    ids.reserve(class_index_.size());
    for (const auto& [id, index] : class_index_) ids.push_back(id);
    problems_.add(item.place, fmt::format("no device class '{}'{}", shown(item.text),
                                          suggestion(item.text, ids)));
  }
  if (members.size() != listed.size()) return std::nullopt;
  std::ranges::sort(members);
  const auto [first, last] = std::ranges::unique(members);
  members.erase(first, last);
  if (members.size() == 1) return members.front();
  // '|' may stand in no id of the file, so a made class meets no written one.
  std::vector<std::string_view> ids;
  ids.reserve(members.size());
  for (const auto member : members) ids.emplace_back(ban_.classes[member].id);
  std::ranges::sort(ids);
  auto id = fmt::format("{}", fmt::join(ids, "|"));
  const auto [at, added] =
      class_index_.try_emplace(id, static_cast<ClassIndex>(ban_.classes.size()));
  if (added) {
    Class made;
    made.id = std::move(id);
    made.any_of = std::move(members);
    made.made = true;
    made.place = fields.place_of(key);
    ban_.classes.push_back(std::move(made));
  }
  return at->second;
}

}  // namespace interdict::policy
