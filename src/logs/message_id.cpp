#include "logs/message_id.hpp"

#include <algorithm>

namespace interdict::logs {
namespace {

bool capital_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

bool capital_uuid4(std::string_view text) {
  if (text.size() != 36 || text[14] != '4') return false;
  if (std::string_view("89AB").find(text[19]) == std::string_view::npos) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !capital_hex(text[i])) return false;
  }
  return true;
}

}  // namespace

std::string_view MessageIdShape::of(std::string_view id) {
  size_ = 0;
  const bool angle = id.starts_with('<');
  if (angle) {
    put('<');
    id.remove_prefix(1);
  }
  const auto local = id.substr(0, std::min(id.find('@'), id.size()));
  std::string_view shape = local.empty() ? "" : local.starts_with("CA") ? "CAx" : "x";
  if (capital_uuid4(local)) shape = "00000000-0000-4000-8000-000000000000";
  for (const char c : shape) put(c);
  if (local.size() < id.size()) {
    for (const char c : id.substr(local.size())) put(c);
  } else if (angle) {
    put('>');
  }
  return {text_.data(), size_};
}

}  // namespace interdict::logs
