// typedstream: the NeXT-era archive in which Messages stores a message's attributed text.
//
// Gives   the plain text of the first NSString / NSMutableString of an archived
//         NSAttributedString (sms.db message.attributedBody).
// Format  "\x04\x0bstreamtyped", a system version, then typed groups; integers of one byte, or 0x81
//         + 2 or 0x82 + 4 bytes little-endian (or big-endian after "typedstream"); a string object
//         holds "+" and a length-prefixed UTF-8 text. Class names are shared by reference labels.
// Bounds  no recursion on input depth; every length is checked against the bytes that are left.

#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace interdict::typedstream {

/// The message text as UTF-8 (repaired where ill-formed). Errc::not_found if it holds no string.
Result<std::string> text(ByteView archive);

}  // namespace interdict::typedstream
