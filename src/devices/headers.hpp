// The top header fields of a message, as text: what stands before the first empty line.
//
// The body is never looked at, nor the headers of a message inside a message. Format: RFC 5322,
// read leniently where real files are: LF or CRLF, an mbox "From " line or blank lines before the
// first field.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "devices/observed.hpp"

namespace interdict::devices {

inline constexpr std::size_t kMaxHeaderBytes = 256 * std::size_t{1024};
inline constexpr std::size_t kMaxHeaderFields = 1000;

/// Fills `into` with views into `text`; values keep their folds and lose the blanks at both ends.
/// The block ends at an empty line, at a line that is no field, or with the text. Errors:
/// not_found (no field at all), limit (more bytes or fields than above: `into` holds those before).
Status read_headers(std::string_view text, std::vector<Field>& into);

/// The value of a parameter: boundary of `multipart/mixed;\n boundary=Apple-Mail-1`. Without its
/// quotes; `quoted` says whether it had them. Empty when it is absent.
struct Parameter {
  std::string_view value;
  bool quoted = false;
  bool folded = false;  // stands on a continuation line
};
Parameter parameter(std::string_view field_value, std::string_view name);

/// The host of the first address: "example.org" of `Alice <alice@example.org>`. Empty: none.
std::string_view address_host(std::string_view field_value);

}  // namespace interdict::devices
