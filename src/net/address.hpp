// Internet addresses and networks, as values to compare, count and print.
//
// IPv4 is kept as its IPv4-mapped IPv6 address (::ffff:a.b.c.d, RFC 4291 2.5.5.2), so that a
// client that reaches an IPv6 socket over IPv4 is the same client.

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace interdict::net {

struct Address {
  std::array<std::uint8_t, 16> bytes{};

  /// "192.0.2.1", "2001:db8::1"; no port, no brackets, no zone.
  static std::optional<Address> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool v4() const;
  /// What one subscriber holds, for counting: an IPv4 address, or the /64 of an IPv6 address (a
  /// client may choose any of its 2^64 addresses: RFC 8981).
  [[nodiscard]] Address subscriber() const;

  auto operator<=>(const Address&) const = default;
};

struct AddressHash {
  std::size_t operator()(const Address& a) const noexcept;
};

/// "10.0.0.0/8", "2001:db8::/32", or one address. Bits beyond the length are an error: who writes
/// 10.0.0.1/8 means something else than 10.0.0.0/8.
class Network {
 public:
  static Result<Network> parse(std::string_view text);
  [[nodiscard]] bool holds(const Address& address) const;

 private:
  Address first_;
  unsigned bits_ = 128;
};

/// Where to listen: a TCP port of one address, or a Unix socket.
struct Endpoint {
  Address address;
  std::uint16_t port = 0;  // 0: any free one
  std::string path;        // not empty: a Unix socket, and the two above mean nothing
  std::uint32_t mode = 0660;

  static Endpoint loopback(std::uint16_t port = 0);
  static Endpoint unix_socket(std::string path, std::uint32_t mode = 0660);
  /// "127.0.0.1:8080", "[::1]:8080", "unix:/run/interdict/http.sock".
  static Result<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
};

}  // namespace interdict::net
