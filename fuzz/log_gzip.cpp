// Hostile gzip streams, read in pieces of two sizes: both give the same text and the same end.

#include <cstdlib>
#include <string>

#include "base/bytes.hpp"
#include "logs/input.hpp"

using namespace interdict;

namespace {

struct Read {
  std::string text;
  bool failed = false;
};
Read all(std::string_view bytes, std::size_t piece) {
  Read out;
  auto input = logs::Input::of(std::string(bytes));
  std::string buffer(piece, '\0');
  while (out.text.size() < (4 << 20)) {
    auto n = input.read(buffer);
    if (!n) {
      out.failed = true;
      break;
    }
    if (*n == 0) break;
    out.text.append(buffer, 0, *n);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = text_of(std::as_bytes(std::span(data, size)));
  const auto a = all(bytes, 1 << 20), b = all(bytes, 777);
  if (a.text.size() < (4 << 20) && (a.text != b.text || a.failed != b.failed)) std::abort();
  return 0;
}
