// Bodies of Dovecot's auth policy requests.
#include "gate/dovecot_policy.hpp"
#include "base/bytes.hpp"
#include "gate/testing.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace interdict;
  gate::testing::ScriptedJudge judge;
  const auto body = text_of(std::as_bytes(std::span(data, size)));
  static_cast<void>(gate::dovecot::answer("report", body, judge));
  static_cast<void>(gate::dovecot::answer("allow", body, judge));
  return 0;
}
