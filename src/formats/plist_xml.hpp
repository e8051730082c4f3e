// The XML form of property lists, transcoded into the binary form.
//
// Everything above this room knows one cursor, the one of plist.hpp; so an XML list is read once,
// from left to right, and written as the binary list that holds the same values.
//
// Format  PropertyList-1.0.dtd: plist, dict, key, array, string, integer, real, true, false, date,
//         data. Integers may be hexadecimal, data is base64 with blanks anywhere, and a dict whose
//         one member is an integer CF$UID is a UID (as plutil writes keyed archives).
// Bounds  depth, objects; one pass and memory in proportion to the input. No entity is declared or
//         loaded: a list that declares one is refused before it could expand.
// Errors  malformed and truncated, with the line; limit; unsupported for an unknown encoding.

#pragma once

#include <cstdint>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace interdict::plist {

inline constexpr std::size_t kMaxXmlDepth = 256;
inline constexpr std::uint32_t kMaxXmlObjects = 8'000'000;

/// The binary list, with offsets and references of four bytes. xml: at most kMaxBytes.
Result<Bytes> binary_from_xml(ByteView xml);

}  // namespace interdict::plist
