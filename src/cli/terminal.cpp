#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace interdict::cli {
namespace {

constexpr std::size_t kWidest = 110;  // longer lines tire the eye

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return std::clamp<std::size_t>(size.ws_col, 40, kWidest);
  }
  return 100;
}

std::string_view code(Tone tone) {
  switch (tone) {
    case Tone::bold:
      return "1";
    case Tone::soft:
      return "2";
    case Tone::red:
      return "1;31";
    case Tone::amber:
      return "1;33";
    case Tone::green:
      return "1;32";
    case Tone::blue:
      return "1;34";
    case Tone::plain:
      break;
  }
  return "0";
}

/// Characters as a person counts them: UTF-8 continuation bytes do not count.
std::size_t shown_length(std::string_view word) {
  return static_cast<std::size_t>(std::ranges::count_if(
      word, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

}  // namespace

Terminal::Terminal()
    : read_by_person_(::isatty(STDOUT_FILENO) == 1),
      interactive_(::isatty(STDERR_FILENO) == 1),
      width_(terminal_width()) {
  const char* none = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  colour_ = read_by_person_ && (none == nullptr || *none == '\0') && term != nullptr &&
            std::string_view(term) != "dumb";
}

void Terminal::out(std::string_view text) {
  clear_progress();
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Terminal::say(std::string_view text) {
  clear_progress();
  std::fflush(stdout);
  fmt::print(stderr, "{}\n", text);
}

void Terminal::progress(std::string_view text) {
  if (!interactive_) return;
  fmt::print(stderr, "\r\x1b[K{}", text.substr(0, width_ - 1));
  std::fflush(stderr);
  progress_shown_ = true;
}

void Terminal::clear_progress() {
  if (!progress_shown_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  progress_shown_ = false;
}

std::string Terminal::paint(Tone tone, std::string_view text) const {
  if (!colour_ || tone == Tone::plain) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", code(tone), text);
}

std::string Terminal::wrapped(std::string_view text, std::size_t indent,
                              std::string_view lead) const {
  const std::string blanks(indent, ' ');
  std::string lines = lead.empty() ? blanks : std::string(lead);
  std::size_t used = indent;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    const auto word = text.substr(0, end);
    const auto length = shown_length(word);
    if (used > indent && used + 1 + length > width_) {
      lines += '\n' + blanks;
      used = indent;
    } else if (used > indent) {
      lines += ' ';
      ++used;
    }
    lines += word;
    used += length;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines + '\n';
}

bool Terminal::flush() { return std::fflush(stdout) == 0 && std::ferror(stdout) == 0; }

}  // namespace interdict::cli
