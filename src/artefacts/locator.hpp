// Where a row lies, so that a stranger can find it again.

#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace interdict {

/// artefact + file + one of: (table, rowid) of a database, or a key path of a property list.
struct Locator {
  std::string artefact;  // "ios/sms"
  std::string file;      // device path
  std::string table;     // database table, else empty
  std::int64_t rowid = 0;
  std::string key_path;  // "netUsageBaseline/BackupAgent", else empty; see key_path()

  auto operator<=>(const Locator&) const = default;

  /// One line of text that parse() reads back: how SQL carries a citation (column _cite).
  /// "ios/sms|/private/var/mobile/Library/SMS/sms.db|message|3|": the five parts in order, with
  /// \p for a bar, \\ for a backslash, \n, \r and \0 for those characters.
  [[nodiscard]] std::string to_text() const;
  static std::optional<Locator> parse(std::string_view text);
};

/// Joins keys and array indexes. A key that holds "/" or "~" is written as in a JSON pointer
/// (RFC 6901: ~1 and ~0), so that a path names one place only.
std::string key_path(std::initializer_list<std::string_view> keys);

}  // namespace interdict
