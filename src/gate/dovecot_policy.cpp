#include "gate/dovecot_policy.hpp"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/json_writer.hpp"
#include "gate/milter_packets.hpp"

namespace interdict::gate::dovecot {
namespace {

namespace json = simdjson::dom;

constexpr std::size_t kMaxDepth = 16;
constexpr std::string_view kAllow = R"({"status":0})";
constexpr std::string_view kGenericRefusal = "This device may not be used for work mail";

std::string_view text_member(const json::object& object, std::string_view name) {
  std::string_view value;
  if (object[name].get_string().get(value) != simdjson::SUCCESS) return {};
  return value;
}
bool true_member(const json::object& object, std::string_view name) {
  bool value = false;
  return object[name].get_bool().get(value) == simdjson::SUCCESS && value;
}

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

}  // namespace

Result<std::string> answer(std::string_view command, std::string_view body, Judge& judge) {
  const bool report = command == "report";
  if (!report && command != "allow") {
    return Error{Errc::unsupported, "command is neither allow nor report"};
  }
  if (body.size() > kMaxBody) return Error{Errc::limit, "the body is too long"};
  json::parser parser;
  if (parser.allocate(body.size() + 1, kMaxDepth) != simdjson::SUCCESS) {
    return Error{Errc::limit, "no memory for the body"};
  }
  json::object object;
  if (parser.parse(body.data(), body.size(), true).get_object().get(object) != simdjson::SUCCESS) {
    return Error{Errc::malformed, "the body is no JSON object"};
  }
  Submission submission;
  submission.account = text_member(object, "login");
  submission.authenticated = report;
  submission.channel = channel_of(text_member(object, "protocol"));
  submission.seen.imap_id = text_member(object, "device_id");
  submission.session = text_member(object, "session_id");
  submission.client_address = text_member(object, "remote");
  if (submission.account.empty()) return std::string(kAllow);
  if (!report) return reply(judge.judge(submission));
  if (true_member(object, "success")) judge.judge(submission);  // too late to refuse: a sighting
  return std::string(kAllow);
}

}  // namespace interdict::gate::dovecot
