// Parsing from the left: a fixed word is taken off the text, or it is not there.

#pragma once

#include <string_view>

namespace interdict::logs {

/// Takes `prefix` off the beginning of text.
inline bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

}  // namespace interdict::logs
