#include "gate/dovecot_policy.hpp"

#include "base/json_writer.hpp"
#include "devices/json_objects.hpp"
#include "gate/milter_packets.hpp"

namespace interdict::gate::dovecot {
namespace {

constexpr std::string_view kAllow = R"({"status":0})";
constexpr std::string_view kGenericRefusal = "This device may not be used for work mail";

/// Through which door: SASL for Postfix asks here, too, and knows no device.
devices::Channel channel_of(std::string_view protocol) {
  return protocol == "smtp" || protocol == "submission" ? devices::Channel::mail_send
                                                        : devices::Channel::mail_read;
}

std::string reply(const Verdict& verdict) {
  // A login can be neither held nor put off: both are a refusal that says so.
  if (verdict.kind == Verdict::Kind::pass) return std::string(kAllow);
  JsonWriter out;
  out.begin_object();
  out.member("status", -1);
  out.member("msg", verdict.text.empty() ? std::string(kGenericRefusal)
                                         : milter::clean_reply(verdict.text));
  out.end_object();
  return out.take();
}

std::string answer_to(std::span<const devices::JsonMember> members, bool report, Judge& judge) {
  Submission submission;
  submission.account = devices::value_of(members, "login");
  submission.authenticated = report;
  submission.channel = channel_of(devices::value_of(members, "protocol"));
  submission.seen.imap_id = devices::value_of(members, "device_id");
  submission.session = devices::value_of(members, "session_id");
  submission.client_address = devices::value_of(members, "remote");
  if (submission.account.empty()) return std::string(kAllow);
  if (!report) return reply(judge.judge(submission));
  // Too late to refuse: a sighting.
  if (devices::value_of(members, "success") == "true") judge.judge(submission);
  return std::string(kAllow);
}

}  // namespace

Result<std::string> answer(std::string_view command, std::string_view body, Judge& judge) {
  const bool report = command == "report";
  if (!report && command != "allow") {
    return Error{Errc::unsupported, "command is neither allow nor report"};
  }
  if (body.size() > kMaxBody) return Error{Errc::limit, "the body is too long"};
  std::string reply_text;
  TRY(devices::read_json_object(body, [&](std::span<const devices::JsonMember> members) {
    reply_text = answer_to(members, report, judge);
    return ok();
  }));
  return reply_text;
}

}  // namespace interdict::gate::dovecot
