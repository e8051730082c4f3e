// URLs as browsers read them, because that is how a phone followed them.
//
// Not a validator: hostile text in, the host that would have been contacted out, or nothing. Port,
// user-info, back-slashes, percent signs, embedded tabs and line ends, upper-case schemes, and IPv4
// addresses in decimal, octal or hexadecimal do not hide a host.
//
// Source  WHATWG URL Standard, sections 3.5 (host parsing) and 4.4 (basic URL parser). On purpose
//         not done: Unicode host names are left as they are (room indicators makes A-labels).
// Bounds  linear in the text, nothing is allocated by parse(). Host names longer than 253 bytes, or
//         with labels of more than 63 bytes, are no hosts; Unicode ones may have up to 500 bytes of
//         UTF-8, their A-labels are judged later.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace interdict::url {

/// An IP address as a number. IPv4 is held as ::ffff:a.b.c.d, so both spellings of it are equal.
struct Address {
  std::array<std::uint8_t, 16> bytes{};  // network order
  [[nodiscard]] bool is_v4() const;
  auto operator<=>(const Address&) const = default;
};
/// The strict spellings: four decimal octets without leading zeros, or RFC 4291 (no zone, no
/// brackets).
std::optional<Address> parse_address(std::string_view text);
/// RFC 5952; IPv4 with dots.
std::string to_text(const Address& address);

/// A name or an address, ready to be compared.
class Host {
 public:
  enum class Kind : std::uint8_t { name, address };

  [[nodiscard]] Kind kind() const { return kind_; }
  /// ASCII letters in lower case, percent signs decoded, no trailing dot. UTF-8 where the URL had
  /// it. For an address: as it was written, without brackets.
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  [[nodiscard]] const Address& address() const { return address_; }  // of Kind::address
  [[nodiscard]] bool has_unicode() const { return unicode_; }        // A-labels must be made first

  static constexpr std::size_t kMaxName = 253;
  static constexpr std::size_t kMaxUnicode = 500;  // bytes of UTF-8

 private:
  friend bool parse_host(std::string_view text, Host& out);
  std::array<char, kMaxUnicode + 1> text_;
  std::uint16_t size_ = 0;
  Kind kind_ = Kind::name;
  bool unicode_ = false;
  Address address_;
};
/// A host alone, as it stands in a URL (IPv6 in brackets or bare). False: no host.
bool parse_host(std::string_view text, Host& out);

/// All views point into the text that was parsed.
struct Parts {
  std::string_view scheme;     // as written, without the colon; may be empty
  std::string_view user_info;  // as written, without the @
  Host host;
  std::string_view written_host;      // as written: "[::1]", "A.B."
  std::optional<std::uint16_t> port;  // not when it is the scheme's default
  std::string_view rest;              // from the path on, as written
};

/// "scheme://host…", and what browsers take for it ("http:/\host", "blob:https://host"). False: no
/// host in it.
bool parse(std::string_view url, Parts& out);
/// "user@host:port" and what may follow it from the first slash on. scheme stays empty.
bool parse_authority(std::string_view text, Parts& out);

/// The host of a URL: lower case, no port, no user-info, no trailing dot; addresses in RFC 5952
/// form, without brackets.
std::optional<std::string> host_of(std::string_view url);

}  // namespace interdict::url
