// A command: one file in cli/, registered at its end.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/terminal.hpp"

namespace interdict::cli {

/// Exit statuses (DESIGN: one meaning each, for scripts).
enum Exit : int {
  kClean = 0,          // every core store read, nothing at or above --fail-on
  kFindings = 1,       // such a finding
  kUsage = 2,          // wrong usage
  kUnread = 3,         // no such finding, but a core store was not read
  kUnusable = 4,       // unusable input: not evidence, wrong password, unreadable indicators; or
                       // the output could not be written
  kInterrupted = 130,  // Ctrl-C
};

class Command {
 public:
  Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  virtual ~Command() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// The group it belongs to: "ban" for `interdict ban check`. Empty: the program itself.
  [[nodiscard]] virtual std::string_view group() const { return {}; }
  [[nodiscard]] virtual std::string_view summary() const = 0;
  virtual void declare(Arguments& arguments) = 0;
  /// Returns an Exit. Errors are already told to the terminal.
  virtual int run(Terminal& terminal) = 0;
};

using MakeCommand = std::unique_ptr<Command> (*)();
struct RegisterCommand {
  explicit RegisterCommand(MakeCommand make);
};

/// What --help says of a group of commands, and of their exit statuses. A command may name a group
/// that nobody registers; then it has no summary.
struct RegisterGroup {
  RegisterGroup(std::string_view name, std::string_view summary, std::string_view footer);
};

/// Says "interdict: <what>" and gives the exit status of this error.
int fail(Terminal& terminal, const Error& error);
/// The same for evidence, indicators and outputs: what is wrong with them is never wrong usage.
int fail_unusable(Terminal& terminal, const Error& error);

/// The whole program.
int main(int argc, const char* const* argv);

}  // namespace interdict::cli
