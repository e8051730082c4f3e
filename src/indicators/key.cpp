#include "indicators/key.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "evidence/device_path.hpp"
#include "indicators/host.hpp"

namespace interdict::indicators {
namespace keys {
namespace {

constexpr std::array<std::string_view, 14> kTypeNames = {
    "domain", "ip",  "url",  "email",  "process",     "file_name",  "file_path",
    "app_id", "md5", "sha1", "sha256", "cert_sha256", "profile_id", "property",
};

Error not_a(std::string_view what, std::string_view value) {
  return {Errc::malformed, fmt::format("'{}' is not {}", printable(value.substr(0, 100)), what)};
}

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const char low = ascii_lower(c);
    return (c >= '0' && c <= '9') || (low >= 'a' && low <= 'f');
  });
}

void set_lower(std::string_view value, std::string& out) {
  out.assign(value);
  for (char& c : out) c = ascii_lower(c);
}

/// An address or a block of them.
bool set_ip(std::string_view value, std::string& out) {
  const auto slash = value.find('/');
  const auto address = url::parse_address(value.substr(0, slash));
  if (!address) return false;
  const unsigned offset = address->is_v4() ? 96 : 0;
  unsigned bits = 128 - offset;
  if (slash != value.npos) {
    const auto digits = value.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    if (error != std::errc() || end != digits.data() + digits.size() || bits > 128 - offset) {
      return false;
    }
  }
  out.clear();
  append_ip_key(out, *address, offset + bits);
  return true;
}

/// A host, with the port and the trailing dot that authors leave there.
Status set_domain(std::string_view value, Key& out) {
  if (value.starts_with("*.")) value.remove_prefix(2);  // what a domain means anyway
  url::Parts parts;
  if (!url::parse_authority(value, parts) || !make_comparable(parts.host)) {
    return not_a("a host name", value);
  }
  if (parts.rest.size() > 1) {
    out.type = Type::url;
    out.text.clear();
    append_url_key(out.text, parts);
    return ok();
  }
  if (parts.host.kind() == url::Host::Kind::address) {
    out.type = Type::ip;
    out.text.clear();
    append_ip_key(out.text, parts.host.address(), 128);
    return ok();
  }
  out.type = Type::domain;
  out.text.assign(parts.host.text());
  return ok();
}

Status set_url(std::string_view value, Key& out) {
  url::Parts parts;
  if (url::parse(value, parts) && make_comparable(parts.host)) {
    out.type = Type::url;
    out.text.clear();
    append_url_key(out.text, parts);
    return ok();
  }
  if (value.find(':') < value.find_first_of("/.")) return not_a("a URL with a host", value);
  return set_domain(value, out);
}

Status set_email(std::string_view value, Key& out) {
  if (equal_ignoring_case(value.substr(0, 7), "mailto:")) value.remove_prefix(7);
  if (value.find('@') == value.npos) return not_a("an e-mail address", value);
  set_lower(value, out.text);
  return ok();
}

/// Hexadecimal of one of these lengths; colons between bytes are taken out.
Status set_digest(std::string_view value, std::initializer_list<std::size_t> lengths, Key& out) {
  set_lower(value, out.text);
  std::erase(out.text, ':');
  const bool fits = std::find(lengths.begin(), lengths.end(), out.text.size()) != lengths.end();
  if (!fits || !is_hex(out.text)) return not_a(name_of(out.type), value);
  return ok();
}

/// "hxxp://a[.]b" as analysts write it lest somebody clicks on it.
std::string refanged(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kSpellings = {{
      {"[.]", "."},
      {"(.)", "."},
      {"[dot]", "."},
      {"(dot)", "."},
      {"[:]", ":"},
      {"[://]", "://"},
      {"[@]", "@"},
      {"[at]", "@"},
  }};
  while (!value.empty()) {
    const auto* const found =
        std::find_if(kSpellings.begin(), kSpellings.end(), [&](const auto& spelling) {
          return equal_ignoring_case(value.substr(0, spelling.first.size()), spelling.first);
        });
    if (found == kSpellings.end()) {
      out += value.front();
      value.remove_prefix(1);
    } else {
      out += found->second;
      value.remove_prefix(found->first.size());
    }
  }
  const auto colon = out.find("://");
  if (colon != out.npos && equal_ignoring_case(std::string_view(out).substr(0, 4), "hxxp")) {
    out.replace(1, 2, "tt");
  }
  return out;
}

}  // namespace
}  // namespace keys

