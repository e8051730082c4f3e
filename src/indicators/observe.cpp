#include "indicators/observe.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"
#include "evidence/device_path.hpp"
#include "indicators/host.hpp"
#include "indicators/key.hpp"

namespace interdict::indicators {

using artefacts::ColumnKind;

namespace observing {
namespace {

/// URLs inside one URL that are looked at.
constexpr int kMaxNested = 16;
/// No indicator is longer (stix::kMaxPattern), so no longer URL can be equal to one.
constexpr std::size_t kMaxUrl = std::size_t{64} << 10;
constexpr std::size_t kMaxLocalPart = 64;
/// Bytes of a Unicode host name to either side of a dot.
constexpr std::size_t kMaxUnicodeReach = 600;

constexpr Types kHostTypes = bit(Type::domain) | bit(Type::ip) | bit(Type::url);

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}
bool is_ascii_label(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}
bool is_unicode(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }
bool is_local_part(char c) {
  return is_ascii_label(c) || c == '.' || c == '+' || c == '%' || is_unicode(c);
}

/// Whether the UTF-8 sequence at i is punctuation, a symbol or an emoji, which no host name holds.
bool is_punctuation(std::string_view text, std::size_t i) {
  const auto lead = byte_at(text, i);
  const auto second = i + 1 < text.size() ? byte_at(text, i + 1) : 0;
  const auto third = i + 2 < text.size() ? byte_at(text, i + 2) : 0;
  return lead == 0xC2 || (lead == 0xE2 && second >= 0x80 && second <= 0xAF) ||
         (lead == 0xE3 && second == 0x80) || (lead == 0xEF && second >= 0xBF) ||
         (lead == 0xEF && second == 0xBC && third < 0x90 && third != 0x8E) ||
         (lead == 0xF0 && second == 0x9F);
}
std::size_t sequence_start(std::string_view text, std::size_t end) {
  std::size_t i = end - 1;
  while (i > 0 && end - i < 4 && (byte_at(text, i) & 0xC0) == 0x80) --i;
  return i;
}
/// A letter of a script that is written with blanks between words (Latin, Greek, Cyrillic …: U+00C0
/// to U+07FF). Touching a host name, it belongs to it; letters of other scripts need not.
bool is_spaced_letter(unsigned char lead) { return lead >= 0xC3 && lead <= 0xDF; }

bool is_name(std::string_view text, std::size_t i) {
  return is_ascii_label(text[i]) || text[i] == '.' ||
         (is_unicode(text[i]) && !is_punctuation(text, i));
}
/// Where the name that touches [begin, …) begins when other letters than ASCII belong to it.
std::size_t unicode_begin(std::string_view text, std::size_t floor, std::size_t begin) {
  std::size_t i = begin;
  while (i > floor && begin - i < kMaxUnicodeReach) {
    const auto previous = sequence_start(text, i);
    if (previous < floor || !is_name(text, previous)) break;
    i = previous;
  }
  return i;
}
std::size_t unicode_end(std::string_view text, std::size_t end) {
  std::size_t i = end;
  while (i < text.size() && i - end < kMaxUnicodeReach && is_name(text, i)) {
    ++i;
    while (i < text.size() && (byte_at(text, i) & 0xC0) == 0x80) ++i;
  }
  return i;
}

bool ends_url(std::string_view text, std::size_t i) {
  const auto c = byte_at(text, i);
  if (c <= 0x20 || c == '"' || c == '<' || c == '>' || c == '`' || c == 0x7F) return true;
  const auto second = i + 1 < text.size() ? byte_at(text, i + 1) : 0;
  return (c == 0xC2 && second == 0xA0) || (c == 0xE2 && second == 0x80) ||
         (c == 0xE3 && second == 0x80);
}

bool has_alphabetic_end(std::string_view host) {
  const auto dot = host.rfind('.');
  if (dot == host.npos || host.size() - dot < 3) return false;
  const char first = ascii_lower(host[dot + 1]);
  return (first >= 'a' && first <= 'z') || is_unicode(first);
}

std::string_view without_dots(std::string_view text) {
  while (text.starts_with('.')) text.remove_prefix(1);
  while (text.ends_with('.')) text.remove_suffix(1);
  return text;
}

std::size_t scheme_start(std::string_view text, std::size_t colon) {
  std::size_t i = colon;
  while (i > 0 && colon - i < 32) {
    const char c = ascii_lower(text[i - 1]);
    const bool fits =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
    if (!fits) break;
    --i;
  }
  while (i < colon && !(ascii_lower(text[i]) >= 'a' && ascii_lower(text[i]) <= 'z')) ++i;
  return i;
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

}  // namespace
}  // namespace observing

using namespace observing;

Types types_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::plain:
    case ColumnKind::time:
      return 0;
    case ColumnKind::url:
      return kHostTypes;
    case ColumnKind::domain:
      return kHostTypes;
    case ColumnKind::ip:
      return bit(Type::ip);
    case ColumnKind::email:
      return bit(Type::email);
    case ColumnKind::process:
      return bit(Type::process);
    case ColumnKind::image_path:
      return bit(Type::process) | bit(Type::file_path) | bit(Type::file_name);
    case ColumnKind::file_path:
      return bit(Type::file_path) | bit(Type::file_name);
    case ColumnKind::file_name:
      return bit(Type::file_name);
    case ColumnKind::app_id:
      return bit(Type::app_id);
    case ColumnKind::sha256:
      return bit(Type::sha256) | bit(Type::sha1) | bit(Type::md5);
    case ColumnKind::cert_sha256:
      return bit(Type::cert_sha256);
    case ColumnKind::profile_id:
      return bit(Type::profile_id);
    case ColumnKind::property:
      return bit(Type::property);
    case ColumnKind::free_text:
      return kHostTypes | bit(Type::email);
  }
  return 0;
}

