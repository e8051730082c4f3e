// The two sample devices, put together from their parts.

#include <iterator>

#include <fmt/format.h>

#include "phone.hpp"
#include "sample_content.hpp"

namespace interdict::test {

namespace {

constexpr std::int64_t kCleanBackup = 1'787'220'000;     // 2026-08-20 10:00:00 UTC
constexpr std::int64_t kInfectedBackup = 1'667'383'200;  // 2022-11-02 10:00:00 UTC

std::vector<BackupFile> sample(bool infected, bool on_ipad) {
  const Life life{infected ? kInfectedBackup : kCleanBackup, infected, on_ipad};
  std::vector<BackupFile> files;
  for (const auto subject : {sample_messages, sample_usage, sample_browsing, sample_settings}) {
    std::vector<BackupFile> part = subject(life);
    std::move(part.begin(), part.end(), std::back_inserter(files));
  }
  return files;
}

Device sample_device(bool infected) {
  Device device;
  device.backup_date = static_cast<double>(infected ? kInfectedBackup : kCleanBackup);
  device.product_version = infected ? "15.7" : "26.6.1";
  device.build = infected ? "19H12" : "23G83";
  device.installed_applications = {"org.example.weather", "org.example.chess", "org.example.bank"};
  return device;
}

}  // namespace

std::string mac_seconds(double unix_seconds) {
  return fmt::format("{:.6f}", unix_seconds - static_cast<double>(kSecondsFrom1970To2001));
}

std::int64_t mac_nanoseconds(std::int64_t unix_seconds) {
  return (unix_seconds - kSecondsFrom1970To2001) * 1'000'000'000;
}

BackupFile file_at(std::string domain, std::string path, std::string content, std::int64_t time) {
  BackupFile file;
  file.domain = std::move(domain);
  file.path = std::move(path);
  file.content = std::move(content);
  file.birth = file.modified = file.changed = time;
  return file;
}

Device sample_iphone_device(bool infected) {
  Device device = sample_device(infected);
  device.product_type = "iPhone14,2";
  device.name = "Ada's iPhone";
  device.serial = "F0000000TEST";
  device.udid = "00008110-000A1B2C3D4E5F60";
  return device;
}

Device sample_ipad_device(bool infected) {
  Device device = sample_device(infected);
  device.product_type = "iPad13,4";
  device.name = "Grace's iPad";
  device.serial = "D0000000TEST";
  device.udid = "00008103-000F1E2D3C4B5A69";
  return device;
}

std::vector<BackupFile> sample_iphone(bool infected) { return sample(infected, false); }
std::vector<BackupFile> sample_ipad(bool infected) { return sample(infected, true); }

}  // namespace interdict::test
