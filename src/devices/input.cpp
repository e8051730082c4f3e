#include "devices/input.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/headers.hpp"
#include "devices/json_objects.hpp"

namespace interdict::devices {
namespace input {
namespace {

constexpr std::array<std::string_view, 5> kForms{"message", "agent", "imap-id", "request", "json"};
constexpr std::array<std::string_view, 7> kMethods{"GET ", "POST ",     "OPTIONS ", "HEAD ",
                                                   "PUT ", "PROPFIND ", "REPORT "};

std::string_view first_line(std::string_view text) {
  return trimmed(text.substr(0, std::min(text.find('\n'), text.size())));
}

/// Calls f(line, number) for every line that is not blank.
template <class F>
Status each_line(std::string_view text, F f) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty()) TRY(f(line, number));
  }
  return ok();
}

bool header_line(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == line.npos || colon == 0 || colon > 76) return false;
  return std::ranges::all_of(line.substr(0, colon), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
}

bool method_line(std::string_view line) {
  return std::ranges::any_of(kMethods, [&](std::string_view m) { return line.starts_with(m); });
}

/// "3 ID (…)", "* ID (…)", "a1 id nil": what follows ID; the text itself when it is no command.
std::string_view without_command(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == line.npos || blank > 32) return line;
  const auto rest = line.substr(blank + 1);
  return rest.size() > 3 && equal_ignoring_case(rest.substr(0, 3), "ID ") ? rest.substr(3) : line;
}

std::string_view without_field_name(std::string_view line) {
  constexpr std::string_view kName = "User-Agent:";
  if (line.size() > kName.size() && equal_ignoring_case(line.substr(0, kName.size()), kName)) {
    return trimmed(line.substr(kName.size()));
  }
  return line;
}

/// The query of a request to ActiveSync's own path; empty: another path, or none.
std::string_view sync_query(std::string_view line) {
  constexpr std::string_view kPath = "/microsoft-server-activesync";
  if (const auto blank = line.find(' '); method_line(line)) line.remove_prefix(blank + 1);
  line = line.substr(0, std::min(line.find(' '), line.size()));
  if (line.starts_with("http://") || line.starts_with("https://")) {
    line.remove_prefix(std::min(line.find('/', 8), line.size()));
  }
  const auto mark = line.find('?');
  if (mark == line.npos) return {};
  auto path = line.substr(0, mark);
  while (path.ends_with('/')) path.remove_suffix(1);
  if (path.size() < kPath.size() || !equal_ignoring_case(path.substr(0, kPath.size()), kPath)) {
    return {};
  }
  return line.substr(mark + 1);
}

Status message(std::string_view text, const VisitObservation& visit) {
  std::vector<Field> fields;
  const auto read = read_headers(text, fields);
  if (!read && fields.empty()) return Error{read.error().code(), read.error().what()};
  Observed seen;
  seen.headers = fields;
  seen.first_hop = std::ranges::none_of(
      fields, [](const Field& f) { return equal_ignoring_case(f.name, "Received"); });
  return visit(seen, 1);
}

Status request(std::string_view text, const VisitObservation& visit) {
  const auto start = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  text.remove_prefix(start);
  const auto end = std::min(text.find('\n'), text.size());
  const auto rest = text.substr(std::min(end + 1, text.size()));
  if (!header_line(first_line(rest))) {
    return each_line(text, [&](std::string_view line, std::size_t number) {
      Observed seen;
      seen.activesync_query = sync_query(line);
      return visit(seen, number);
    });
  }
  std::vector<Field> fields;
  const auto read = read_headers(rest, fields);
  if (!read && fields.empty()) return Error{read.error().code(), read.error().what()};
  Observed seen;
  seen.activesync_query = sync_query(first_line(text));
  for (const Field& field : fields) {
    if (equal_ignoring_case(field.name, "User-Agent")) seen.user_agent = field.value;
  }
  return visit(seen, 1);
}

