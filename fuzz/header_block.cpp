// A hostile message, read for its top headers and identified; the first byte says which hop, and
// the fields that were read are written down and read again.

#include <cstdlib>
#include <string>

#include "base/bytes.hpp"
#include "devices/claim.hpp"
#include "devices/headers.hpp"

using namespace interdict;
using namespace interdict::devices;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto text = text_of(std::as_bytes(std::span(data + 1, size - 1)));
  std::vector<Field> fields, again;
  const auto status = read_headers(text, fields);
  std::string written;
  for (const auto& field : fields) {
    if (field.name.empty() || field.name.find(':') != field.name.npos) std::abort();
    written.append(field.name).append(": ").append(field.value).append("\n");
    (void)parameter(field.value, "boundary");
    (void)address_host(field.value);
  }
  if (status && !fields.empty()) {
    if (!read_headers(written, again) || again.size() != fields.size()) std::abort();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (again[i].name != fields[i].name || again[i].value != fields[i].value) std::abort();
    }
  }
  Observed seen;
  seen.headers = fields;
  seen.first_hop = (data[0] & 1) != 0;
  if ((data[0] & 2) != 0) seen.ehlo = "smtpclient.apple";
  const auto claim = identify(seen);
  if (!compatible(claim.position, claim.position)) std::abort();
  (void)described(claim.position);
  return 0;
}
