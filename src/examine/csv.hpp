// Cells of a CSV file (RFC 4180), safe to open in a spreadsheet.

#pragma once

#include <string>
#include <string_view>

namespace interdict::examine {

/// Quoted when it must be; control characters become blanks; a formula gets an apostrophe.
void append_csv_cell(std::string& out, std::string_view text);

/// At most `room` bytes of `text`, cut between characters and then marked with "…".
void append_clipped(std::string& out, std::string_view text, std::size_t room);

}  // namespace interdict::examine
