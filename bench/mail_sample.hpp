// The mail log that the benchmarks of logs and replay read: 64 MiB of a busy relay.

#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include <fmt/format.h>

#include "support/mail_logs.hpp"
#include "support/temporary_folder.hpp"

namespace interdict::bench {

struct Sample {
  Sample();
  test::TemporaryFolder folder;
  std::filesystem::path log, packed, small;
  std::uint64_t bytes = 0, small_bytes = 0;
  std::uint64_t submissions = 0, small_submissions = 0;
};

/// 64 MiB of a busy relay: half of the mail comes from elsewhere, 5,000 people send the rest.
inline Sample::Sample()
    : log(folder.path() / "mail.log"),
      packed(folder.path() / "mail.log.gz"),
      small(folder.path() / "small.log") {
  const auto& devices = test::log_devices();
  std::string text;
  std::int64_t t = 1'689'500'000;
  for (std::uint64_t i = 0; text.size() < (64 << 20); ++i, t += i % 3 == 0 ? 1 : 0) {
    const bool own = i % 2 == 0;
    const auto account = own ? fmt::format("person{}@work.example", i % 5000) : std::string();
    test::append_submission(text, test::berlin_stamp(t) + " mx ",
                            fmt::format("4R{:08X}", i * 2654435761U & 0xFFFFFFFF), account,
                            devices[i % 4], i % 10 != 0);
    submissions += own ? 1 : 0;
    if (small_bytes == 0 && text.size() > (1 << 20)) {
      small_bytes = text.size();
      small_submissions = submissions;
    }
  }
  bytes = text.size();
  std::ofstream(log, std::ios::binary) << text;
  std::ofstream(small, std::ios::binary) << text.substr(0, small_bytes);
  std::ofstream(packed, std::ios::binary) << test::gzip(text);
}

inline const Sample& sample() {
  static const Sample made;
  return made;
}

}  // namespace interdict::bench
