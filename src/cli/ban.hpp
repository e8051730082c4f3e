// What the commands `interdict ban …` share.

#pragma once

#include <optional>
#include <string>

#include "cli/command.hpp"
#include "policy/policy.hpp"

namespace interdict::cli {

/// A command of the group `ban`.
class BanCommand : public Command {
 public:
  [[nodiscard]] std::string_view group() const final { return "ban"; }
};

/// Reads and compiles a ban. On a failure everything that is wrong has been said, a line each, and
/// the status to end with is kUnusable.
std::optional<policy::Policy> load_policy(Terminal& terminal, const std::string& path);

/// The account of "a.berger" or "a.berger@ministry.example": an address stays as it is, the name of
/// a listed person becomes the first account. Errc::usage for a person without one.
Result<std::string> account_of(const policy::Ban& ban, const std::string& person);
/// The organisation whose clock a person's local times are read by; the first for an outsider.
policy::OrgIndex clock_of(const policy::Policy& policy, const std::string& account);

}  // namespace interdict::cli
