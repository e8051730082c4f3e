#include "cli/confined.hpp"

#include "cli/password.hpp"
#include "examine/sandbox.hpp"

namespace interdict::cli {

Result<std::unique_ptr<evidence::Tree>> open_confined(const std::string& evidence,
                                                      const std::string& password_file) {
  const auto backup = TRY(evidence::find_backup(evidence));
  const auto password = TRY(password_source(password_file));
  examine::lock_in(backup);
  return evidence::open(backup, password);
}

}  // namespace interdict::cli
