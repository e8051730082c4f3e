// The comparable form of a value: two spellings of one thing have one key.
//
// domain     lower-case A-labels, no trailing dot; one label alone names that host, not what is
// below ip         the 16 bytes of the address and the length of its prefix in bits (IPv4: 96 + n)
// url        scheme://host[:port]/rest, scheme and host lower-case, no default port, no user-info;
//            "//host/rest" when its author gave no scheme
// file_path  evidence::canonical_path
// process, file_name   as they are
// all others ASCII letters in lower case

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "formats/url.hpp"
#include "indicators/indicators.hpp"

namespace interdict::indicators {

struct Key {
  Type type;  // may differ from the one asked for: an address given as a domain is an ip
  std::string text;
  bool relative = false;  // a file path without its leading slash: may be the end of a path
};

/// Fills `out` (its text's memory is used again). Errc::malformed says why the value cannot be one
/// of its type.
Status make_key(Type type, std::string_view value, Key& out);

/// The key of a block of addresses, prefix in bits of the 128.
void append_ip_key(std::string& out, const url::Address& address, unsigned prefix);
inline constexpr std::size_t kIpKey = 17;

/// scheme and host of `parts` must be comparable already.
void append_url_key(std::string& out, const url::Parts& parts);

/// A value of a plain list: its type is guessed, defanged spellings (hxxp, [.]) are mended.
Status guess_key(std::string_view value, Key& out);

/// "domain", "sha256" … as name_of() prints them.
bool parse_type(std::string_view name, Type& out);

}  // namespace interdict::indicators
