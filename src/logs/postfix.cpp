#include "logs/postfix.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "logs/message_id.hpp"
#include "logs/take.hpp"

namespace interdict::logs {
namespace {

using What = Said::What;

/// The daemons of Postfix that log with a queue id or about a client.
constexpr std::array<std::string_view, 22> kDaemons{
    "smtpd",         "cleanup",    "qmgr",    "smtp",     "lmtp",   "local",   "virtual",
    "pipe",          "pickup",     "anvil",   "bounce",   "error",  "discard", "trivial-rewrite",
    "scache",        "postscreen", "dnsblog", "tlsproxy", "verify", "master",  "proxymap",
    "postfix-script"};

/// The fields of which a device speaks (facts 2.1); the others of a message are not kept.
using Keep = Postfix::Keep;
struct Wanted {
  std::string_view name;
  Keep keep;
};
constexpr std::array<Wanted, 7> kWanted{{{"x-mailer", Keep::value},
                                         {"user-agent", Keep::value},
                                         {"mime-version", Keep::value},
                                         {"message-id", Keep::shape},
                                         {"x-universally-unique-identifier", Keep::presence},
                                         {"x-apple-notify-thread", Keep::presence},
                                         {"x-readdle-message-id", Keep::presence}}};

Keep wanted(std::string_view name) {
  for (const auto& field : kWanted) {
    if (equal_ignoring_case(field.name, name)) return field.keep;
  }
  return Keep::nothing;
}

std::string_view last_part(std::string_view program) {
  return program.substr(program.rfind('/') + 1);
}

bool queue_id_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// "QID: rest" parted. NOQUEUE and lines about connections have no queue id.
bool part_queue_id(std::string_view& text, std::string_view& id) {
  constexpr std::size_t kShortest = 5, kLongest = 20;
  std::size_t n = 0;
  while (n < text.size() && n <= kLongest && queue_id_character(text[n])) ++n;
  if (n < kShortest || n > kLongest || n + 2 > text.size() || text[n] != ':' ||
      text[n + 1] != ' ') {
    return false;
  }
  id = text.substr(0, n);
  if (id == "NOQUEUE" || id == "warning" || id == "fatal" || id == "panic" || id == "error") {
    return false;
  }
  text.remove_prefix(n + 2);
  return true;
}

/// Whether " from NAME[ADDR];" stands at `at`, followed as Postfix goes on or by nothing.
bool client_at(std::string_view text, std::size_t at) {
  std::size_t i = at + 6;
  while (i < text.size() && text[i] != ' ' && text[i] != '[') ++i;
  if (i == at + 6 || i >= text.size() || text[i] != '[') return false;
  while (i < text.size() && text[i] != ' ' && text[i] != ']') ++i;
  if (i + 1 >= text.size() || text[i] != ']' || text[i + 1] != ';') return false;
  const auto rest = text.substr(i + 2);
  return rest.empty() || rest.starts_with(" from=<") || rest.starts_with(" to=<") ||
         rest.starts_with(" proto=") || rest.starts_with(" helo=<");
}

/// Where a header's content ends, or npos. `forged`: there is more than one such place.
std::size_t content_end(std::string_view text, bool& forged) {
  std::size_t first = text.npos;
  for (auto at = text.find(" from "); at != text.npos; at = text.find(" from ", at + 1)) {
    if (!client_at(text, at)) continue;
    if (first != text.npos) {
      forged = true;
      break;
    }
    first = at;
  }
  return first;
}

/// The EHLO name at the end of a line: the last " helo=<" is the server's own.
std::string_view helo_of(std::string_view text) {
  constexpr std::string_view kHelo = " helo=<";
  const auto at = text.rfind(kHelo);
  if (at == text.npos) return {};
  const auto value = text.substr(at + kHelo.size());
  // Behind it may stand ": TEXT" of the site's own header_checks.
  for (auto end = value.find('>'); end != value.npos; end = value.find('>', end + 1)) {
    const auto rest = value.substr(end + 1);
    if (rest.empty() || rest.starts_with(": ")) return value.substr(0, end);
  }
  return {};
}

}  // namespace

Postfix::Postfix(const Report& report)
    : report_(report),
      open_(report.options->max_open, [this](std::string_view id, const Session& session,
                                             OpenSessions::Why why) { leave(id, session, why); }) {}

bool Postfix::writes(std::string_view program) {
  if (program.find('/') == program.npos) return false;
  const auto daemon = last_part(program);
  return std::find(kDaemons.begin(), kDaemons.end(), daemon) != kDaemons.end();
}

void Postfix::message(const Frame& frame, Clock& clock) {
  ++file_.coverage->recognised;
  const auto daemon = last_part(frame.program);
  auto text = frame.text;
  std::string_view id;
  if (daemon == "qmgr") {
    if (text.ends_with(": removed") && part_queue_id(text, id) && text == "removed") {
      open_.close(id);
    }
  } else if (daemon == "smtpd") {
    if (part_queue_id(text, id)) smtpd(id, text, frame, clock);
  } else if (daemon == "cleanup") {
    if (part_queue_id(text, id)) cleanup(id, text);
  } else if (daemon == "pickup") {
    // From the machine itself: nobody authenticated.
    if (part_queue_id(text, id) && text.starts_with("uid=")) {
      if (auto* session = open_.reopen(id)) session->owner = Session::Owner::nobody;
    }
  }
}

void Postfix::smtpd(std::string_view id, std::string_view text, const Frame& frame, Clock& clock) {
  if (take(text, "client=")) return client(id, text, frame, clock);
  helo(id, text);
}

/// text: NAME[ADDR], sasl_method=M, sasl_username=USER, …
void Postfix::client(std::string_view id, std::string_view text, const Frame& frame, Clock& clock) {
  Session* session = open_.find(id);
  // Lines of cleanup may come first; an id that has its client already is used again.
  if (session != nullptr && session->owner != Session::Owner::unknown) session = nullptr;
  if (session == nullptr) session = open_.reopen(id);
  if (session == nullptr) return;
  const auto nobody = [&] {
    session->said.clear();
    session->owner = Session::Owner::nobody;
  };

  // A host name holds no comma, so the first one ends the client.
  constexpr std::string_view kUser = "sasl_username=";
  auto user_at = text.find(", ");
  while (user_at != text.npos && !text.substr(user_at + 2).starts_with(kUser)) {
    user_at = text.find(", ", user_at + 2);
  }
  if (user_at == text.npos) {
    ++no_user_;
    return nobody();
  }
  auto user = text.substr(user_at + 2 + kUser.size());
  for (const std::string_view next : {", sasl_sender=", ", orig_queue_id=", ", orig_client="}) {
    user = user.substr(0, user.find(next));
  }
  if (user.empty() || user.size() > kAccountLimit) {
    if (!user.empty()) file_.skip(Skip::long_account);
    return nobody();
  }
  const auto when = frame.when(clock);
  if (!when) {
    file_.skip(Skip::undated);
    return nobody();
  }
  if (!report_.options->is_work(user)) {
    ++not_work_;
    return nobody();
  }
  if (!session->said.set(What::account, user)) return nobody();
  session->owner = Session::Owner::work;
  session->when = *when;
  session->file = file_.index;
  session->line = frame.line;
}

/// The session if it is, or may turn out to be, of a work account.
Session* Postfix::listening(std::string_view id) {
  Session* session = open_.open(id);
  return session != nullptr && session->owner != Session::Owner::nobody ? session : nullptr;
}

void Postfix::cleanup(std::string_view id, std::string_view text) {
  if (take(text, "message-id=")) {
    auto* session = listening(id);
    // The log does not say how the field's name was spelled: it is given in small letters. A
    // logged header of that name says more, and comes before this line.
    if (session == nullptr || text.empty() || session->said.has_header("message-id")) return;
    add(*session, "message-id", text, Keep::shape);
    return;
  }
  // "info: header X-Mailer: …"; the action is one word.
  const auto colon = text.find(": ");
  if (colon == text.npos) return;
  const auto rest = text.substr(colon + 2);
  if (rest.starts_with("header ") && text.substr(0, colon).find(' ') == text.npos) {
    if (text.starts_with("strip")) ++stripped_;
    return header(id, rest.substr(7));
  }
  helo(id, text);
}

void Postfix::add(Session& session, std::string_view name, std::string_view value, Keep keep) {
  if (keep == Keep::nothing) return;
  if (keep == Keep::presence) value = {};
  MessageIdShape shape;
  if (keep == Keep::shape) value = shape.of(value);
  if (!session.said.add_header(name, value)) file_.skip(Skip::too_much_said);
}

/// text: NAME: VALUE from CLIENT[ADDR]; from=<…> to=<…> proto=P helo=<NAME>
void Postfix::header(std::string_view id, std::string_view text) {
  auto* session = listening(id);
  if (session == nullptr) return;
  bool forged = false;
  const auto end = content_end(text, forged);
  if (end == text.npos) {
    file_.skip(Skip::unknown_form);
    return;
  }
  if (forged) ++report_.coverage->forged_frames;
  const auto content = text.substr(0, end);
  const auto colon = content.find(':');
  if (colon != content.npos) {
    const auto name = content.substr(0, colon);
    add(*session, name, trimmed(content.substr(colon + 1)), wanted(name));
  }
  if (!session->said.set(What::ehlo, helo_of(text.substr(end)))) file_.skip(Skip::too_much_said);
}

void Postfix::helo(std::string_view id, std::string_view text) {
  const auto name = helo_of(text);
  if (name.empty()) return;
  auto* session = listening(id);
  if (session != nullptr && !session->said.set(What::ehlo, name)) {
    file_.skip(Skip::too_much_said);
  }
}

void Postfix::leave(std::string_view id, const Session& session, OpenSessions::Why why) {
  if (why == OpenSessions::Why::evicted) ++report_.coverage->evicted;
  if (session.owner != Session::Owner::work) return;
  if (why == OpenSessions::Why::end) ++report_.coverage->open_at_end;
  const Said& said = session.said;
  ++messages_;
  if (!said.has(What::ehlo)) ++no_ehlo_;
  const bool mailer = said.has_header("x-mailer") || said.has_header("user-agent");
  if (said.headers() == 0) {
    ++no_headers_;
  } else if (!mailer) {
    ++no_mailer_;
  }
  std::array<devices::Field, Said::kHeaders> fields;
  Sighting sighting;
  sighting.account = said.get(What::account);
  sighting.channel = devices::Channel::mail_send;
  sighting.when = session.when;
  sighting.seen = said.observed(fields);
  sighting.session = id;
  sighting.file = session.file;
  sighting.line = session.line;
  report_.see(sighting);
}

void Postfix::finish() {
  open_.finish();
  auto& coverage = *report_.coverage;
  coverage.no_account += no_user_;
  coverage.not_work += not_work_;
  const auto blind = [&](std::string_view id, std::uint64_t count, std::uint64_t of,
                         std::string_view text) {
    if (count > 0) coverage.cannot_show.push_back({id, count, of, text});
  };
  blind("postfix/no-ehlo", no_ehlo_, messages_,
        "no EHLO name: Postfix logs it only beside a header_checks line or a refusal");
  blind("postfix/no-mailer", no_mailer_, messages_,
        "headers are logged but neither X-Mailer nor User-Agent: not logged, scrubbed or never "
        "sent");
  blind("postfix/no-headers", no_headers_, messages_, "no header at all is in the log");
  blind("postfix/stripped", stripped_, stripped_,
        "header_checks of this site stripped the header before anyone else saw it");
  blind("postfix/no-user", no_user_, no_user_ + messages_ + not_work_,
        "mail without an authenticated user: from elsewhere, not looked at");
}

}  // namespace interdict::logs
