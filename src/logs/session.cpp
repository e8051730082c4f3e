#include "logs/session.hpp"

#include "base/text.hpp"

namespace interdict::logs {

bool Said::keep(std::string_view value, Slice& slice) {
  if (value.size() > kTextLimit - text_.size()) return false;
  slice = {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(value.size())};
  text_.append(value);
  return true;
}

bool Said::set(What what, std::string_view value) {
  auto& slot = slots_[static_cast<std::size_t>(what)];
  return slot.length != 0 || keep(value, slot);
}

bool Said::add_header(std::string_view name, std::string_view value) {
  if (header_count_ == kHeaders) return false;
  Header header;
  if (!keep(name, header.name) || !keep(value, header.value)) return false;
  headers_[header_count_++] = header;
  return true;
}

bool Said::has_header(std::string_view name) const {
  for (std::size_t i = 0; i < header_count_; ++i) {
    if (equal_ignoring_case(view(headers_[i].name), name)) return true;
  }
  return false;
}

devices::Observed Said::observed(std::array<devices::Field, kHeaders>& fields) const {
  devices::Observed seen;
  for (std::size_t i = 0; i < header_count_; ++i) fields[i] = header(i);
  seen.headers = std::span(fields.data(), header_count_);
  seen.ehlo = get(What::ehlo);
  seen.imap_id = get(What::imap_id);
  return seen;
}

void Said::clear() {
  constexpr std::size_t kKeep = 1024;
  text_.clear();
  if (text_.capacity() > kKeep) std::string().swap(text_);
  slots_ = {};
  header_count_ = 0;
}

}  // namespace interdict::logs
