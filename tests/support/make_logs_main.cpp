// make_logs FOLDER: the logs of an invented month over New Year, rotated and partly packed, with
// the truth beside them (truth.csv). For end-to-end tests and for trying `interdict ban replay`.

#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "support/mail_logs.hpp"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: make_logs FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  // Midnights in Berlin at which tests/end_to_end/replay_month.sh begins its stages.
  const auto logs = interdict::test::write_mail_logs(
      {.marks = {1'703'026'800, 1'703'631'600, 1'704'063'600}});
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream(folder / name, std::ios::binary) << text;
  };
  // The mail log is rotated in the middle of New Year's Eve's sessions.
  const auto new_year = logs.mail.find("\nJan ") + 1;
  write("mail.log.1.gz", interdict::test::gzip(logs.mail.substr(0, new_year)));
  write("mail.log", logs.mail.substr(new_year));
  write("u_ex.log", logs.iis);
  write("access.log.gz", interdict::test::gzip(logs.nginx));
  std::string truth = "account,channel,device,period,first,last,count\n";
  for (const auto& use : logs.truth) {
    truth += fmt::format("{},{},{},{},{},{},{}\n", use.account, use.channel, use.device, use.period,
                         use.first, use.last, use.count);
  }
  write("truth.csv", truth);
  return 0;
}
