// Real data that may lie beside the project. Tests that need it say so and are counted as skipped.

#pragma once

#include <filesystem>
#include <iostream>

namespace interdict::test {

inline std::filesystem::path shared_data() { return INTERDICT_SHARED_DATA; }

/// True, with a line that CTest counts as a skip, when `relative` is not there.
inline bool missing_data(const std::filesystem::path& relative) {
  if (std::filesystem::exists(shared_data() / relative)) return false;
  std::cout << "SKIPPED: real data " << relative.string() << " is not beside the project\n";
  return true;
}

}  // namespace interdict::test
