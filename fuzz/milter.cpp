// A mail server's side of the milter protocol, as hostile as it comes. Cut anywhere, the replies
// are the same.
#include "base/bytes.hpp"
#include "gate/milter_session.hpp"
#include "gate/testing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace interdict;
  const auto bytes = text_of(std::as_bytes(std::span(data, size)));
  gate::testing::ScriptedJudge judge;
  std::string whole, pieces;
  gate::milter::Session first(judge), second(judge);
  const auto greeting = gate::testing::postfix_offer();
  if (!first.receive(greeting, whole) || !second.receive(greeting, pieces)) std::abort();
  const auto once = first.receive(bytes, whole);
  const auto cut = size / 2;
  auto twice = second.receive(bytes.substr(0, cut), pieces);
  if (twice && *twice) twice = second.receive(bytes.substr(cut), pieces);
  if (once.has_value() != twice.has_value() || whole != pieces) std::abort();
  return 0;
}
