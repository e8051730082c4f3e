// The parts of an invented person's phone. Every function gives the files of one subject; all times
// are relative to the day of the backup, so that the same life can be lived in any year.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "phone.hpp"

namespace interdict::test {

inline constexpr std::int64_t kSecondsFrom1970To2001 = 978'307'200;
inline constexpr std::int64_t kHour = 3600, kDay = 24 * kHour;

struct Life {
  std::int64_t now = 0;  // when the backup was made, Unix seconds
  bool infected = false;
  bool on_ipad = false;

  /// The moment the attack begins, 29 days before the backup: 2022-10-04 08:21:13 UTC with the
  /// infected samples' backup date.
  [[nodiscard]] std::int64_t attack() const { return now - 29 * kDay - 5'927; }
  /// The second attack, after a restart has removed the implant; only on the iPhone.
  [[nodiscard]] std::int64_t second_attack() const { return attack() + 9 * kDay; }
};

/// A moment as columns hold it: seconds (with six digits) or nanoseconds since 2001.
std::string mac_seconds(double unix_seconds);
std::int64_t mac_nanoseconds(std::int64_t unix_seconds);

/// A file of the phone whose three times are the same.
BackupFile file_at(std::string domain, std::string path, std::string content, std::int64_t time);

std::vector<BackupFile> sample_messages(const Life& life);  // sms.db and the attachments
std::vector<BackupFile> sample_usage(const Life& life);     // DataUsage, addaily, locationd
std::vector<BackupFile> sample_browsing(const Life& life);  // Safari and WebKit
std::vector<BackupFile> sample_settings(const Life& life);  // TCC, preferences, photos

}  // namespace interdict::test
