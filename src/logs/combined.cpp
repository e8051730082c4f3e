// web: the combined log of nginx and Apache in front of ActiveSync, CalDAV, CardDAV, EWS, webmail.
//
//   ADDRESS IDENT USER [16/Jul/2023:23:59:01 +0200] "METHOD TARGET PROTOCOL" STATUS BYTES "REFERER"
//   "USER-AGENT"                  (and what a site adds behind it; Apache's vhost in front)
// Source  nginx ngx_http_log_module ("combined"), Apache mod_log_config.
//
// Both servers escape quotation marks and control characters inside values (\x22, \"), so the first
// mark begins the request, and the stamp is the 29 bytes before it: a user name may look like
// anything. A name is the client's claim until the answer shows that it was accepted: 400, 401, 403
// and server errors name nobody.

#include <array>

#include "base/text.hpp"
#include "logs/reader.hpp"
#include "logs/web.hpp"

namespace interdict::logs {
namespace {

struct CombinedLine {
  std::string_view user, request, status, user_agent;
  UtcTime when;
};

/// The value of a quoted field at the beginning of text, which is moved behind it.
bool take_quoted(std::string_view& text, std::string_view& value) {
  if (text.empty() || text[0] != '"') return false;
  std::size_t i = 1;
  while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
  if (i >= text.size()) return false;
  value = text.substr(1, i - 1);
  text.remove_prefix(i + 1);
  return true;
}

std::string_view take_word(std::string_view& text) {
  const auto word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

bool parse_combined(std::string_view text, CombinedLine& entry) {
  constexpr std::size_t kStamp = kCommonLength + 3;  // "[…] "
  const auto quote = text.find('"');
  if (quote == text.npos || quote < kStamp || text[quote - kStamp] != '[' ||
      text[quote - 2] != ']' || text[quote - 1] != ' ') {
    return false;
  }
  const auto when = parse_common(text.substr(quote - kStamp + 1, kCommonLength));
  if (!when) return false;
  entry.when = *when;
  const auto head = text.substr(0, quote - kStamp);
  // Neither an address nor a host holds " - ", the field that nobody fills.
  const auto ident = head.find(" - ");
  if (ident == head.npos || head.size() < ident + 4 || head.back() != ' ') return false;
  entry.user = head.substr(ident + 3, head.size() - ident - 4);
  auto rest = text.substr(quote);
  if (!take_quoted(rest, entry.request) || rest.empty()) return false;
  rest.remove_prefix(1);
  entry.status = take_word(rest);
  if (entry.status.size() != 3) return false;
  take_word(rest);
  std::string_view referer;
  entry.user_agent = {};
  if (take_quoted(rest, referer) && !rest.empty()) {
    rest.remove_prefix(1);
    if (!take_quoted(rest, entry.user_agent) || entry.user_agent == "-") entry.user_agent = {};
  }
  return true;
}

/// \x22, \" and \\ as the bytes they stand for. Returns `text` itself when it has none.
std::string_view unescaped(std::string_view text, std::string& scratch) {
  if (text.find('\\') == text.npos) return text;
  scratch.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] == 'x') {
      if (const auto byte = from_hex(text.substr(i + 2, 2))) {
        scratch += static_cast<char>(byte->front());
        i += 3;
        continue;
      }
    }
    if (text[i] == '\\' && i + 1 < text.size()) ++i;
    scratch += text[i];
  }
  return scratch;
}

/// Whether the answer shows that the server took the client for whom it said to be.
bool accepted(std::string_view status) {
  return status[0] != '5' && status != "400" && status != "401" && status != "403";
}

class Combined final : public Reader {
 public:
  explicit Combined(const Report& report)
      : requests_(report, {"web/no-user", "web/no-user-agent",
                           "requests without an authenticated user in the log: webmail with its "
                           "own login form, or a refused request"}) {}

  void begin_file(const FileContext& file) override {
    file_ = file;
    requests_.begin_file(file);
  }

  void line(const Line& line) override {
    if (!line.whole) return file_.skip(Skip::cut_off);
    CombinedLine entry;
    if (!parse_combined(line.text, entry)) return file_.skip(Skip::no_stamp);
    ++file_.coverage->recognised;
    auto target = entry.request;
    take_word(target);
    target = target.substr(0, target.rfind(' '));
    Request request;
    request.path = target.substr(0, target.find('?'));
    const auto channel = requests_.channel_of(request.path);
    if (!channel) return;
    if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
    if (entry.user != "-" && accepted(entry.status)) {
      request.account = unescaped(entry.user, user_);
    }
    request.user_agent = unescaped(entry.user_agent, agent_);
    request.when = entry.when;
    request.line = line.number;
    requests_.see(request, *channel);
  }

  Status end_file() override { return ok(); }
  void finish() override { requests_.finish(); }

 private:
  FileContext file_;
  Requests requests_;
  std::string user_, agent_;  // scratch
};

bool looks_like_web(std::string_view line) {
  CombinedLine entry;
  return parse_combined(line, entry);
}

const RegisterKind kWebRegistered{
    {"web", "combined log of nginx or Apache: ActiveSync, DAV, EWS, webmail", looks_like_web,
     [](const Report& report) -> std::unique_ptr<Reader> {
       return std::make_unique<Combined>(report);
     }}};

}  // namespace
}  // namespace interdict::logs
