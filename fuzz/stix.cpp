// Bundles of strangers, read in one window and in tiny ones: what is read must not depend on them.

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/bytes.hpp"
#include "formats/stix.hpp"

using namespace interdict;

namespace {

struct Outcome {
  bool whole;
  std::string seen;
};

Outcome read(std::string_view text, std::size_t window) {
  Outcome out{};
  const auto pull = [&](std::span<char> into) -> Result<std::size_t> {
    const auto n = std::min(text.size(), into.size());
    std::memcpy(into.data(), text.data(), n);
    text.remove_prefix(n);
    return n;
  };
  const auto visit = [&](const stix::Object& object) -> Status {
    for (const auto part : {object.type, object.id, object.name, object.pattern,
                            object.pattern_type, object.source_ref, object.target_ref}) {
      out.seen.append(part).push_back('\n');
    }
    for (const auto ref : object.object_refs) out.seen.append(ref).push_back('+');
    out.seen.push_back(object.revoked ? '!' : '.');
    return ok();
  };
  out.whole = stix::BundleReader(window).read(pull, visit).has_value();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = text_of(std::as_bytes(std::span(data, size)));
  const auto large = read(text, 1 << 20);
  const auto small = read(text, 48);
  // An error may be met earlier or later, but it must be met.
  if (large.whole != small.whole || (large.whole && large.seen != small.seen)) std::abort();
  return 0;
}
