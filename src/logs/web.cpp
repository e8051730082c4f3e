#include "logs/web.hpp"

#include <array>

#include "base/text.hpp"

namespace interdict::logs {
namespace {

using devices::Channel;

struct BuiltIn {
  std::string_view prefix;
  Channel channel;
};
constexpr std::string_view kActiveSync = "/microsoft-server-activesync";
constexpr std::array<BuiltIn, 16> kPaths{{{kActiveSync, Channel::sync},
                                          {"/ews", Channel::sync},
                                          {"/mapi", Channel::sync},
                                          {"/sogo/dav", Channel::sync},
                                          {"/caldav", Channel::sync},
                                          {"/carddav", Channel::sync},
                                          {"/dav", Channel::sync},
                                          {"/remote.php/dav", Channel::sync},
                                          {"/.well-known/caldav", Channel::sync},
                                          {"/.well-known/carddav", Channel::sync},
                                          {"/principals", Channel::sync},
                                          {"/owa", Channel::web},
                                          {"/webmail", Channel::web},
                                          {"/roundcube", Channel::web},
                                          {"/sogo", Channel::web},
                                          {"/mail", Channel::web}}};

/// Whether path is prefix or lies below it.
bool below(std::string_view path, std::string_view prefix) {
  while (!prefix.empty() && prefix.back() == '/') prefix.remove_suffix(1);
  return path.size() >= prefix.size() &&
         equal_ignoring_case(path.substr(0, prefix.size()), prefix) &&
         (path.size() == prefix.size() || path[prefix.size()] == '/');
}

/// Appends the parameters of a plain query that speak of the device.
void keep_device(std::string_view query, std::string& out) {
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto parameter = query.substr(0, end);
    query.remove_prefix(end == query.npos ? query.size() : end + 1);
    const auto name = parameter.substr(0, parameter.find('='));
    if (equal_ignoring_case(name, "DeviceId") || equal_ignoring_case(name, "DeviceType")) {
      if (!out.empty()) out += '&';
      out += parameter;
    }
  }
}

/// A coded query is one blob without '=' but for its padding.
bool coded(std::string_view query) {
  const auto blob = query.substr(0, query.find('&'));
  const auto equals = blob.find('=');
  return !blob.empty() && blob.substr(equals == blob.npos ? blob.size() : equals).size() <= 2 &&
         blob.size() >= 16 &&
         (equals == blob.npos || blob.find_first_not_of('=', equals) == blob.npos);
}

}  // namespace

std::optional<Channel> channel_of(std::string_view path, std::span<const PathRule> rules) {
  std::size_t longest = 0;
  std::optional<Channel> found;
  for (const auto& rule : rules) {
    if (rule.prefix.size() > longest && below(path, rule.prefix)) {
      longest = rule.prefix.size();
      found = rule.channel;
    }
  }
  if (found) return found;
  for (const auto& rule : kPaths) {
    if (rule.prefix.size() > longest && below(path, rule.prefix)) {
      longest = rule.prefix.size();
      found = rule.channel;
    }
  }
  return found;
}

void Requests::see(const Request& request, Channel channel) {
  if (request.account.empty()) {
    ++no_user_;
    return;
  }
  if (request.account.size() > kAccountLimit) return file_.skip(Skip::long_account);
  if (!report_.options->is_work(request.account)) {
    ++not_work_;
    return;
  }
  ++requests_;
  if (request.user_agent.empty()) ++no_user_agent_;
  Sighting sighting;
  sighting.account = request.account;
  sighting.channel = channel;
  sighting.when = request.when;
  sighting.seen.user_agent = request.user_agent;
  if (below(request.path, kActiveSync)) {
    query_.clear();
    if (coded(request.query)) {
      query_ = request.query.substr(0, request.query.find('&'));
    } else {
      keep_device(request.query, query_);
    }
    sighting.seen.activesync_query = query_;
  }
  sighting.file = file_.index;
  sighting.line = request.line;
  report_.see(sighting);
}

void Requests::finish() {
  auto& coverage = *report_.coverage;
  coverage.not_work += not_work_;
  coverage.no_account += no_user_;
  const auto blind = [&](std::string_view id, std::uint64_t count, std::uint64_t of,
                         std::string_view text) {
    if (count > 0) coverage.cannot_show.push_back({id, count, of, text});
  };
  blind(words_.no_user, no_user_, no_user_ + requests_ + not_work_, words_.no_user_text);
  blind(words_.no_user_agent, no_user_agent_, requests_,
        "requests without a User-Agent, or a log format that leaves it out");
}

}  // namespace interdict::logs
