// Gathering the fields, and the checks of an Apple mailer's shape (facts on device identification,
// sections 2.1 and 2.7).

#include "devices/letter.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/apple.hpp"
#include "devices/signals.hpp"
#include "devices/weights.hpp"

namespace interdict::devices {
namespace {

bool starts_ignoring_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && equal_ignoring_case(text.substr(0, start.size()), start);
}

void first(std::string_view& into, std::string_view value) {
  if (into.empty()) into = value;
}

/// By the letter a name begins with: most fields of a message need one look.
void take(Letter& letter, const Field& field) {
  const auto is = [&](std::string_view name) { return equal_ignoring_case(field.name, name); };
  const auto starts = [&](std::string_view start) {
    return starts_ignoring_case(field.name, start);
  };
  switch (ascii_lower(field.name.empty() ? ' ' : field.name.front())) {
    case 'x':
      if (is("X-Mailer")) letter.mailer = letter.mailer.empty() ? field.value : letter.mailer;
      if (is("X-Originating-IP")) letter.web = true;
      if (starts("X-MS-Exchange-")) letter.exchange = true;
      if (is("X-Universally-Unique-Identifier") || is("X-Apple-Notify-Thread")) {
        letter.mac_draft = true;
      }
      if (letter.own_field.empty() && is_own_field(field.name)) letter.own_field = field.name;
      break;
    case 'm':
      if (letter.mime_version == nullptr && is("Mime-Version")) letter.mime_version = &field;
      if (letter.message_id == nullptr && is("Message-Id")) letter.message_id = &field;
      break;
    case 'c':
      if (is("Content-Type")) first(letter.content_type, field.value);
      break;
    case 'f':
      if (is("From")) first(letter.from, field.value);
      break;
    case 's':
      if (is("Sender")) first(letter.sender, field.value);
      break;
    case 'd':
      if (is("Date")) first(letter.date, field.value);
      break;
    case 'l':
      if (is("List-Id") || is("List-Post")) letter.list = true;
      break;
    case 'r':
      if (starts("Resent-")) letter.resent = true;
      if (is("Received")) {
        ++letter.received;
        letter.first_received = field.value;
      }
      break;
    default:
      break;
  }
}

bool upper_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

/// The year of an RFC 5322 date, a word of four digits; 0: none.
unsigned year_of(std::string_view date) {
  for (std::size_t i = 0; i + 4 <= date.size(); ++i) {
    if (i > 0 && date[i - 1] != ' ') continue;
    unsigned year = 0;
    const auto read = std::from_chars(date.data() + i, date.data() + i + 4, year);
    const bool ends = i + 4 == date.size() || date[i + 4] == ' ';
    if (read.ec == std::errc() && read.ptr == date.data() + i + 4 && ends) return year;
  }
  return 0;
}

std::string_view without_angles(std::string_view id) {
  if (id.starts_with('<')) id.remove_prefix(1);
  if (id.ends_with('>')) id.remove_suffix(1);
  return id;
}

/// "Apple-Mail-" and a UUID, or up to iOS 5 "Apple-Mail-4--677431357".
bool apple_boundary(std::string_view boundary) {
  constexpr std::string_view kStart = "Apple-Mail-";
  if (!boundary.starts_with(kStart)) return false;
  const auto rest = boundary.substr(kStart.size());
  if (uppercase_uuid4(rest)) return true;
  return !rest.empty() && rest.find_first_not_of("0123456789-") == rest.npos;
}

struct Judged {
  const Letter& letter;
  Build build;  // of the mailer, may be unknown
};
enum class Outcome { absent, passed, failed };
Outcome passed_if(bool passed) { return passed ? Outcome::passed : Outcome::failed; }

Outcome mailer_shape(const Judged& j) { return passed_if(j.build.known()); }
Outcome mime_version_spelling(const Judged& j) {
  if (j.letter.mime_version == nullptr) return Outcome::absent;
  return passed_if(j.letter.mime_version->name == "Mime-Version");
}
Outcome mime_version_value(const Judged& j) {
  if (j.letter.mime_version == nullptr) return Outcome::absent;
  const auto value = j.letter.mime_version->value;
  // A draft that a Mac saved keeps the Mac's.
  if (j.letter.mac_draft && value.starts_with("1.0 (Mac OS X Mail")) return Outcome::absent;
  return passed_if(value == "1.0 (1.0)" || value.starts_with("1.0 (iPhone Mail ") ||
                   value.starts_with("1.0 (iPad Mail ") || value.starts_with("1.0 (iPod Mail "));
}
Outcome message_id_spelling(const Judged& j) {
  if (j.letter.message_id == nullptr || j.letter.message_id->name == kUnspelled) {
    return Outcome::absent;
  }
  return passed_if(j.letter.message_id->name == "Message-Id");
}
Outcome message_id_shape(const Judged& j) {
  if (j.letter.message_id == nullptr) return Outcome::absent;
  const auto id = without_angles(j.letter.message_id->value);
  return passed_if(uppercase_uuid4(id.substr(0, std::min(id.find('@'), id.size()))));
}
Outcome message_id_host(const Judged& j) {
  if (j.letter.message_id == nullptr) return Outcome::absent;
  const auto from = address_host(j.letter.from);
  const auto id = without_angles(j.letter.message_id->value);
  const auto at = id.find('@');
  // Delegates and lists put their own host there; both are told apart below.
  if (from.empty() || at == id.npos || !j.letter.sender.empty()) return Outcome::absent;
  return passed_if(equal_ignoring_case(id.substr(at + 1), from));
}
Outcome boundary_shape(const Judged& j) {
  const auto boundary = parameter(j.letter.content_type, "boundary");
  if (boundary.value.empty() || j.letter.mac_draft) return Outcome::absent;
  return passed_if(apple_boundary(boundary.value));
}
Outcome charset_shape(const Judged& j) {
  const auto charset = parameter(j.letter.content_type, "charset");
  if (charset.value.empty()) return Outcome::absent;
  // Apple folds and does not quote. Who unfolded it may have been the server: only both together.
  return charset.quoted && !charset.folded ? Outcome::failed : Outcome::passed;
}
Outcome build_age(const Judged& j) {
  constexpr unsigned kOldest = 7;  // years that a phone is used without ever being updated
  const unsigned year = year_of(j.letter.date);
  if (!j.build.known() || year == 0) return Outcome::absent;
  return year > apple::first_year_of(j.build) + kOldest ? Outcome::failed : Outcome::absent;
}

struct Check {
  std::string_view id;
  Outcome (*judge)(const Judged&);
  std::string_view sentence;
};
constexpr std::array kChecks{
    Check{"content/x-mailer-shape", mailer_shape,
          "X-Mailer names an Apple device without a build that Apple could have given"},
    Check{"content/mime-version-spelling", mime_version_spelling,
          "the field is spelled MIME-Version, Apple's mailer writes Mime-Version"},
    Check{"content/mime-version-value", mime_version_value,
          "Mime-Version lacks the (1.0) that iPhone and iPad Mail write"},
    Check{"content/message-id-spelling", message_id_spelling,
          "the field is spelled Message-ID, Apple's mailer writes Message-Id"},
    Check{"content/message-id-shape", message_id_shape,
          "Message-Id is not a random UUID in capitals as iPhone and iPad Mail make it"},
    Check{"content/message-id-host", message_id_host, "the host in Message-Id is not the sender's"},
    Check{"content/boundary-shape", boundary_shape,
          "the boundary between the parts is not Apple-Mail- and a UUID"},
    Check{"content/charset-shape", charset_shape,
          "charset is quoted on one line, which Apple's mailer does not do"},
    Check{"content/build-age", build_age, "the build is far older than the message"},
};

}  // namespace

