// Where a row lies, so that a stranger can find it again.

#pragma once

#include <cstdint>
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
  std::string key_path;  // "netUsageBaseline/BackupAgent", else empty

  auto operator<=>(const Locator&) const = default;

  /// One line of text that parse() reads back: how SQL carries a citation (column _cite).
  [[nodiscard]] std::string to_text() const;
  static std::optional<Locator> parse(std::string_view text);
};

}  // namespace interdict
