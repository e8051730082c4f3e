// Requests of Postfix's policy delegation.
#include "gate/policy_delegation.hpp"
#include "base/bytes.hpp"
#include "gate/testing.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace interdict;
  const auto bytes = text_of(std::as_bytes(std::span(data, size)));
  gate::testing::ScriptedJudge judge;
  gate::policy_delegation::Session session(judge);
  std::string out;
  static_cast<void>(session.receive(bytes, out));
  return 0;
}
