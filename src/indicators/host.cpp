#include "indicators/host.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include <idn2.h>

namespace interdict::indicators {

bool make_comparable(url::Host& host) {
  if (!host.has_unicode()) return true;
  std::array<char, url::Host::kMaxUnicode + 2> name{};  // ends with a zero, as libidn2 wants
  std::copy(host.text().begin(), host.text().end(), name.begin());
  char* ascii = nullptr;
  const int status = idn2_to_ascii_8z(name.data(), &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, void (*)(void*)> owner(ascii, idn2_free);
  if (status != IDN2_OK || ascii == nullptr) return true;
  return url::parse_host(ascii, host);
}

}  // namespace interdict::indicators
