// mail: what Postfix and Dovecot write, through syslog or into their own files, mixed or apart.

#include "logs/dovecot.hpp"
#include "logs/frame.hpp"
#include "logs/postfix.hpp"
#include "logs/reader.hpp"

namespace interdict::logs {
namespace {

class Mail final : public Reader {
 public:
  explicit Mail(const Report& report)
      : report_(report), clock_(report.options->zone, 0), postfix_(report), dovecot_(report) {}

  void begin_file(const FileContext& file) override {
    file_ = file;
    clock_ = Clock(report_.options->zone, file.year);
    postfix_.begin_file(file);
    dovecot_.begin_file(file);
  }

  void line(const Line& line) override {
    if (!line.whole) return file_.skip(Skip::cut_off);
    if (!parse_frame(line.text, clock_, frame_)) return file_.skip(Skip::no_stamp);
    frame_.line = line.number;
    if (Postfix::writes(frame_.program)) return postfix_.message(frame_, clock_);
    if (Dovecot::writes(frame_)) return dovecot_.message(frame_, clock_);
    file_.skip(Skip::other_program);
  }

  Status end_file() override {
    file_.coverage->clock = clock_.coverage();
    if (clock_.undated()) return undated_error();
    return ok();
  }

  void finish() override {
    postfix_.finish();
    dovecot_.finish();
  }

 private:
  Report report_;
  FileContext file_;
  Clock clock_;
  Frame frame_;
  Postfix postfix_;
  Dovecot dovecot_;
};

bool looks_like_mail(std::string_view line) {
  Clock clock(Zone::utc(), 2000);
  Frame frame;
  return parse_frame(line, clock, frame) &&
         (Postfix::writes(frame.program) || Dovecot::writes(frame));
}

const RegisterKind kMailRegistered{
    {"mail", "Postfix and Dovecot lines, from syslog or their own files", looks_like_mail,
     [](const Report& report) -> std::unique_ptr<Reader> {
       return std::make_unique<Mail>(report);
     }}};

}  // namespace
}  // namespace interdict::logs
