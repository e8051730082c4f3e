#include "evidence/tree.hpp"

#include <charconv>

#include "evidence/ios_backup.hpp"

namespace interdict::evidence {

std::string_view name_of(Stored stored) {
  switch (stored) {
    case Stored::whole:
      return "whole";
    case Stored::missing:
      return "missing";
    case Stored::empty:
      return "empty";
    case Stored::truncated:
      return "truncated";
  }
  return "";
}

int Facts::ios_major() const {
  int major = 0;
  std::from_chars(product_version.data(), product_version.data() + product_version.size(), major);
  return major > 0 ? major : 0;
}

Result<std::unique_ptr<Tree>> open(const std::filesystem::path& path,
                                   const PasswordSource& password) {
  return std::unique_ptr<Tree>(TRY(IosBackup::open(path, password)));
}

}  // namespace interdict::evidence