/// One object; `why` names what is wrong with it.
bool fill(std::span<const JsonMember> members, Observed& seen, std::vector<Field>& fields,
          std::string& why) {
  InventoryRecord record;
  ExaminedPhone phone;
  bool inventory = false, examined = false;
  for (const auto& [name, value] : members) {
    if (std::ranges::find(kJsonMembers, name) == kJsonMembers.end()) {
      why = fmt::format("no member is called '{}'", name);
      return false;
    }
    inventory |= name.starts_with("inventory_");
    examined |= name.starts_with("product_") || name == "build_version" || name == "compromised";
    const bool truth = value == "true";
    if ((name == "first_hop" || name == "compromised") && !truth && value != "false") {
      why = fmt::format("'{}' is neither true nor false", name);
      return false;
    }
    if (name == "headers") {
      if (const auto read = read_headers(value, fields); !read && fields.empty()) {
        why = fmt::format("headers: {}", read.error().what());
        return false;
      }
    }
    if (name == "first_hop") seen.first_hop = truth;
    if (name == "ehlo") seen.ehlo = value;
    if (name == "imap_id") seen.imap_id = value;
    if (name == "activesync_query") seen.activesync_query = value;
    if (name == "activesync_model") seen.activesync_model = value;
    if (name == "activesync_os") seen.activesync_os = value;
    if (name == "user_agent") seen.user_agent = value;
    if (name == "certificate_subject") seen.certificate_subject = value;
    if (name == "product_type") phone.product_type = value;
    if (name == "product_version") phone.product_version = value;
    if (name == "build_version") phone.build_version = value;
    if (name == "compromised") phone.compromised = truth;
    if (name == "inventory_owner") record.owner = value;
    if (name == "inventory_vendor") record.vendor = value;
    if (name == "inventory_model") record.model = value;
    if (name == "inventory_os") record.os = value;
    if (name == "inventory_version") record.version = value;
    if (name == "inventory_build") record.build = value;
  }
  seen.headers = fields;
  if (inventory) seen.inventory = record;
  if (examined) seen.examined = phone;
  return true;
}

Status json(std::string_view text, const VisitObservation& visit,
            const VisitUnreadable& unreadable) {
  std::size_t number = 0;
  std::vector<Field> fields;
  std::string why;
  return each_json_object(
      text,
      [&](std::span<const JsonMember> members) -> Status {
        ++number;
        Observed seen;
        fields.clear();
        if (fill(members, seen, fields, why)) return visit(seen, number);
        unreadable(number, why);
        return ok();
      },
      [&](std::size_t, std::string_view what) { unreadable(++number, what); });
}

}  // namespace
}  // namespace input

std::string_view name_of(Form f) { return input::kForms[static_cast<std::size_t>(f)]; }
std::optional<Form> form_from_name(std::string_view name) {
  const auto* at = std::ranges::find(input::kForms, name);
  if (at == input::kForms.end()) return std::nullopt;
  return static_cast<Form>(at - input::kForms.begin());
}

Form guess_form(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  const auto line = input::first_line(text);
  if (line.starts_with('{') || line.starts_with('[')) return Form::json;
  if (input::method_line(line) || line.starts_with("/Microsoft-Server-ActiveSync")) {
    return Form::request;
  }
  if (line.starts_with('(') || line.starts_with('"') || line.starts_with("name=") ||
      input::without_command(line).size() != line.size()) {
    return Form::imap_id;
  }
  if (input::without_field_name(line).size() != line.size() &&
      line.size() == trimmed(text).size()) {
    return Form::agent;
  }
  return input::header_line(line) || line.starts_with("From ") ? Form::message : Form::agent;
}

Status each_observation(std::string_view text, Form form, const VisitObservation& visit,
                        const VisitUnreadable& unreadable) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  switch (form) {
    case Form::message:
      return input::message(text, visit);
    case Form::agent:
      return input::each_line(text, [&](std::string_view line, std::size_t number) {
        Observed seen;
        seen.user_agent = input::without_field_name(line);
        return visit(seen, number);
      });
    case Form::imap_id:
      return input::each_line(text, [&](std::string_view line, std::size_t number) {
        Observed seen;
        seen.imap_id = input::without_command(line);
        return visit(seen, number);
      });
    case Form::request:
      return input::request(text, visit);
    case Form::json:
      return input::json(text, visit, unreadable);
  }
  return ok();
}

}  // namespace interdict::devices
