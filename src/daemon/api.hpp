// What the daemon answers over HTTP.
//
//   the public listener (loopback by default)
//     POST /dovecot?command=allow|report   Dovecot's auth policy
//     GET  /auth-request                   a reverse proxy's question (any method)
//     POST /v1/decide                      {"account", "channel", "at", "ehlo", "user_agent", …}: a
//                                          decision in full; nothing is recorded
//     POST /v1/identify                    the same fields: which device
//     GET  /v1/health, GET /metrics        Prometheus' text form 0.0.4
//   the control listener (a Unix socket, for operators)
//     the above, and
//     GET  /v1/sightings?person=P, GET /v1/examinations
//     POST /v1/examinations                {"serial", "product_type", "build", "verdict",
//                                          "examined_at", "report_digest", "owner"}
//     POST /v1/reload                      reads the ban again

#pragma once

#include <functional>
#include <string>

#include "daemon/config.hpp"
#include "gate/gatekeeper.hpp"
#include "http/router.hpp"
#include "ledger/ledger.hpp"

namespace interdict::daemon {

/// What the pages need of the daemon. All must outlive the routers.
struct Api {
  const Config& config;
  gate::Gatekeeper& keeper;
  gate::Judge& judge;  // of the HTTP faces
  ledger::Ledger& ledger;
  std::function<void()> reload;
  std::function<std::string()> policy_error;  // of the last reload; empty: it went well
  std::function<std::string()> metrics;       // of the listeners
};

http::Router public_pages(const Api& api);
http::Router control_pages(const Api& api);

}  // namespace interdict::daemon
