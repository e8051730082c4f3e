// Backups from a list of files. The work is in backup_writer.cpp, the sample content in
// sample_*.cpp.

#include "phone.hpp"

#include "backup_writer.hpp"

namespace interdict::test {

void write_backup(const BackupSpec& spec, const std::filesystem::path& folder) {
  BackupWriter writer(spec, folder);
  for (const BackupFile& file : spec.files) writer.add(file);
  writer.finish();
}

}  // namespace interdict::test
