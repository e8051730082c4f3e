// Plain lists: one value a line.
//
//   evil.example                a value: its type is guessed (URL, address or block, e-mail, MD5,
//   hxxps://bad[.]example/x     SHA-1, SHA-256, absolute path, else a host name with a dot)
//   process,BackupAgent         its type first, with a comma or a tab behind it: a name of ours
//   file:hashes.md5,0123…       (process, file_name, app_id …) or a STIX property
//   # anything                  a comment
//
// A line that is none of this is an error with its number: a typing mistake must not cost a phone.

#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "indicators/key.hpp"

namespace interdict::indicators {

struct ListLine {
  std::uint64_t number;      // from 1
  std::string_view text;     // the whole line
  std::string_view value;    // as written
  const Key* key = nullptr;  // null: a valid property that is not evaluated
  std::string_view why_not;
};

Status read_plain_list(std::string_view text, const std::function<void(const ListLine&)>& visit);

}  // namespace interdict::indicators
