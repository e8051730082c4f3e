#include "devices/subject.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace interdict::devices {

std::vector<std::pair<std::string_view, std::string_view>> subject_attributes(
    std::string_view subject) {
  constexpr std::size_t kLongest = 2048, kMost = 32;
  subject = trimmed(subject.substr(0, kLongest));
  const char separator = subject.starts_with('/') ? '/' : ',';
  std::vector<std::pair<std::string_view, std::string_view>> out;
  while (!subject.empty() && out.size() < kMost) {
    // A separator inside a value ("iPhone15,2") parts nothing: no '=' follows before the next one.
    auto end = subject.find(separator);
    while (end != subject.npos) {
      const auto next = std::min(subject.find(separator, end + 1), subject.size());
      if (subject.substr(end + 1, next - end - 1).find('=') != subject.npos) break;
      end = next == subject.size() ? subject.npos : next;
    }
    const auto stop = std::min(end, subject.size());
    const auto piece = subject.substr(0, stop);
    subject.remove_prefix(std::min(stop + 1, subject.size()));
    const auto equals = piece.find('=');
    if (equals == piece.npos) continue;
    out.emplace_back(trimmed(piece.substr(0, equals)), trimmed(piece.substr(equals + 1)));
  }
  return out;
}

std::string normal_subject(std::string_view subject) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : subject_attributes(subject)) {
    parts.push_back(ascii_lower(name));
    parts.back().append("=").append(ascii_lower(value));
  }
  std::ranges::sort(parts);
  std::string out;
  for (const auto& part : parts) out.append(part).push_back('\n');
  return out;
}

}  // namespace interdict::devices
