// The only file that includes CLI11; also the program's own main: which command, with which
// options.

#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace interdict::cli {

struct Arguments::Impl {
  CLI::App* app;
};

void Arguments::positional(const std::string& name, std::string& into, const std::string& help,
                           bool required) {
  impl_.app->add_option(name, into, help)->type_name("")->required(required);
}
void Arguments::positionals(const std::string& name, std::vector<std::string>& into,
                            const std::string& help) {
  impl_.app->add_option(name, into, help)->type_name("")->required()->expected(1, -1);
}
void Arguments::option(const std::string& names, std::string& into, const std::string& help,
                       const std::string& value_name) {
  impl_.app->add_option(names, into, help)->type_name(value_name);
}
void Arguments::options(const std::string& names, std::vector<std::string>& into,
                        const std::string& help, const std::string& value_name) {
  // One value each time it is given, so that it can stand before the positional path.
  impl_.app->add_option(names, into, help)->type_name(value_name)->expected(1)->take_all();
}
void Arguments::number(const std::string& names, unsigned& into, const std::string& help) {
  impl_.app->add_option(names, into, help)->type_name("N")->capture_default_str();
}
void Arguments::flag(const std::string& names, bool& into, const std::string& help) {
  impl_.app->add_flag(names, into, help);
}
void Arguments::footer(const std::string& text) { impl_.app->footer(text); }

namespace {

struct Group {
  std::string_view name, summary, footer;
};
std::vector<Group>& groups() {
  static std::vector<Group> all;
  return all;
}

std::vector<MakeCommand>& makers() {
  static std::vector<MakeCommand> all;
  return all;
}

constexpr std::string_view kAbout =
    "Interdict examines phones for monitoring software and says what was not seen.";
constexpr std::string_view kExits =
    "Exit status: 0 every core store read, no finding at or above --fail-on; 1 such a finding;\n"
    "2 wrong usage; 3 no such finding, but a core store was not read; 4 unusable input; 130 "
    "Ctrl-C.";

}  // namespace

RegisterCommand::RegisterCommand(MakeCommand make) { makers().push_back(make); }
RegisterGroup::RegisterGroup(std::string_view name, std::string_view summary,
                             std::string_view footer) {
  groups().push_back({name, summary, footer});
}

namespace {

/// The app that the commands of a group hang on, made when the first of them comes.
CLI::App& group_app(CLI::App& root, std::string_view name) {
  if (name.empty()) return root;
  const std::string wanted(name);
  const auto made_before =
      root.get_subcommands([&](const CLI::App* one) { return one->get_name() == wanted; });
  if (!made_before.empty()) return *made_before.front();
  const auto at = std::ranges::find(groups(), name, &Group::name);
  const bool known = at != groups().end();
  auto* made = root.add_subcommand(wanted, std::string(known ? at->summary : ""));
  made->require_subcommand(1);
  if (known) made->footer(std::string(at->footer));
  return *made;
}

}  // namespace

int fail(Terminal& terminal, const Error& error) {
  terminal.say(fmt::format("interdict: {}", printable(error.what())));
  switch (error.code()) {
    case Errc::usage:
      return kUsage;
    case Errc::interrupted:
      return kInterrupted;
    default:
      return kUnusable;
  }
}

int fail_unusable(Terminal& terminal, const Error& error) {
  const int status = fail(terminal, error);
  return status == kUsage ? kUnusable : status;
}

int main(int argc, const char* const* argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of flush(), not a death
  CLI::App app{std::string(kAbout), "interdict"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "interdict " INTERDICT_VERSION);
  app.footer(std::string(kExits));

  std::vector<std::unique_ptr<Command>> commands;
  for (const auto make : makers()) commands.push_back(make());
  std::ranges::sort(commands, {}, [](const auto& c) { return std::pair(c->group(), c->name()); });
  std::vector<const CLI::App*> apps;
  for (const auto& command : commands) {
    auto* sub = group_app(app, command->group())
                    .add_subcommand(std::string(command->name()), std::string(command->summary()));
    apps.push_back(sub);
    Arguments::Impl impl{sub};
    Arguments arguments(impl);
    command->declare(arguments);
  }
  Terminal terminal;
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);  // prints help, version or what is wrong
    return status == 0 ? kClean : kUsage;
  }
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!apps[i]->parsed()) continue;
    const int status = commands[i]->run(terminal);
    terminal.clear_progress();
    if (terminal.flush()) return status;
    terminal.say("interdict: standard output: cannot be written");
    return kUnusable;
  }
  return kUsage;
}

}  // namespace interdict::cli
