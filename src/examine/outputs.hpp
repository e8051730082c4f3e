// Writing the reports: all of them appear under their names, or none.

#pragma once

#include <filesystem>
#include <vector>

#include "base/file.hpp"
#include "examine/report.hpp"

namespace interdict::examine {

/// Every registered output of `report`, written whole and synced, but not yet under its name.
/// An error ("writing DIR/report.json: No space left on device") removes what was written.
Result<std::vector<PartFile>> write_parts(const Report& report,
                                          const std::filesystem::path& folder);

/// Gives all parts their names. If one rename fails, those done before it are taken back.
Status commit_all(std::vector<PartFile> parts);

}  // namespace interdict::examine