void Observer::look(ColumnKind kind, std::string_view cell, Types wanted, Sink& sink) {
  wanted_ = wanted & types_of(kind);
  sink_ = &sink;
  if (wanted_ == 0 || cell.empty()) return;
  switch (kind) {
    case ColumnKind::plain:
    case ColumnKind::time:
      return;
    case ColumnKind::url:
      return url_cell(cell);
    case ColumnKind::domain:
    case ColumnKind::ip:
      return domain_cell(cell);
    case ColumnKind::email:
      return email_cell(cell);
    case ColumnKind::process:
      return process_cell(cell);
    case ColumnKind::image_path:
      return path_cell(cell, true);
    case ColumnKind::file_path:
      return path_cell(cell, false);
    case ColumnKind::file_name:
      return see(Type::file_name, cell, cell);
    case ColumnKind::app_id:
      return lower(Type::app_id, cell);
    case ColumnKind::sha256:
      return digest_cell(cell);
    case ColumnKind::cert_sha256:
      return lower(Type::cert_sha256, cell);
    case ColumnKind::profile_id:
      return lower(Type::profile_id, cell);
    case ColumnKind::property:
      return lower(Type::property, cell);
    case ColumnKind::free_text:
      return free_text(cell);
  }
}

void Observer::see(Type type, std::string_view key, std::string_view written) {
  if (wants(type)) sink_->see(type, key, written);
}

void Observer::lower(Type type, std::string_view text) {
  text = trimmed(text);
  lower_.assign(text);
  for (char& c : lower_) c = ascii_lower(c);
  see(type, lower_, text);
}

void Observer::host(url::Host& host, std::string_view written) {
  if (!make_comparable(host)) return;
  if (host.kind() == url::Host::Kind::name) return see(Type::domain, host.text(), written);
  std::array<char, 16> bytes;
  std::copy(host.address().bytes.begin(), host.address().bytes.end(), bytes.begin());
  see(Type::ip, {bytes.data(), bytes.size()}, written);
}

void Observer::url_cell(std::string_view text) {
  if (!url::parse(text, parts_)) {
    // Cells of this kind also hold what a person typed, without a scheme. "mailto:" and
    // "about:blank" are no contacts.
    const auto dot = text.find('.');
    if (dot != text.npos && text.find('@') == text.npos) domain_cell(text);
    return;
  }
  host(parts_.host, parts_.written_host);
  if (!wants(Type::url) || parts_.rest.size() > kMaxUrl) return;
  url_.clear();
  append_url_key(url_, parts_);
  see(Type::url, url_, text);
}

void Observer::domain_cell(std::string_view text) {
  text = trimmed(text);
  if (text.find("://") != text.npos) {
    if (url::parse(text, parts_)) host(parts_.host, parts_.written_host);
    return;
  }
  if (!url::parse_authority(text, parts_)) return;
  host(parts_.host, parts_.written_host);
  if (!wants(Type::url) || parts_.rest.size() > kMaxUrl) return;
  url_.clear();
  append_url_key(url_, parts_);
  see(Type::url, url_, text);
}

void Observer::email_cell(std::string_view text) {
  text = trimmed(text);
  if (equal_ignoring_case(text.substr(0, 7), "mailto:")) {
    text = text.substr(7, text.find('?', 7) - 7);
  }
  const auto open = text.rfind('<');
  if (open != text.npos) text = text.substr(open + 1, text.find('>', open) - open - 1);
  if (text.find('@') != text.npos) lower(Type::email, text);
}

