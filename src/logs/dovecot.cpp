#include "logs/dovecot.hpp"

#include <algorithm>
#include <array>

#include "logs/take.hpp"

namespace interdict::logs {
namespace {

using What = Said::What;

constexpr std::array<std::string_view, 18> kServices{
    "imap-login",        "imap",       "pop3-login",    "pop3",        "auth",
    "auth-worker",       "lmtp",       "lda",           "managesieve", "anvil",
    "managesieve-login", "master",     "config",        "log",         "stats",
    "submission-login",  "submission", "indexer-worker"};

/// "imap(alice)<7><abc>: rest" or "imap-login: rest" parted into the service and what follows.
struct Parted {
  std::string_view service;
  std::string_view rest;  // from '(' or ':' on
};
Parted part(std::string_view text) {
  const auto end = text.find_first_of("(: ");
  if (end == text.npos || text[end] == ' ') return {};
  return {text.substr(0, end), text.substr(end)};
}

std::string_view without_level(std::string_view text) {
  for (const std::string_view level : {"Info: ", "Warning: ", "Error: ", "Debug: "}) {
    if (take(text, level)) break;
  }
  return text;
}

bool begins_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return text.starts_with(word); });
}

/// What the server adds to a line before login: ": user=<…>, …, session=<…>".
struct Suffix {
  std::size_t at = std::string_view::npos;
  std::string_view session;
};
Suffix suffix_of(std::string_view text) {
  constexpr std::string_view kUser = ": user=<", kSession = "session=<";
  Suffix suffix;
  suffix.at = text.rfind(kUser);
  if (suffix.at == text.npos) return suffix;
  const auto at = text.rfind(kSession);
  if (at == text.npos || at < suffix.at) return suffix;
  const auto value = text.substr(at + kSession.size());
  suffix.session = value.substr(0, value.find('>'));
  return suffix;
}

}  // namespace

Dovecot::Dovecot(const Report& report)
    : report_(report),
      imap_(report.options->max_open,
            [this](std::string_view id, const Session& session, OpenSessions::Why why) {
              leave(id, session, why, true);
            }),
      pop3_(std::max<std::size_t>(report.options->max_open / 4, 1),
            [this](std::string_view id, const Session& session, OpenSessions::Why why) {
              leave(id, session, why, false);
            }) {}

bool Dovecot::writes(const Frame& frame) {
  if (frame.program == "dovecot") return true;
  if (!frame.program.empty()) return false;
  const auto service = part(frame.text).service;
  return std::find(kServices.begin(), kServices.end(), service) != kServices.end();
}

void Dovecot::message(const Frame& frame, Clock& clock) {
  ++file_.coverage->recognised;
  auto [service, rest] = part(frame.text);
  if (service == "imap-login" || service == "pop3-login") {
    if (take(rest, ": ")) before_login(without_level(rest), frame, clock, service[0] == 'i');
  } else if (service == "imap" || service == "pop3") {
    if (take(rest, "(")) after_login(rest, frame, clock, service[0] == 'i');
  }
}

void Dovecot::before_login(std::string_view text, const Frame& frame, Clock& clock, bool imap) {
  OpenSessions& open = imap ? imap_ : pop3_;
  if (take(text, "Login: user=<") || take(text, "Logged in: user=<")) {
    // A user name holds no '>' (auth_username_chars); what follows is the server's.
    const auto end = text.find('>');
    if (end == text.npos) return file_.skip(Skip::unknown_form);
    const auto user = text.substr(0, end);
    constexpr std::string_view kSession = "session=<";
    const auto at = text.rfind(kSession);
    std::string_view id;
    if (at != text.npos && at > end) {
      id = text.substr(at + kSession.size());
      id = id.substr(0, id.find('>'));
    }
    Session* session = open.find(id);
    // One session has one login: a second one means that the id is used again.
    if (session != nullptr && session->owner == Session::Owner::work &&
        session->said.get(What::account) != user) {
      session = nullptr;
    }
    if (session == nullptr) session = open.reopen(id);
    if (session == nullptr) {
      ++without_session_;
      return;
    }
    return own(*session, user, frame, clock);
  }
  const bool gone = begins_with_any(
      text, {"Disconnected", "Aborted login", "Login aborted", "Connection closed"});
  const bool told = take(text, "ID sent: ");
  if (!gone && !told) return;
  const auto suffix = suffix_of(text);
  if (suffix.session.empty()) {
    ++without_session_;
    return;
  }
  if (gone) {
    const Session* session = open.find(suffix.session);
    if (session != nullptr && session->owner == Session::Owner::unknown) open.drop(suffix.session);
    ++never_logged_in_;
    return;
  }
  if (Session* session = open.open(suffix.session)) heard(*session, text.substr(0, suffix.at));
}

