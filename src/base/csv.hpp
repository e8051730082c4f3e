// Cells of a CSV file (RFC 4180). What a stranger may have written (a phone, a mail client) must be
// safe to open in a spreadsheet; what a program reads again must be exact.

#pragma once

#include <string>
#include <string_view>

namespace interdict {

/// Quoted when it must be; control characters become blanks; a formula gets an apostrophe.
void append_csv_cell(std::string& out, std::string_view text);
std::string csv_cell(std::string_view text);
/// Quoted when it must be, and otherwise byte for byte: formulas stay formulas.
std::string exact_csv_cell(std::string_view text);

/// At most `room` bytes of `text`, cut between characters and then marked with "…".
void append_clipped(std::string& out, std::string_view text, std::size_t room);

}  // namespace interdict
