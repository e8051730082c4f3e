// The ban file as a whole, and the parts of it that belong to nobody.

#include <algorithm>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "policy/loader.hpp"

namespace interdict::policy {

void Loader::read(const Node& root_table) {
  Fields root(root_table, "the ban", problems_);
  read_header(root);
  read_organisations(root);
  read_classes(root);
  read_people(root);
  read_rules(root);
  read_exemptions(root);
  read_settings(root);
  read_break_glass(root);
  read_cases(root);
  if (ban_.people.texts.full()) problems_.add({}, "names and addresses fill more than 4 GiB");
}

void Loader::read_header(Fields& root) {
  const Node* schema = root.find("schema", Node::Kind::integer, Fields::required);
  if (schema != nullptr && schema->integer != 1) {
    problems_.add(schema->place,
                  fmt::format("schema {}: this program reads schema 1", schema->integer));
  }
  ban_.id = root.id("id", Fields::required);
  ban_.title = root.text("title");
  for (const Item& role : root.texts("roles")) {
    if (!valid_id(role.text)) {
      problems_.add(role.place, fmt::format("'{}' is no name", shown(role.text)));
      continue;
    }
    ban_.people.attribute("role", role.text);
  }
  for (const Item& role : root.texts("administrator_roles")) {
    const auto a = ban_.people.find_attribute("role", role.text);
    if (a) {
      ban_.administrators.push_back(*a);
    } else {
      problems_.add(role.place, fmt::format("no role '{}' in 'roles'", shown(role.text)));
    }
  }
}

void Loader::read_effect(Fields& root, std::string_view key, Effect& effect) {
  const Node* table = root.find(key, Node::Kind::table);
  if (table == nullptr) return;
  Fields fields(*table, key, problems_);
  for (std::size_t i = 1; i < kActions; ++i) {
    const auto stage = name_of(static_cast<Action>(i));
    if (const auto action = fields.action(stage)) effect[i] = *action;
  }
  for (std::size_t i = 2; i < kActions; ++i) {
    if (effect[i] >= effect[i - 1]) continue;
    problems_.add(table->place,
                  fmt::format("[{}]: {} in the stage '{}' is laxer than {} in the stage '{}'", key,
                              name_of(effect[i]), name_of(static_cast<Action>(i)),
                              name_of(effect[i - 1]), name_of(static_cast<Action>(i - 1))));
  }
}

void Loader::read_settings(Fields& root) {
  read_effect(root, "unknown", ban_.on_unknown);
  read_effect(root, "conflict", ban_.on_conflict);
  if (const Node* table = root.find("purpose", Node::Kind::table)) {
    Fields purposes(*table, "purpose", problems_);
    if (const Node* work = purposes.find("work", Node::Kind::table)) {
      Fields fields(*work, "purpose.work", problems_);
      for (const Item& account : fields.texts("private_accounts")) {
        ban_.private_accounts.push_back(ban_.people.texts.add(account_key(account.text)));
        if (ban_.people.by_account.find(ban_.people.texts, account_key(account.text))) {
          problems_.add(account.place, fmt::format("'{}' is an account of a person, so it is not "
                                                   "private",
                                                   shown(account.text)));
        }
      }
    }
  }
  const Node* table = root.find("thresholds", Node::Kind::table);
  if (table == nullptr) return;
  Fields fields(*table, "thresholds", problems_);
  auto& odds = ban_.thresholds.odds;
  const auto read = [&](std::string_view key, float& into) {
    const auto value = fields.number(key);
    if (!value) return;
    if (*value < 0 || *value > 10) {
      problems_.add(fields.place_of(key),
                    fmt::format("'{}' must be log10 odds between 0 and 10", key));
      return;
    }
    into = static_cast<float>(*value);
  };
  for (std::size_t i = 1; i < kActions; ++i) read(name_of(static_cast<Action>(i)), odds[i]);
  read("other_class", ban_.thresholds.other_class);
  if (!std::ranges::is_sorted(odds)) {
    problems_.add(table->place, "a stricter action must not need lower odds than a laxer one");
  }
  if (const auto from = fields.text("session_evidence_from"); from == "never") {
    ban_.thresholds.session_evidence_from = Action::allow;
  } else if (!from.empty()) {
    const auto action = action_from_name(from);
    if (action && *action >= Action::warn) {
      ban_.thresholds.session_evidence_from = *action;
    } else {
      problems_.add(fields.place_of("session_evidence_from"),
                    "'session_evidence_from' must be warn, hold, refuse or never");
    }
  }
}

void Loader::read_break_glass(Fields& root) {
  for (const Node& table : root.tables("break_glass", 1000)) {
    Fields fields(table, "break_glass", problems_);
    const auto account = account_key(fields.text("account", Fields::required));
    BreakGlass glass;
    glass.owner = fields.text("owner", Fields::required);
    glass.reason = fields.text("reason", Fields::required);
    glass.place = table.place;
    if (account.empty()) continue;
    glass.account = ban_.people.texts.add(account);
    const auto same = [&](const BreakGlass& g) { return ban_.text(g.account) == account; };
    if (std::ranges::any_of(ban_.break_glass, same)) {
      problems_.add(table.place,
                    fmt::format("break-glass account '{}' stands twice", shown(account)));
      continue;
    }
    ban_.break_glass.push_back(std::move(glass));
  }
  std::ranges::sort(ban_.break_glass, {},
                    [&](const BreakGlass& g) { return ban_.text(g.account); });
}

void Loader::read_cases(Fields& root) {
  for (const Node& table : root.tables("case", 100'000)) read_case(table, ban_, problems_);
}

std::unique_ptr<RandomAccess> Loader::open_beside(Fields& root, std::string_view key,
                                                  std::string& name) {
  const auto written = root.text(key);
  if (written.empty()) return nullptr;
  name = written;
  const std::filesystem::path relative(name);
  const auto place = root.place_of(key);
  const bool climbs = std::ranges::find(relative, std::filesystem::path("..")) != relative.end();
  if (folder_.empty() || relative.is_absolute() || climbs) {
    problems_.add(place, fmt::format("'{}' must name a file beside the ban", key));
    return nullptr;
  }
  auto file = open_file(folder_ / relative);
  if (file) return std::move(*file);
  problems_.add(place, printable(file.error().what()));
  return nullptr;
}

Result<Ban> read_ban_text(std::string_view text, const std::filesystem::path& folder,
                          Problems& problems) {
  Ban ban;
  ban.file = problems.file();
  const Node root = read_toml(text, problems);
  if (!problems.any()) Loader(ban, folder, problems).read(root);
  if (!problems.any()) return ban;
  const auto list = problems.sorted();
  auto what = to_string(list.front());
  if (problems.count() > 1) what += fmt::format(" (and {} more)", problems.count() - 1);
  return Error{Errc::malformed, std::move(what)};
}

Result<Ban> read_ban(const std::filesystem::path& path, Problems& problems) {
  if (problems.file().empty()) problems = Problems(path.string());
  const auto bytes = TRY(read_file(path, kMaxTomlBytes));
  auto folder = path.parent_path();
  return read_ban_text(text_of(bytes), folder.empty() ? "." : folder, problems);
}

}  // namespace interdict::policy
