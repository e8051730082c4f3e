// interdict ban …: the group itself, and what its commands share.

#include "cli/ban.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::cli {
namespace {

const RegisterGroup kBanGroup{
    "ban", "read, check, explain and compare device bans",
    "A ban is a TOML file (docs/ban-file.md; example: examples/bans/apple-at-work.toml).\n"
    "Exit status: 0 done, nothing to object to; 1 findings, failed cases or differences;\n"
    "2 wrong usage; 4 unusable input or output."};

}  // namespace

std::optional<policy::Policy> load_policy(Terminal& terminal, const std::string& path) {
  policy::Problems problems(path);
  auto ban = policy::read_ban(path, problems);
  if (!ban) {
    if (!problems.any()) {
      fail_unusable(terminal, ban.error());
      return std::nullopt;
    }
    const auto list = problems.sorted();
    for (const auto& problem : list) terminal.say(to_string(problem));
    if (problems.count() > list.size()) {
      terminal.say(fmt::format("and {} more", problems.count() - list.size()));
    }
    terminal.say(fmt::format("interdict: {}: not used, {} problem{}", printable(path),
                             problems.count(), problems.count() == 1 ? "" : "s"));
    return std::nullopt;
  }
  auto compiled = policy::Policy::compile(std::move(*ban));
  if (!compiled) {
    fail_unusable(terminal, std::move(compiled.error()).within(path));
    return std::nullopt;
  }
  return std::move(*compiled);
}

Result<std::string> account_of(const policy::Ban& ban, const std::string& person) {
  if (person.find('@') != person.npos) return person;
  const auto& people = ban.people;
  if (people.by_account.find(people.texts, policy::account_key(person))) return person;
  const auto listed = people.by_id.find(people.texts, person);
  if (!listed) return person;
  const auto accounts = people.accounts_of(*listed);
  if (accounts.empty()) {
    return Error{Errc::usage, fmt::format("'{}' has no account in this ban", person)};
  }
  return std::string(ban.text(accounts.front()));
}

policy::OrgIndex clock_of(const policy::Policy& policy, const std::string& account) {
  const auto who = policy.intern(account);
  return who.outside() ? 0 : policy.organisation_of(who);
}

}  // namespace interdict::cli
