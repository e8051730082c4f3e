// A detection's header and the search for tables in its SQL: any text is parsed or refused.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/bytes.hpp"
#include "rules/detections.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace interdict;
  const std::string_view text = text_of(std::as_bytes(std::span(data, size)));
  const auto detection = rules::parse_detection({"a_thing.sql", text});
  if (!detection) return 0;
  // What was accepted keeps the contract.
  if (detection->id.empty() || detection->title.empty() || detection->sql.empty()) std::abort();
  return 0;
}
