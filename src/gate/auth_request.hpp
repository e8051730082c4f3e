// The question a reverse proxy asks before it lets a request through: nginx's auth_request, and any
// forward-auth proxy of the same contract.
//
// Format  a GET with the fields of the original request (User-Agent, Authorization …), without its
//         body, and X-Original-URI. Answer 200 lets pass, 403 refuses, X-Idict-Decision says what
//         was decided and, where the user is to be told, X-Idict-Text why.
// Who     a field that the proxy itself sets after it has authenticated (Settings::user_field), or
//         the user of Basic authorization, or of an ActiveSync query. The last two have not proved
//         anything: they may be refused, they are no sighting. A password is never kept.
// What    ActiveSync by its query in both forms; DAV, EWS and web pages by their user agent.

#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "gate/submission.hpp"
#include "logs/reader.hpp"

namespace interdict::gate::auth_request {

struct Settings {
  std::string user_field;               // "X-Remote-User"; empty: none is trusted
  bool basic_is_verified = false;       // the proxy checked the password before it asks
  std::vector<logs::PathRule> paths{};  // channels of this site's own paths
};

struct Answer {
  int status = 200;
  std::string decision;  // pass, warn, hold, refuse, outside
  std::string text;      // for the user; empty when there is nothing to say
};

/// `fields` are those of the sub-request. Requests that belong to no channel of work pass.
Answer ask(std::span<const devices::Field> fields, const Settings& settings, Judge& judge);

/// The user of "Basic …": nothing when it is no such field or damaged.
std::string basic_user(std::string_view authorization);

}  // namespace interdict::gate::auth_request
