#include "net/address.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/bytes.hpp"

namespace interdict::net {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool same_prefix(const Address& a, const Address& b, unsigned bits) {
  const auto whole = bits / 8, rest = bits % 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  return rest == 0 || (a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest) == 0;
}

std::optional<unsigned> number(std::string_view text, unsigned most) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most) return {};
  return value;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> zero_ended{};
  if (text.empty() || text.size() >= zero_ended.size() || text.find('\0') != text.npos) return {};
  std::copy(text.begin(), text.end(), zero_ended.begin());
  Address address;
  if (::inet_pton(AF_INET6, zero_ended.data(), address.bytes.data()) == 1) return address;
  std::copy(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (::inet_pton(AF_INET, zero_ended.data(), address.bytes.data() + kMapped.size()) == 1) {
    return address;
  }
  return {};
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> out{};
  const auto* from = v4() ? bytes.data() + kMapped.size() : bytes.data();
  ::inet_ntop(v4() ? AF_INET : AF_INET6, from, out.data(), out.size());
  return out.data();
}

bool Address::v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

Address Address::subscriber() const {
  if (v4()) return *this;
  Address all = *this;
  std::fill(all.bytes.begin() + 8, all.bytes.end(), std::uint8_t{0});
  return all;
}

std::size_t AddressHash::operator()(const Address& a) const noexcept {
  return std::hash<std::string_view>{}(
      text_of(std::as_bytes(std::span<const std::uint8_t>(a.bytes))));
}

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = Address::parse(text.substr(0, slash));
  if (!address) return Error{Errc::malformed, fmt::format("no network: {}", text)};
  Network network;
  network.first_ = *address;
  if (slash == text.npos) return network;
  const auto bits = number(text.substr(slash + 1), address->v4() ? 32 : 128);
  if (!bits) return Error{Errc::malformed, fmt::format("no length of a network: {}", text)};
  network.bits_ = address->v4() ? 96 + *bits : *bits;
  for (unsigned bit = network.bits_; bit < 128; ++bit) {
    if ((address->bytes[bit / 8] >> (7 - bit % 8) & 1) != 0) {
      return Error{Errc::malformed, fmt::format("{} names an address inside the network", text)};
    }
  }
  return network;
}

bool Network::holds(const Address& address) const { return same_prefix(first_, address, bits_); }

Endpoint Endpoint::loopback(std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address = *Address::parse("127.0.0.1");
  endpoint.port = port;
  return endpoint;
}

Endpoint Endpoint::unix_socket(std::string path, std::uint32_t mode) {
  Endpoint endpoint;
  endpoint.path = std::move(path);
  endpoint.mode = mode;
  return endpoint;
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  constexpr std::string_view kUnix = "unix:";
  if (text.starts_with(kUnix)) {
    const auto path = text.substr(kUnix.size());
    if (path.empty() || path.find('\0') != path.npos) {
      return Error{Errc::malformed, "a Unix socket needs a path"};
    }
    return unix_socket(std::string(path));
  }
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon == text.npos ? 0 : colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const auto address = Address::parse(host);
  const auto port =
      colon == text.npos ? std::optional<unsigned>() : number(text.substr(colon + 1), 65535);
  if (!address || !port || bracketed != (host.find(':') != host.npos)) {
    return Error{Errc::malformed,
                 fmt::format("\"{}\": neither ADDRESS:PORT, [ADDRESS]:PORT nor unix:/PATH", text)};
  }
  Endpoint endpoint;
  endpoint.address = *address;
  endpoint.port = static_cast<std::uint16_t>(*port);
  return endpoint;
}

std::string Endpoint::text() const {
  if (!path.empty()) return "unix:" + path;
  return address.v4() ? fmt::format("{}:{}", address.text(), port)
                      : fmt::format("[{}]:{}", address.text(), port);
}

}  // namespace interdict::net
