// A client of the HTTP service without a socket, as hostile as it comes. Cut anywhere the answers
// are the same, whole or byte by byte, and what is refused is refused for good.
#include "http/testing.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "base/bytes.hpp"

namespace {

using namespace interdict;

/// Without the second of the answer, and without the invitation to send a body, which is given only
/// to who waits for it.
std::string comparable(std::string text) {
  for (auto at = text.find("\r\nDate: "); at != text.npos; at = text.find("\r\nDate: ", at)) {
    text.erase(at, 37);
  }
  constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  for (auto at = text.find(kContinue); at != text.npos; at = text.find(kContinue, at)) {
    text.erase(at, kContinue.size());
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const http::Service service = [] {
    http::ServiceOptions options;
    options.trusted_proxies.push_back(*net::Network::parse("127.0.0.0/8"));
    return http::Service(http::testing::sample_router(), std::move(options));
  }();
  if (size == 0) return 0;
  net::Peer peer;
  peer.address = net::Address::parse("127.0.0.1");
  const std::size_t piece = 1 + data[0];
  const auto bytes = text_of(std::as_bytes(std::span(data + 1, size - 1)));
  const auto whole = http::testing::talk(service, bytes, ~std::size_t{0}, peer);
  const auto cut = http::testing::talk(service, bytes, piece, peer);
  if (whole.ended != cut.ended || comparable(whole.text) != comparable(cut.text)) std::abort();
  if (whole.ended && whole.text.empty()) std::abort();
  return 0;
}
