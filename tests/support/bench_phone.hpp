// Phones for measuring: many rows, or many bytes.

#pragma once

#include <cstdint>
#include <filesystem>

#include "phone.hpp"

namespace interdict::test {

struct Rows {
  std::uint64_t manifest = 0;
  std::uint64_t messages =
      0;                     // a third with a link; every second text lies in attributedBody alone
  std::uint64_t visits = 0;  // one in a hundred is an http visit redirected within half a second
  bool stored = false;       // write a small file for every row of the manifest; else none exists
};

/// Manifest.db, sms.db and History.db with so many rows. `spec.files` is not looked at.
void write_rows_phone(const BackupSpec& spec, const Rows& rows,
                      const std::filesystem::path& folder);

struct Padding {
  std::uint64_t files = 0, size = 0;  // so many files of so many bytes each
  std::uint64_t big = 0;              // one more file of this size; 0: none
};

void write_padded_phone(const BackupSpec& spec, const Padding& padding,
                        const std::filesystem::path& folder);

}  // namespace interdict::test
