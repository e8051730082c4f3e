#include "http/service.hpp"

#include <algorithm>
#include <ctime>

#include "base/text.hpp"
#include "http/session.hpp"

namespace interdict::http {

Service::Service(Router router, ServiceOptions options)
    : router_(std::move(router)), options_(std::move(options)) {}

net::Factory Service::factory() const {
  return [this](const net::Peer& peer, net::Wake wake) {
    return std::make_unique<Session>(*this, peer, std::move(wake));
  };
}

net::ListenerOptions Service::listener(std::string name) const {
  net::ListenerOptions out;
  out.name = std::move(name);
  out.uncapped = options_.trusted_proxies;
  append_response(out.when_full, failure(503, "too many connections"), Method::get, false, false,
                  date());
  return out;
}

const std::string& Service::date() const {
  const auto now = static_cast<std::int64_t>(std::time(nullptr));
  if (now != date_of_) {
    date_of_ = now;
    date_ = http_date(now);
  }
  return date_;
}

std::optional<net::Address> client_of(const net::Peer& peer, const Headers& headers,
                                      const ServiceOptions& options) {
  const auto trusted = [&](const std::optional<net::Address>& address) {
    if (!address) return options.trust_unix_sockets;
    return std::any_of(options.trusted_proxies.begin(), options.trusted_proxies.end(),
                       [&](const net::Network& proxy) { return proxy.holds(*address); });
  };
  std::optional<net::Address> client = peer.address;
  if (!trusted(client)) return client;
  for (std::size_t i = headers.size(); i-- > 0;) {
    auto [name, list] = headers[i];
    if (!equal_ignoring_case(name, "x-forwarded-for")) continue;
    while (!list.empty()) {
      const auto comma = list.rfind(',');
      const auto item = comma == list.npos ? list : list.substr(comma + 1);
      list = list.substr(0, comma == list.npos ? 0 : comma);
      const auto address = net::Address::parse(trimmed(item));
      if (!address) return client;  // no address: what is left of it counts for nothing
      client = address;
      if (!trusted(client)) return client;
    }
  }
  return client;
}

}  // namespace interdict::http
