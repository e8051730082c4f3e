// interdict decrypt BACKUP DEST: restores the folder tree, for those who want other tools to read
// it.

#include "evidence/decrypt.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "cli/command.hpp"
#include "cli/interruption.hpp"
#include "cli/password.hpp"

namespace interdict::cli {
namespace {

class Decrypt final : public Command {
 public:
  [[nodiscard]] std::string_view name() const override { return "decrypt"; }
  [[nodiscard]] std::string_view summary() const override {
    return "restore the folder tree of a backup (an examination does not need it)";
  }
  void declare(Arguments& a) override {
    a.positional("BACKUP", backup_, "an iPhone backup folder");
    a.positional("DEST", destination_, "an empty or new folder: DEST/<domain>/<path>");
    a.number("--jobs", jobs_, "files decrypted at a time; 0: one a processor");
    a.option("--password-file", password_file_, "first line is the backup's password", "FILE");
    a.footer("This writes the whole phone in clear. Delete it when it is no longer needed.");
  }

  int run(Terminal& terminal) override {
    const auto password = password_source(password_file_);
    if (!password) return fail_unusable(terminal, password.error());
    evidence::DecryptOptions options{.jobs = jobs_, .stop = &interruption()};
    options.progress = [&](std::uint64_t files, std::uint64_t bytes) {
      terminal.progress(
          fmt::format("{} files, {:.1f} MB", files, static_cast<double>(bytes) / 1e6));
    };
    const auto report = evidence::decrypt(backup_, *password, destination_, options);
    terminal.clear_progress();
    if (!report) return fail_unusable(terminal, report.error());
    for (const auto& note : report->notes) terminal.say(printable(note));
    for (const auto& odd : report->odd) say(terminal, "note", odd);
    for (const auto& skipped : report->skipped) say(terminal, "not restored", skipped);
    terminal.out(fmt::format(
        "{} files, {} bytes, {} folders restored; {} files not restored, {} links left out\n",
        report->files, report->bytes, report->folders, report->skipped_files, report->links));
    return report->skipped_files == 0 ? kClean : kUnread;
  }

 private:
  static void say(Terminal& terminal, std::string_view what,
                  const evidence::DecryptReport::Remark& remark) {
    terminal.say(fmt::format("{}: {}: {}", what, printable(remark.file), printable(remark.text)));
  }

  std::string backup_, destination_, password_file_;
  unsigned jobs_ = 0;
};

const RegisterCommand kDecryptCommand{
    []() -> std::unique_ptr<Command> { return std::make_unique<Decrypt>(); }};

}  // namespace
}  // namespace interdict::cli
