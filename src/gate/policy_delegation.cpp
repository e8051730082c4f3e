#include "gate/policy_delegation.hpp"

#include <fmt/format.h>

#include "gate/milter_packets.hpp"

namespace interdict::gate::policy_delegation {
namespace {

constexpr std::string_view kEnd = "\n\n";

/// Postfix gives "550 5.7.1 " and our text; actions are one line.
std::string action_of(const Verdict& verdict) {
  const auto text = milter::clean_reply(verdict.text);
  switch (verdict.kind) {
    case Verdict::Kind::refuse:
      return "550 5.7.1 " + (text.empty() ? "This device may not be used for work mail" : text);
    case Verdict::Kind::tempfail:
      return "451 4.7.1 " + (text.empty() ? "Please try again later" : text);
    case Verdict::Kind::hold:
      return "HOLD " + text;
    case Verdict::Kind::pass:
      break;
  }
  // One action a request: the first field is the one that counts.
  if (verdict.headers.empty()) return "DUNNO";
  const auto& [name, value] = verdict.headers.front();
  return fmt::format("PREPEND {}: {}", name, milter::clean_header(value));
}

}  // namespace

Status Session::receive(std::string_view bytes, std::string& out) {
  while (!bytes.empty()) {
    // No further than the bound: what a hostile client sends at once is not kept at once.
    const auto piece = bytes.substr(0, kMaxRequest + kEnd.size() - waiting_.size());
    bytes.remove_prefix(piece.size());
    waiting_ += piece;
    std::size_t begin = 0;
    for (auto end = waiting_.find(kEnd); end != waiting_.npos; end = waiting_.find(kEnd, begin)) {
      const auto request = std::string_view(waiting_).substr(begin, end - begin);
      out += "action=" + TRY(answer(request)) + "\n\n";
      begin = end + kEnd.size();
    }
    waiting_.erase(0, begin);
    if (waiting_.size() > kMaxRequest) {
      return Error{Errc::limit, fmt::format("a request of more than {} bytes", kMaxRequest)};
    }
  }
  return ok();
}

Result<std::string> Session::answer(std::string_view request) {
  Submission submission;
  submission.channel = devices::Channel::mail_send;
  std::string_view kind;
  for (std::size_t lines = 0; !request.empty(); ++lines) {
    if (lines == kMaxAttributes) return Error{Errc::limit, "too many attributes"};
    const auto line = request.substr(0, request.find('\n'));
    request.remove_prefix(std::min(request.size(), line.size() + 1));
    const auto equals = line.find('=');
    if (equals == line.npos) return Error{Errc::malformed, "a line without '='"};
    const auto name = line.substr(0, equals), value = line.substr(equals + 1);
    if (name == "request") kind = value;
    if (name == "sasl_username") submission.account = value;
    if (name == "helo_name") submission.seen.ehlo = value;
    if (name == "ccert_subject") submission.seen.certificate_subject = value;
    if (name == "client_address") submission.client_address = value;
    if (name == "queue_id" && !value.empty()) submission.session = value;
    if (name == "instance" && submission.session.empty()) submission.session = value;
  }
  if (kind != "smtpd_access_policy") {
    return Error{Errc::unsupported, "not a request=smtpd_access_policy"};
  }
  if (submission.account.empty()) return std::string("DUNNO");
  return action_of(judge_.judge(submission));
}

}  // namespace interdict::gate::policy_delegation
