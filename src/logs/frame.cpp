#include "logs/frame.hpp"

namespace interdict::logs {
namespace {

/// Without "<13>" at its beginning.
std::string_view without_priority(std::string_view line) {
  if (line.empty() || line[0] != '<') return line;
  const auto end = line.substr(0, 6).find('>');
  return end == line.npos ? line : line.substr(end + 1);
}

/// "postfix/smtpd[123]:" to "postfix/smtpd"; empty when it is not a tag.
std::string_view program_of(std::string_view tag) {
  if (tag.size() < 2 || tag.back() != ':') return {};
  tag.remove_suffix(1);
  if (tag.back() == ']') {
    std::size_t open = tag.size() - 1;
    while (open > 0 && tag[open] != '[') --open;
    tag = tag.substr(0, open);
  }
  return tag;
}

/// A word that cannot be a host: Dovecot's own log goes on with its service.
bool begins_text(std::string_view word) {
  return word.back() == ':' || word.find_first_of("(<") != word.npos;
}

}  // namespace

bool parse_frame(std::string_view line, Clock& clock, Frame& frame) {
  line = without_priority(line);
  if (line.size() <= kClassicLength) return false;
  std::size_t at = kClassicLength;
  if (line[0] >= '0' && line[0] <= '9') {
    frame.iso = parse_iso_stamp(line);
    if (!frame.iso) return false;
    at = frame.iso->length;
  } else {
    frame.iso.reset();
    frame.year = clock.year_of(line);
    frame.stamp = line;
    // Without a year the line is still one of this form; when() will have no answer.
    if (frame.year == 0 && !parse_classic(line)) return false;
  }
  if (at >= line.size() || line[at] != ' ') return false;
  const auto rest = line.substr(at + 1);
  const auto host_end = rest.find(' ');
  if (host_end == rest.npos || host_end == 0) return false;
  if (begins_text(rest.substr(0, host_end))) {
    frame.program = {};
    frame.text = rest;
    return true;
  }
  const auto tag_end = rest.find(' ', host_end + 1);
  const auto tag = rest.substr(host_end + 1, tag_end - host_end - 1);
  frame.program = program_of(tag);
  frame.text = tag_end == rest.npos ? std::string_view() : rest.substr(tag_end + 1);
  return !frame.program.empty();
}

}  // namespace interdict::logs