std::string_view name_of(Type type) { return keys::kTypeNames[static_cast<std::size_t>(type)]; }

bool parse_type(std::string_view name, Type& out) {
  const auto* const found = std::find(keys::kTypeNames.begin(), keys::kTypeNames.end(), name);
  if (found == keys::kTypeNames.end()) return false;
  out = static_cast<Type>(found - keys::kTypeNames.begin());
  return true;
}

void append_ip_key(std::string& out, const url::Address& address, unsigned prefix) {
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned kept = prefix > 8 * i ? std::min(prefix - 8 * i, 8U) : 0;
    out += static_cast<char>(address.bytes[i] & (0xFF00U >> kept));
  }
  out += static_cast<char>(prefix);
}

void append_url_key(std::string& out, const url::Parts& parts) {
  if (!parts.scheme.empty()) {
    for (const char c : parts.scheme) out += ascii_lower(c);
    out += ':';
  }
  out += "//";
  if (parts.host.kind() == url::Host::Kind::name) {
    out += parts.host.text();
  } else {
    const auto text = url::to_text(parts.host.address());
    out += parts.host.address().is_v4() ? text : "[" + text + "]";
  }
  if (parts.port) fmt::format_to(std::back_inserter(out), ":{}", *parts.port);
  if (parts.rest.empty() || parts.rest.front() != '/') out += '/';
  out += parts.rest;
}

Status make_key(Type type, std::string_view value, Key& out) {
  value = trimmed(value);
  out.type = type;
  out.relative = false;
  if (value.empty()) return Error(Errc::malformed, "an empty value");
  switch (type) {
    case Type::domain:
      if (keys::set_ip(value, out.text)) {
        out.type = Type::ip;
        return ok();
      }
      if (value.find("://") != value.npos) {
        out.type = Type::url;
        TRY(keys::set_url(value, out));
        url::Parts parts;
        const bool bare = url::parse(value, parts) && parts.rest.size() <= 1;
        return bare ? keys::set_domain(std::string(parts.written_host), out) : ok();
      }
      return keys::set_domain(value, out);
    case Type::ip:
      return keys::set_ip(value, out.text) ? ok() : Status(keys::not_a("an IP address", value));
    case Type::url:
      return keys::set_url(value, out);
    case Type::email:
      return keys::set_email(value, out);
    case Type::process:
    case Type::file_name:
      out.text.assign(value);
      return ok();
    case Type::file_path:
      out.relative = value.front() != '/';
      out.text.clear();
      evidence::append_canonical_path(out.text, value);
      if (out.text == "/") return Error(Errc::malformed, "the root of the file system");
      return ok();
    case Type::md5:
      return keys::set_digest(value, {32}, out);
    case Type::sha1:
      return keys::set_digest(value, {40}, out);
    case Type::sha256:
      return keys::set_digest(value, {64}, out);
    case Type::cert_sha256:
      return keys::set_digest(value, {32, 40, 64}, out);
    case Type::app_id:
    case Type::profile_id:
    case Type::property:
      keys::set_lower(value, out.text);
      return ok();
  }
  return Error(Errc::malformed, "unknown type");
}

Status guess_key(std::string_view value, Key& out) {
  const std::string mended = keys::refanged(trimmed(value));
  const std::string_view text = mended;
  if (text.find("://") != text.npos) return make_key(Type::url, text, out);
  if (text.starts_with('/')) return make_key(Type::file_path, text, out);
  if (keys::set_ip(text, out.text)) return make_key(Type::ip, text, out);
  if (text.find('@') != text.npos) return make_key(Type::email, text, out);
  if (keys::is_hex(text)) {
    if (text.size() == 32) return make_key(Type::md5, text, out);
    if (text.size() == 40) return make_key(Type::sha1, text, out);
    if (text.size() == 64) return make_key(Type::sha256, text, out);
  }
  if (text.find_first_of(" \t,;\"'") != text.npos) {
    return keys::not_a("a domain, an address, a URL, an e-mail, a hash or a path", text);
  }
  if (text.find('.') == text.npos) return keys::not_a("a host name with a dot", text);
  return make_key(Type::domain, text, out);
}

}  // namespace interdict::indicators