bool uppercase_uuid4(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !upper_hex(text[i])) return false;
  }
  return text[14] == '4' &&
         (text[19] == '8' || text[19] == '9' || text[19] == 'A' || text[19] == 'B');
}

Letter read_letter(std::span<const Field> headers) {
  Letter letter;
  std::string_view agent;
  for (const Field& field : headers) {
    if (ascii_lower(field.name.empty() ? ' ' : field.name.front()) == 'u') {
      if (equal_ignoring_case(field.name, "User-Agent")) first(agent, field.value);
    } else {
      take(letter, field);
    }
  }
  if (letter.mailer.empty()) letter.mailer = agent;
  if (letter.first_received.find("with HTTP") != std::string_view::npos) letter.web = true;
  return letter;
}

void check_apple_shape(const Letter& letter, std::string_view mailer_build, bool first_hop,
                       Hearing& heard) {
  const Judged judged{letter, parse_build(mailer_build).value_or(Build{})};
  // Lists and Exchange rewrite as relays do.
  const bool observable = first_hop && !letter.list && !letter.exchange && !letter.resent;
  std::string unseen;
  for (const Check& check : kChecks) {
    const auto outcome = check.judge(judged);
    if (outcome == Outcome::passed) heard.support(Mouth::content, weights::kCheckPassed);
    if (outcome != Outcome::failed) continue;
    if (observable || check.judge == mailer_shape) {
      heard.weaken(Mouth::content, weights::kCheckFailed);
      heard.object(check.id, true, std::string(check.sentence));
    } else {
      unseen.append(unseen.empty() ? "" : "; ").append(check.sentence);
    }
  }
  if (!unseen.empty()) {
    heard.note("content/not-observable",
               fmt::format("passed through servers or a list that rewrite such fields, so nothing "
                           "is concluded from this: {}",
                           unseen));
  }
}

}  // namespace interdict::devices
