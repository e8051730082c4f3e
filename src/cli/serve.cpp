// interdict serve --config FILE: becomes the daemon, a program of its own beside this one.

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"

namespace interdict::cli {
namespace {

constexpr std::string_view kDaemon = "interdictd";

class Serve final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "serve"; }
  [[nodiscard]] std::string_view summary() const override {
    return "run the gate: the ban on real mail servers (docs/gate.md)";
  }
  void declare(Arguments& a) override {
    a.option("-c,--config", config_, "like examples/gate/interdict.toml", "FILE");
  }

  int run(Terminal& terminal) override {
    if (config_.empty()) return fail(terminal, Error{Errc::usage, "serve needs --config FILE"});
    // The one that was built or installed with this program, else one on the PATH.
    std::error_code none;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", none);
    const auto beside = self.parent_path() / kDaemon;
    const bool there = !none && ::access(beside.c_str(), X_OK) == 0;
    const std::string program = there ? beside.string() : std::string(kDaemon);
    ::execlp(program.c_str(), program.c_str(), config_.c_str(), nullptr);
    return fail_unusable(
        terminal, Error{Errc::io, fmt::format("{}: {}", printable(program), std::strerror(errno))});
  }

 private:
  std::string config_;
};

const RegisterCommand kServeCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Serve>(); }};

}  // namespace
}  // namespace interdict::cli
