// Hostile ActiveSync queries: as text, and the same bytes as a blob behind base64, where nothing
// may come out that is not in them.

#include <cstdlib>

#include "base/bytes.hpp"
#include "base/text.hpp"
#include "devices/activesync.hpp"
#include "devices/claim.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

void look(std::string_view query) {
  Observed seen;
  seen.activesync_query = query;
  seen.user_agent = query;
  const auto claim = identify(seen);
  if (!compatible(claim.position, claim.position)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = std::as_bytes(std::span(data, size));
  const auto text = text_of(bytes);
  if (const auto query = read_sync_query(text)) {
    if (query->device_id.size() > 255 || query->device_type.size() > 255) std::abort();
  }
  look(text);
  const auto coded = base64(bytes);
  const auto query = read_sync_query(coded);
  if (query && query->blob) {
    for (const auto* part : {&query->device_id, &query->device_type, &query->user}) {
      if (text.find(*part) == text.npos) std::abort();
    }
  }
  look(coded);
  return 0;
}
