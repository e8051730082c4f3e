// Patterns of strangers: parsed, compiled to literals, never more than their bounds.

#include <cstdlib>

#include "base/bytes.hpp"
#include "formats/stix_pattern.hpp"
#include "indicators/compile.hpp"

using namespace interdict;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(std::as_bytes(std::span(data, size)));
  const auto pattern = stix::parse_pattern(text);
  if (const auto simple = stix::simple_pattern(text)) {
    // What the short way takes, the grammar takes too unless the path is wrong; then with one test.
    if (pattern && (pattern->tests.size() != 1 ||
                    pattern->tests.front().constants.front().text != simple->value)) {
      std::abort();
    }
  }
  const auto compiled = indicators::compile(text);
  if (!pattern && !compiled.terms.empty()) std::abort();
  for (const auto& term : compiled.terms) {
    if (term.empty()) std::abort();
  }
  return 0;
}
