// What a person reads on the terminal after an examination.

#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "cli/terminal.hpp"
#include "examine/report.hpp"

namespace interdict::cli {

/// rows: how many rows of each finding are shown (the count is always told).
std::string summary(const Terminal& terminal, const examine::Report& report, std::size_t rows);

}  // namespace interdict::cli
