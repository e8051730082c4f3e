// Unicode and punycode spellings of a host become one: lower-case A-labels.
//
// Source  UTS 46, non-transitional, as browsers and libidn2 do it.

#pragma once

#include "formats/url.hpp"

namespace interdict::indicators {

/// Host names become A-labels; a name that UTS 46 refuses stays as it is and is compared byte by
/// byte. What turns out to be an address ("１.2.3.4") becomes one. False: no host after all.
/// Costs nothing for ASCII.
bool make_comparable(url::Host& host);

}  // namespace interdict::indicators
