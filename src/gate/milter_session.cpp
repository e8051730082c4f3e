#include "gate/milter_session.hpp"

#include <array>

#include <fmt/format.h>

namespace interdict::gate::milter {
namespace {

constexpr std::uint32_t kOldest = 2, kNewest = 6;

// What we have no use for, and what we need not answer. A server that does not offer a bit goes on
// sending, or waiting for a reply, and gets it.
constexpr std::uint32_t kWishedSteps =
    steps::kNoRecipients | steps::kNoBody | steps::kNoUnknown | steps::kNoData |
    steps::kNoReplyToConnect | steps::kNoReplyToHelo | steps::kNoReplyToMail |
    steps::kNoReplyToRecipient | steps::kNoReplyToData | steps::kNoReplyToHeader |
    steps::kNoReplyToEndOfHeaders | steps::kNoReplyToBody | steps::kNoReplyToUnknown;
constexpr std::uint32_t kWishedActions =
    actions::kAddHeaders | actions::kQuarantine | actions::kChooseMacros;

constexpr std::array<MacroWish, 3> kMacroWishes{{
    {0, "j {daemon_name} {client_addr}"},
    {2, "i {auth_authen} {auth_type} {cert_subject}"},
    {5, "i"},
}};

constexpr std::size_t kMaxName = 1024;  // of an account, a host, a certificate

constexpr std::string_view kGenericRefusal = "550 5.7.1 This device may not be used for work mail";
constexpr std::string_view kGenericDelay = "451 4.7.1 Please try again later";

/// A reply line has its code; a text without one gets `code`.
std::string with_code(std::string_view code, std::string_view text, std::string_view otherwise) {
  return text.empty() ? std::string(otherwise) : fmt::format("{} {}", code, text);
}

}  // namespace

Result<bool> Session::receive(std::string_view bytes, std::string& out) {
  incoming_.add(bytes);
  while (true) {
    const auto packet = TRY(incoming_.next());
    if (!packet) return true;
    if (!TRY(obey(*packet, out))) return false;
  }
}

Result<bool> Session::obey(const Packet& packet, std::string& out) {
  const auto command = static_cast<Command>(packet.command);
  std::string_view data = packet.data;
  if (command == Command::negotiate) {
    TRY(negotiate(data, out));
    return true;
  }
  if (command == Command::quit) return false;
  if (!negotiated_) return Error{Errc::malformed, "a command before the negotiation"};
  switch (command) {
    case Command::macros:
      macros(data);
      return true;
    case Command::connect:
      forget_connection();
      answer(steps::kNoReplyToConnect, out);
      return true;
    case Command::helo:
      helo_ = take_text(data).value_or("").substr(0, kMaxName);
      answer(steps::kNoReplyToHelo, out);
      return true;
    case Command::mail:
      // Without macros nobody is authenticated, whoever sent the message before.
      if (!macros_of_mail_) forget_message();
      macros_of_mail_ = false;
      answer(steps::kNoReplyToMail, out);
      return true;
    case Command::recipient:
      answer(steps::kNoReplyToRecipient, out);
      return true;
    case Command::data:
      answer(steps::kNoReplyToData, out);
      return true;
    case Command::header:
      header(data);
      answer(steps::kNoReplyToHeader, out);
      return true;
    case Command::end_of_headers:
      answer(steps::kNoReplyToEndOfHeaders, out);
      return true;
    case Command::body:
      answer(steps::kNoReplyToBody, out);
      return true;
    case Command::unknown:
      answer(steps::kNoReplyToUnknown, out);
      return true;
    case Command::end_of_message:
      end_of_message(out);
      return true;
    case Command::abort:
      forget_message();
      return true;
    case Command::quit_for_next:
      forget_message();
      forget_connection();
      return true;
    default:
      return Error{Errc::unsupported,
                   fmt::format("a command of code {}", static_cast<int>(packet.command))};
  }
}

Status Session::negotiate(std::string_view data, std::string& out) {
  const Offer offer = TRY(parse_offer(data));
  if (offer.version < kOldest) {
    return Error{Errc::unsupported, fmt::format("milter protocol {}", offer.version)};
  }
  actions_ = offer.actions & kWishedActions;
  steps_ = offer.steps & kWishedSteps;
  negotiated_ = true;
  const bool choose = (actions_ & actions::kChooseMacros) != 0;
  reply_offer(out, {std::min(offer.version, kNewest), actions_, steps_},
              choose ? std::span<const MacroWish>(kMacroWishes) : std::span<const MacroWish>());
  return ok();
}

void Session::macros(std::string_view data) {
  if (data.empty()) return;
  const auto stage = static_cast<Command>(data.front());
  data.remove_prefix(1);
  // They come before the command they belong to: those of MAIL begin a message.
  if (stage == Command::mail) {
    forget_message();
    macros_of_mail_ = true;
  }
  while (const auto name = take_text(data)) {
    const auto value = take_text(data);
    if (!value) return;
    const auto text = value->substr(0, kMaxName);
    if (*name == "{auth_authen}") account_ = text;
    if (*name == "{cert_subject}") certificate_ = text;
    if (*name == "{client_addr}") client_address_ = text;
    if (*name == "i") queue_id_ = text;
  }
}

void Session::header(std::string_view data) {
  if (account_.empty()) return;  // nobody's device is asked for
  const auto name = take_text(data), value = take_text(data);
  if (!name || !value || headers_.size() == kMaxHeaders) return;
  if (name->size() + value->size() > kMaxHeaderBytes - header_bytes_) return;
  header_bytes_ += name->size() + value->size();
  headers_.push_back({std::string(*name), std::string(*value)});
}

void Session::end_of_message(std::string& out) {
  Verdict verdict;
  if (!account_.empty()) {
    std::vector<devices::Field> fields;
    fields.reserve(headers_.size());
    for (const Kept& kept : headers_) fields.push_back({kept.name, kept.value});
    Submission submission;
    submission.channel = devices::Channel::mail_send;
    submission.account = account_;
    submission.seen.headers = fields;
    submission.seen.ehlo = helo_;
    submission.seen.certificate_subject = certificate_;
    submission.session = queue_id_;
    submission.client_address = client_address_;
    verdict = judge_.judge(submission);
  }
  switch (verdict.kind) {
    case Verdict::Kind::refuse:
      reply_with_code(out, with_code("550 5.7.1", verdict.text, kGenericRefusal));
      break;
    case Verdict::Kind::tempfail:
      reply_with_code(out, with_code("451 4.7.1", verdict.text, kGenericDelay));
      break;
    case Verdict::Kind::hold:
      // Without the right to hold, "later" is the nearest that loses nothing.
      if ((actions_ & actions::kQuarantine) == 0) {
        reply_with_code(out, with_code("451 4.7.1", verdict.text, kGenericDelay));
        break;
      }
      quarantine(out, verdict.text.empty() ? "held for a decision" : verdict.text);
      [[fallthrough]];
    case Verdict::Kind::pass:
      if ((actions_ & actions::kAddHeaders) != 0) {
        for (const auto& [name, value] : verdict.headers) add_header(out, name, value);
      }
      reply_continue(out);
  }
  forget_message();
}

void Session::answer(std::uint32_t suppressed_by, std::string& out) const {
  if ((steps_ & suppressed_by) == 0) reply_continue(out);
}

void Session::forget_message() {
  account_.clear();
  queue_id_.clear();
  certificate_.clear();
  headers_.clear();
  header_bytes_ = 0;
}

void Session::forget_connection() { helo_.clear(); }

}  // namespace interdict::gate::milter