void Observer::process_cell(std::string_view text) {
  see(Type::process, text, text);
  const auto slash = text.find('/');
  if (slash == text.npos) return;
  // A path has the name last; "name/bundle id" is a process that worked for an app.
  const auto name = slash == 0 ? last_component(text) : text.substr(0, slash);
  if (!name.empty()) see(Type::process, name, name);
}

void Observer::path_cell(std::string_view text, bool is_image) {
  path_.clear();
  evidence::append_canonical_path(path_, text);
  see(Type::file_path, path_, text);
  const auto name = last_component(path_);
  if (name.empty()) return;
  see(Type::file_name, name, name);
  if (is_image) see(Type::process, name, name);
}

void Observer::digest_cell(std::string_view text) {
  const auto hex = trimmed(text);
  lower(hex.size() == 32 ? Type::md5 : hex.size() == 40 ? Type::sha1 : Type::sha256, hex);
}

void Observer::free_text(std::string_view text) {
  while (true) {
    const auto mark = text.find("://");
    if (mark == text.npos) break;
    const auto start = scheme_start(text, mark);
    hosts_in(text.substr(0, start));
    text.remove_prefix(start);
    if (start == mark) {  // no scheme in front
      text.remove_prefix(std::strlen("://"));
      continue;
    }
    std::size_t end = 0;
    while (end < text.size() && !ends_url(text, end)) ++end;
    auto rest = url_in_text(text.substr(0, end));
    text.remove_prefix(end);
    // "http://a.example/?u=http://b.example" leads to both.
    for (int nested = 0; nested < kMaxNested; ++nested) {
      const auto inner = rest.find("://");
      if (inner == rest.npos) break;
      rest.remove_prefix(scheme_start(rest, inner));
      rest = url_in_text(rest);
    }
  }
  hosts_in(text);
}

std::string_view Observer::url_in_text(std::string_view text) {
  if (!url::parse(text, parts_)) return text.substr(text.find("://") + std::strlen("://"));
  const auto rest = parts_.rest;
  const auto written = parts_.written_host;
  host(parts_.host, written);
  if (wants(Type::url) && rest.size() <= kMaxUrl) {
    url_.clear();
    append_url_key(url_, parts_);
    see(Type::url, url_, text);
    // The full stop behind a URL, or the bracket around it, need not belong to it.
    const auto last = url_.find_last_not_of(".,;:!?)]}'*_");
    if (last != url_.npos && last + 1 < url_.size()) {
      see(Type::url, std::string_view(url_).substr(0, last + 1), text);
    }
  }
  // Words of a script without blanks may follow the host immediately; letters of the others belong
  // to it, and it has been seen.
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (byte_at(written, i) < 0xE0) continue;
    hosts_in(written);
    break;
  }
  return rest;
}

void Observer::hosts_in(std::string_view text) {
  std::size_t floor = 0;    // what is before it has been looked at
  std::size_t covered = 0;  // and as a name with Unicode neighbours, what is before this
  for (auto dot = text.find('.'); dot != text.npos; dot = text.find('.', floor)) {
    std::size_t begin = dot;
    std::size_t end = dot + 1;
    while (begin > floor && is_ascii_label(text[begin - 1])) --begin;
    while (end < text.size() && (is_ascii_label(text[end]) || text[end] == '.')) ++end;
    const bool letter_before = begin > floor &&
                               is_spaced_letter(byte_at(text, sequence_start(text, begin))) &&
                               is_unicode(text[begin - 1]);
    const bool letter_behind = end < text.size() && is_spaced_letter(byte_at(text, end));
    if (!letter_before && !letter_behind) bare_host(text, begin, end);
    if (dot >= covered) {
      const auto wide_begin = unicode_begin(text, floor, begin);
      covered = unicode_end(text, end);
      if (wide_begin != begin || covered != end) bare_host(text, wide_begin, covered);
    }
    floor = end;
  }
}

void Observer::bare_host(std::string_view text, std::size_t begin, std::size_t end) {
  const bool local_part = end < text.size() && text[end] == '@';
  const auto word = without_dots(text.substr(begin, end - begin));
  if (local_part || word.size() < 4 || word.size() > url::Host::kMaxUnicode) return;
  if (begin > 1 && text[begin - 1] == '@' && is_local_part(text[begin - 2])) {
    std::size_t start = begin - 1;
    while (start > 0 && begin - 1 - start < kMaxLocalPart && is_local_part(text[start - 1])) {
      --start;
    }
    if (wants(Type::email)) lower(Type::email, text.substr(start, begin - start + word.size()));
    return;
  }
  if (!has_alphabetic_end(word) && !url::parse_address(word)) return;
  if (url::parse_host(word, parts_.host)) host(parts_.host, word);
}

}  // namespace interdict::indicators
