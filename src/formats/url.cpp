#include "formats/url.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::url {
namespace {

constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxScheme = 16;

struct Scheme {
  std::string_view name;
  std::uint16_t default_port;
};
/// Those for which browsers take a back-slash for a slash and do not insist on the two slashes.
constexpr Scheme kSpecial[] = {
    {"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}, {"ftp", 21},
};
/// Those whose host is the one of the URL inside.
constexpr std::string_view kWrapping[] = {"blob", "filesystem", "view-source"};

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_alpha(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
constexpr bool is_slash(char c) { return c == '/' || c == '\\'; }
/// Browsers remove these wherever they stand in a URL.
constexpr bool is_removed(char c) { return c == '\t' || c == '\n' || c == '\r'; }

constexpr int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char low = ascii_lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/// WHATWG "forbidden domain code points".
constexpr auto kForbidden = [] {
  std::array<bool, 256> table{};
  for (std::size_t c = 0; c <= 0x20; ++c) table[c] = true;
  for (const char c : std::string_view("#/:<>?@[\\]^|%\x7F"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();
bool is_forbidden(char c) { return kForbidden[static_cast<unsigned char>(c)]; }

constexpr bool ends_authority(char c) { return is_slash(c) || c == '?' || c == '#'; }

std::string_view without_controls_around(std::string_view s) {
  const auto outer = [](char c) { return static_cast<unsigned char>(c) <= 0x20; };
  while (!s.empty() && outer(s.front())) s.remove_prefix(1);
  while (!s.empty() && outer(s.back())) s.remove_suffix(1);
  return s;
}

Address from_v4(std::uint32_t number) {
  Address address;
  address.bytes[10] = address.bytes[11] = 0xFF;
  for (std::size_t i = 0; i < 4; ++i) {
    address.bytes[12 + i] = static_cast<std::uint8_t>(number >> (24 - 8 * i));
  }
  return address;
}

std::optional<std::uint32_t> strict_v4(std::string_view text) {
  std::uint32_t number = 0;
  for (int part = 0; part < 4; ++part) {
    const auto dot = part < 3 ? text.find('.') : text.size();
    if (dot == text.npos || dot == 0 || dot > 3) return std::nullopt;
    std::uint32_t octet = 0;
    for (const char c : text.substr(0, dot)) {
      if (!is_digit(c)) return std::nullopt;
      octet = octet * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (octet > 255 || (dot > 1 && text[0] == '0')) return std::nullopt;
    number = number << 8 | octet;
    text.remove_prefix(std::min(dot + 1, text.size()));
  }
  return number;
}

/// One part of an IPv4 address as browsers read it: 10, 012, 0xA. "0x" alone is zero.
std::optional<std::uint64_t> loose_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  unsigned base = 10;
  if (text.size() >= 2 && text[0] == '0' && ascii_lower(text[1]) == 'x') {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() >= 2 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t number = 0;
  for (const char c : text) {
    const int digit = hex_digit(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= base) return std::nullopt;
    number = number * base + static_cast<unsigned>(digit);
    if (number > 0xFFFFFFFF) return std::nullopt;
  }
  return number;
}

std::optional<std::uint32_t> loose_v4(std::string_view text) {
  std::uint64_t sum = 0;
  for (unsigned part = 0; part < 4; ++part) {
    const auto dot = text.find('.');
    const auto number = loose_number(text.substr(0, dot));
    if (!number) return std::nullopt;
    if (dot == text.npos) {  // the last part fills all octets that are left
      if (*number >= std::uint64_t{1} << (8 * (4 - part))) return std::nullopt;
      return static_cast<std::uint32_t>(sum | *number);
    }
    if (*number > 255) return std::nullopt;
    sum |= *number << (24 - 8 * part);
    text.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

/// WHATWG "ends in a number": then it must be an IPv4 address, or it is no host at all.
bool ends_in_number(std::string_view host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return !last.empty() && is_digit(last.front()) &&
         (std::all_of(last.begin(), last.end(), is_digit) ||
          (ascii_lower(last[std::min<std::size_t>(1, last.size() - 1)]) == 'x' &&
           loose_number(last).has_value()));
}

std::optional<Address> v6(std::string_view text) {
  std::array<std::uint16_t, 8> groups{};
  std::size_t count = 0;
  std::size_t gap = 8;  // where "::" stands; 8: nowhere
  if (text.starts_with("::")) {
    gap = 0;
    text.remove_prefix(2);
  }
  while (!text.empty()) {
    if (count == 8) return std::nullopt;
    if (const auto v4 = text.find(':') == text.npos ? strict_v4(text) : std::nullopt) {
      if (count > 6) return std::nullopt;
      groups[count++] = static_cast<std::uint16_t>(*v4 >> 16);
      groups[count++] = static_cast<std::uint16_t>(*v4);
      break;
    }
    unsigned value = 0;
    const auto [end, error] = std::from_chars(
        text.data(),  // NOLINT(bugprone-suspicious-stringview-data-usage): its end is given
        text.data() + std::min<std::size_t>(text.size(), 4), value, 16);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    groups[count++] = static_cast<std::uint16_t>(value);
    if (text.empty()) break;
    if (text.starts_with("::")) {
      if (gap != 8) return std::nullopt;
      gap = count;
      text.remove_prefix(2);
    } else if (text.front() == ':' && text.size() > 1) {
      text.remove_prefix(1);
    } else {
      return std::nullopt;
    }
  }
  if (gap == 8 ? count != 8 : count > 7) return std::nullopt;
  if (gap != 8) {
    const auto tail = count - gap;
    std::move_backward(groups.begin() + static_cast<std::ptrdiff_t>(gap),
                       groups.begin() + static_cast<std::ptrdiff_t>(count), groups.end());
    std::fill(groups.begin() + static_cast<std::ptrdiff_t>(gap),
              groups.end() - static_cast<std::ptrdiff_t>(tail), std::uint16_t{0});
  }
  Address address;
  for (std::size_t i = 0; i < 8; ++i) {
    address.bytes[2 * i] = static_cast<std::uint8_t>(groups[i] >> 8);
    address.bytes[2 * i + 1] = static_cast<std::uint8_t>(groups[i]);
  }
  return address;
}

bool labels_fit(std::string_view host, bool unicode) {
  if (!unicode && host.size() > Host::kMaxName) return false;
  while (true) {
    const auto dot = host.find('.');
    const auto label = host.substr(0, dot);
    if (label.empty() || (!unicode && label.size() > kMaxLabel)) return false;
    if (dot == host.npos) return true;
    host.remove_prefix(dot + 1);
  }
}

/// The scheme in lower case without removed characters; empty when it is too long to be special.
std::string_view plain_scheme(std::string_view written, std::array<char, kMaxScheme>& buffer) {
  std::size_t size = 0;
  for (const char c : written) {
    if (is_removed(c)) continue;
    if (size == buffer.size()) return {};
    buffer[size++] = ascii_lower(c);
  }
  return {buffer.data(), size};
}

/// The length of "scheme" when text begins with "scheme:".
std::optional<std::size_t> scheme_length(std::string_view text) {
  if (text.empty() || !is_alpha(text.front())) return std::nullopt;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ':') return i;
    if (!is_alpha(c) && !is_digit(c) && c != '+' && c != '-' && c != '.' && !is_removed(c)) break;
  }
  return std::nullopt;
}

/// Takes slashes (and characters that browsers remove) off the front; how many slashes there were.
std::size_t take_slashes(std::string_view& text, std::size_t at_most) {
  std::size_t slashes = 0;
  while (!text.empty() && (is_removed(text.front()) || is_slash(text.front()))) {
    if (is_slash(text.front()) && slashes == at_most) break;
    slashes += is_slash(text.front()) ? 1 : 0;
    text.remove_prefix(1);
  }
  return slashes;
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint32_t port = 0;
  bool any = false;
  for (const char c : text) {
    if (is_removed(c)) continue;
    if (!is_digit(c)) return std::nullopt;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (port > 0xFFFF) return std::nullopt;
    any = true;
  }
  return any ? std::optional(static_cast<std::uint16_t>(port)) : std::nullopt;
}

bool parse_bounded(std::string_view url, Parts& out, bool may_wrap) {
  url = without_controls_around(url);
  const auto length = scheme_length(url);
  if (!length) return false;
  const auto written = url.substr(0, *length);
  url.remove_prefix(*length + 1);
  std::array<char, kMaxScheme> buffer;
  const auto scheme = plain_scheme(written, buffer);
  if (std::find(std::begin(kWrapping), std::end(kWrapping), scheme) != std::end(kWrapping)) {
    return may_wrap && parse_bounded(url, out, false);
  }
  const auto* const special = std::find_if(std::begin(kSpecial), std::end(kSpecial),
                                           [&](const Scheme& s) { return s.name == scheme; });
  const bool is_special = special != std::end(kSpecial);
  const auto slashes = take_slashes(url, is_special ? url.size() : 2);
  if (!is_special && slashes < 2) return false;
  if (!parse_authority(url, out)) return false;
  out.scheme = written;
  if (is_special && out.port == special->default_port) out.port.reset();
  return true;
}

}  // namespace

bool Address::is_v4() const {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         bytes[10] == 0xFF && bytes[11] == 0xFF;
}

std::optional<Address> parse_address(std::string_view text) {
  if (const auto number = strict_v4(text)) return from_v4(*number);
  return text.size() >= 2 && text.size() <= 45 ? v6(text) : std::nullopt;
}

std::string to_text(const Address& address) {
  const auto& b = address.bytes;
  if (address.is_v4()) return fmt::format("{}.{}.{}.{}", b[12], b[13], b[14], b[15]);
  const auto group = [&](std::size_t i) { return b[2 * i] << 8 | b[2 * i + 1]; };
  std::size_t best = 0;
  std::size_t longest = 1;  // a single zero group is not shortened (RFC 5952, 4.2.2)
  for (std::size_t i = 0; i < 8; ++i) {
    std::size_t run = 0;
    while (i + run < 8 && group(i + run) == 0) ++run;
    if (run > longest) {
      best = i;
      longest = run;
    }
  }
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) {
    if (longest > 1 && i == best) {
      out += "::";
      i += longest - 1;
      continue;
    }
    if (!out.empty() && out.back() != ':') out += ':';
    fmt::format_to(std::back_inserter(out), "{:x}", group(i));
  }
  return out;
}

bool parse_host(std::string_view text, Host& out) {
  out.unicode_ = false;
  std::size_t size = 0;
  const bool bracketed = text.size() >= 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  const bool address_only = bracketed || std::count(text.begin(), text.end(), ':') > 1;
  // A zone ("fe80::1%25en0") names an interface of the phone, not another host.
  if (address_only) text = text.substr(0, text.find('%'));
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (is_removed(c)) continue;
    if (c == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
        hex_digit(text[i + 2]) >= 0) {
      c = static_cast<char>(hex_digit(text[i + 1]) << 4 | hex_digit(text[i + 2]));
      i += 2;
    }
    if (size == out.text_.size() || (is_forbidden(c) && !(address_only && c == ':'))) return false;
    out.unicode_ = out.unicode_ || (static_cast<unsigned char>(c) & 0x80) != 0;
    out.text_[size++] = ascii_lower(c);
  }
  if (size > 1 && out.text_[size - 1] == '.') --size;
  out.size_ = static_cast<std::uint16_t>(size);
  out.kind_ = Host::Kind::address;
  if (address_only) {
    const auto address = v6(out.text());
    if (address) out.address_ = *address;
    return address.has_value();
  }
  if (!out.unicode_ && ends_in_number(out.text())) {
    const auto number = loose_v4(out.text());
    if (number) out.address_ = from_v4(*number);
    return number.has_value();
  }
  out.kind_ = Host::Kind::name;
  return labels_fit(out.text(), out.unicode_);
}

bool parse_authority(std::string_view text, Parts& out) {
  out.scheme = {};
  const auto end = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), ends_authority) -
                                            text.begin());
  out.rest = text.substr(end);
  auto authority = text.substr(0, end);
  const auto at = authority.rfind('@');
  out.user_info = at == authority.npos ? std::string_view() : authority.substr(0, at);
  if (at != authority.npos) authority.remove_prefix(at + 1);

  out.port.reset();
  const bool bracketed = !authority.empty() && authority.front() == '[';
  const auto colon = authority.find(':', bracketed ? authority.find(']') : 0);
  out.written_host = authority.substr(0, colon);
  if (!bracketed && colon != authority.npos && authority.find(':', colon + 1) != authority.npos) {
    out.written_host = authority;  // two colons: IPv6 without its brackets, or nothing
  } else if (colon != authority.npos) {
    out.port = port_of(authority.substr(colon + 1));
  }
  return parse_host(out.written_host, out.host);
}

bool parse(std::string_view url, Parts& out) { return parse_bounded(url, out, true); }

std::optional<std::string> host_of(std::string_view url) {
  Parts parts;
  if (!parse(url, parts)) return std::nullopt;
  if (parts.host.kind() == Host::Kind::address) return to_text(parts.host.address());
  return std::string(parts.host.text());
}

}  // namespace interdict::url
