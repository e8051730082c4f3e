// interdictd CONFIG: the daemon. `interdict serve --config CONFIG` starts it.

#include <string_view>

#include <fmt/format.h>

#include "daemon/daemon.hpp"

int main(int argc, char** argv) {
  using namespace interdict;
  constexpr int kUsage = 2, kUnusable = 4;
  if (argc != 2 || std::string_view(argv[1]).starts_with('-')) {
    fmt::print(stderr, "usage: interdictd CONFIG (a file like examples/gate/interdict.toml)\n");
    return kUsage;
  }
  policy::Problems problems(argv[1]);
  const auto config = daemon::read_config(argv[1], problems);
  if (!config) {
    for (const auto& problem : problems.sorted()) daemon::say(to_string(problem));
    if (!problems.any()) daemon::say(config.error().what());
    return kUnusable;
  }
  if (const auto ran = daemon::run(*config); !ran) {
    daemon::say(ran.error().what());
    return kUnusable;
  }
  return 0;
}
