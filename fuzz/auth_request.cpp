// The fields of a reverse proxy's question, one a line.
#include "gate/auth_request.hpp"
#include "base/bytes.hpp"
#include "gate/testing.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace interdict;
  auto rest = text_of(std::as_bytes(std::span(data, size)));
  std::vector<devices::Field> fields;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const auto colon = std::min(line.find(':'), line.size());
    fields.push_back({line.substr(0, colon), line.substr(std::min(line.size(), colon + 1))});
  }
  gate::testing::ScriptedJudge judge;
  static_cast<void>(gate::auth_request::ask(fields, {.user_field = "X-Remote-User"}, judge));
  return 0;
}
