// Hostile IMAP ID lists, in both spellings.

#include <cstdlib>

#include "base/bytes.hpp"
#include "devices/claim.hpp"
#include "devices/imap_id.hpp"

using namespace interdict;
using namespace interdict::devices;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(std::as_bytes(std::span(data, size)));
  auto id = ImapId::parse(text);
  if (id) {
    const ImapId moved = std::move(*id);
    if (moved.pairs().size() > ImapId::kMaxPairs) std::abort();
    for (const auto& pair : moved.pairs()) {
      if (pair.key.size() > ImapId::kMaxKey || pair.value.size() > ImapId::kMaxValue) std::abort();
      if (pair.nil && !pair.value.empty()) std::abort();
      (void)moved.value(pair.key);
    }
  }
  Observed seen;
  seen.imap_id = text;
  const auto claim = identify(seen);
  if (!id && !text.empty() && claim.contradictions.empty()) std::abort();
  if (!compatible(claim.position, claim.position)) std::abort();
  return 0;
}
