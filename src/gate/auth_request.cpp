#include "gate/auth_request.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "devices/activesync.hpp"
#include "gate/milter_packets.hpp"
#include "logs/web.hpp"

namespace interdict::gate::auth_request {
namespace {

constexpr std::string_view kActiveSync = "/microsoft-server-activesync";

std::string_view field(std::span<const devices::Field> fields, std::string_view name) {
  const auto found = std::ranges::find_if(
      fields, [&](const devices::Field& each) { return equal_ignoring_case(each.name, name); });
  return found == fields.end() ? std::string_view() : trimmed(found->value);
}

struct Target {
  std::string_view path, query;
};
Target split(std::string_view uri) {
  uri = uri.substr(0, uri.find('#'));
  const auto mark = std::min(uri.find('?'), uri.size());
  return {uri.substr(0, mark), mark == uri.size() ? std::string_view() : uri.substr(mark + 1)};
}

/// Who asks, and whether that was proved.
struct Asker {
  std::string account;
  bool proved = false;
};
Asker asker(std::span<const devices::Field> fields, std::string_view query, bool sync,
            const Settings& settings) {
  if (!settings.user_field.empty()) {
    if (const auto user = field(fields, settings.user_field); !user.empty()) {
      return {std::string(user), true};
    }
  }
  if (auto user = basic_user(field(fields, "Authorization")); !user.empty()) {
    return {std::move(user), settings.basic_is_verified};
  }
  if (!sync) return {};
  auto request = devices::read_sync_query(query);
  return request ? Asker{std::move(request->user), false} : Asker{};
}

Answer said(const Verdict& verdict) {
  const auto text = milter::clean_reply(verdict.text);
  switch (verdict.kind) {
    case Verdict::Kind::refuse:
      return {403, "refuse", text};
    // A page can be neither held nor put off: both are a refusal that says so.
    case Verdict::Kind::hold:
      return {403, "hold", text};
    case Verdict::Kind::tempfail:
      return {403, "later", text};
    case Verdict::Kind::pass:
      break;
  }
  return {200, "pass", text};
}

}  // namespace

std::string basic_user(std::string_view authorization) {
  constexpr std::string_view kScheme = "basic ";
  constexpr std::size_t kLongest = 4096;
  if (authorization.size() > kLongest || authorization.size() < kScheme.size() ||
      !equal_ignoring_case(authorization.substr(0, kScheme.size()), kScheme)) {
    return {};
  }
  const auto credentials = from_base64(trimmed(authorization.substr(kScheme.size())));
  if (!credentials) return {};
  const auto text = text_of(*credentials);
  const auto colon = text.find(':');
  return colon == text.npos ? std::string() : std::string(text.substr(0, colon));
}

Answer ask(std::span<const devices::Field> fields, const Settings& settings, Judge& judge) {
  const auto [path, query] = split(field(fields, "X-Original-URI"));
  const auto channel = logs::channel_of(path, settings.paths);
  if (!channel) return {200, "outside", {}};
  const bool sync = equal_ignoring_case(path.substr(0, kActiveSync.size()), kActiveSync);
  auto [account, proved] = asker(fields, query, sync, settings);
  if (account.empty()) return {200, "outside", {}};
  Submission submission;
  submission.channel = *channel;
  submission.account = std::move(account);
  submission.authenticated = proved;
  submission.seen.user_agent = field(fields, "User-Agent");
  if (sync) submission.seen.activesync_query = query;
  submission.seen.certificate_subject = field(fields, "X-Client-Subject");
  submission.client_address = field(fields, "X-Real-IP");
  return said(judge.judge(submission));
}

}  // namespace interdict::gate::auth_request
