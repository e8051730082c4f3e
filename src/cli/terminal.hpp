// The person's side: knows width, colour and whether anybody is looking.
//
// Answers go to standard output, everything else (progress, warnings, errors) to standard error.

#pragma once

#include <cstdio>
#include <string>
#include <string_view>

namespace interdict::cli {

enum class Tone { plain, bold, soft, red, amber, green, blue };

class Terminal {
 public:
  /// Looks at the two streams, NO_COLOR, TERM and COLUMNS.
  Terminal();

  void out(std::string_view text);
  /// One line on standard error; a progress line there is wiped first.
  void say(std::string_view text);
  /// Overwrites the progress line; does nothing unless standard error is a terminal.
  void progress(std::string_view text);
  void clear_progress();

  /// text in colour if standard output shows it.
  [[nodiscard]] std::string paint(Tone tone, std::string_view text) const;
  [[nodiscard]] std::size_t width() const { return width_; }
  /// Whether a person reads standard output: raw bytes of a phone must not reach that screen.
  [[nodiscard]] bool read_by_person() const { return read_by_person_; }
  /// text in lines of at most width(), each after `indent` blanks; the first after `lead` instead,
  /// if one is given.
  [[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent,
                                    std::string_view lead = {}) const;
  /// False when standard output could not take all of it (a full disk, a closed pipe).
  [[nodiscard]] bool flush();

 private:
  bool colour_ = false, progress_shown_ = false, read_by_person_, interactive_;
  std::size_t width_ = 80;
};

}  // namespace interdict::cli