/// text: USER)<PID><SESSION>: MESSAGE, or USER): MESSAGE before Dovecot 2.3.
void Dovecot::after_login(std::string_view text, const Frame& frame, Clock& clock, bool imap) {
  OpenSessions& open = imap ? imap_ : pop3_;
  const auto end = text.find(')');
  if (end == text.npos) return file_.skip(Skip::unknown_form);
  const auto user = text.substr(0, end);
  text.remove_prefix(end + 1);
  std::string_view id;
  if (take(text, "<")) {
    const auto pid_end = text.find("><");
    if (pid_end == text.npos) return;
    text.remove_prefix(pid_end + 2);
    id = text.substr(0, text.find('>'));
    text.remove_prefix(std::min(text.size(), id.size() + 1));
  }
  if (!take(text, ": ")) return file_.skip(Skip::unknown_form);
  text = without_level(text);
  const bool told = take(text, "ID sent: ");
  if (!told && !begins_with_any(text, {"Disconnected", "Logged out", "Connection closed"})) return;
  if (id.empty()) {
    ++without_session_;
    return;
  }
  if (!told) return open.close(id);
  Session* session = open.open(id);
  if (session == nullptr) return;
  // The login may have been in a log that we were not given.
  if (session->owner == Session::Owner::unknown) own(*session, user, frame, clock);
  heard(*session, text);
}

void Dovecot::own(Session& session, std::string_view user, const Frame& frame, Clock& clock) {
  if (session.owner != Session::Owner::unknown) return;
  const auto nobody = [&] {
    session.said.clear();
    session.owner = Session::Owner::nobody;
  };
  if (user.empty() || user.size() > kAccountLimit) {
    file_.skip(Skip::long_account);
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
  if (!session.said.set(What::account, user)) return nobody();
  session.owner = Session::Owner::work;
  session.when = *when;
  session.file = file_.index;
  session.line = frame.line;
}

void Dovecot::heard(Session& session, std::string_view id) {
  if (session.owner == Session::Owner::nobody) return;
  if (!session.said.set(What::imap_id, id)) file_.skip(Skip::too_much_said);
}

void Dovecot::leave(std::string_view id, const Session& session, OpenSessions::Why why, bool imap) {
  if (why == OpenSessions::Why::evicted) ++report_.coverage->evicted;
  if (session.owner != Session::Owner::work) return;
  if (why == OpenSessions::Why::end) ++report_.coverage->open_at_end;
  if (imap) {
    ++sessions_;
    if (!session.said.has(What::imap_id)) ++no_id_;
  } else {
    ++pop3_sessions_;
  }
  std::array<devices::Field, Said::kHeaders> fields;
  Sighting sighting;
  sighting.account = session.said.get(What::account);
  sighting.channel = devices::Channel::mail_read;
  sighting.when = session.when;
  sighting.seen = session.said.observed(fields);
  sighting.session = id;
  sighting.file = session.file;
  sighting.line = session.line;
  report_.see(sighting);
}

void Dovecot::finish() {
  imap_.finish();
  pop3_.finish();
  auto& coverage = *report_.coverage;
  coverage.not_work += not_work_;
  coverage.no_account += never_logged_in_;
  const auto blind = [&](std::string_view id, std::uint64_t count, std::uint64_t of,
                         std::string_view text) {
    if (count > 0) coverage.cannot_show.push_back({id, count, of, text});
  };
  blind("dovecot/no-id", no_id_, sessions_,
        "IMAP sessions without an ID: the client sent none, or imap_id_log is not set");
  blind("dovecot/pop3", pop3_sessions_, pop3_sessions_,
        "POP3 sessions: that protocol has no ID, the device cannot be seen");
  blind("dovecot/no-session", without_session_, without_session_,
        "lines that carry no session id: a login and its ID cannot be joined");
  blind("dovecot/no-login", never_logged_in_, never_logged_in_,
        "connections that never logged in: nobody's, not looked at");
}

}  // namespace interdict::logs
