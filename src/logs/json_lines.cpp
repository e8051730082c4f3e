// json: one object a line, for everything that has no reader of its own (SIEM exports, other mail
// servers, HttpProxy logs turned into JSON).
//
//   {"time": "2023-07-16T23:59:01Z", "account": "alice@work.example", "channel": "mail.send", …}
//   time      ISO 8601; without an offset it is a wall clock in --zone. Required.
//   account   the authenticated user. Missing or empty: nobody, not looked at.
//   channel   mail.send, mail.read, sync or web. Required.
//   session   any id of the message, session or request
//   ehlo, imap_id, user_agent, activesync_query, activesync_model, activesync_os,
//   certificate_subject   as devices::Observed describes them
//   headers   {"X-Mailer": "iPhone Mail (20F66)", …} in their order; at most 12, values as text
//   first_hop false for relayed or stored mail
// Other members are passed over and not kept. Bounds: 16 levels, Options::max_line.

#include <algorithm>
#include <array>

#include <simdjson.h>

#include "logs/reader.hpp"

namespace interdict::logs {
namespace {

namespace json = simdjson::dom;

std::string_view text_member(const json::object& object, std::string_view name) {
  std::string_view value;
  if (object[name].get_string().get(value) != simdjson::SUCCESS) return {};
  return value;
}

class JsonLines final : public Reader {
 public:
  explicit JsonLines(const Report& report) : report_(report), clock_(report.options->zone, 0) {
    const auto size = report.options->max_line + simdjson::SIMDJSON_PADDING;
    buffer_.resize(size);
    // Allocated once, for the longest line; if that fails, every line fails to parse.
    allocated_ = parser_.allocate(report.options->max_line + 1, 16) == simdjson::SUCCESS;
  }

  void begin_file(const FileContext& file) override {
    file_ = file;
    clock_ = Clock(report_.options->zone, file.year);
  }

  /// A last line without its end is whole when it parses.
  void line(const Line& line) override {
    if (line.text.find_first_not_of(" \t") == line.text.npos) return;
    json::object object;
    std::copy(line.text.begin(), line.text.end(), buffer_.begin());
    std::fill_n(buffer_.begin() + static_cast<std::ptrdiff_t>(line.text.size()),
                simdjson::SIMDJSON_PADDING, '\0');
    if (!allocated_ ||
        parser_.parse(buffer_.data(), line.text.size(), false).get_object().get(object) !=
            simdjson::SUCCESS) {
      return file_.skip(line.whole ? Skip::unknown_form : Skip::cut_off);
    }
    entry(object, line.number);
  }

  Status end_file() override {
    file_.coverage->clock = clock_.coverage();
    return ok();
  }

  void finish() override {
    report_.coverage->no_account += no_user_;
    report_.coverage->not_work += not_work_;
    if (no_user_ > 0) {
      report_.coverage->cannot_show.push_back(
          {"json/no-user", no_user_, no_user_ + not_work_ + seen_,
           "entries without an account: nobody's, not looked at"});
    }
    if (nothing_ > 0) {
      report_.coverage->cannot_show.push_back(
          {"json/no-device", nothing_, seen_, "entries that say nothing of the device"});
    }
  }

 private:
  void entry(const json::object& object, std::uint64_t number) {
    const auto stamp = parse_iso_stamp(text_member(object, "time"));
    const auto channel = devices::channel_from_name(text_member(object, "channel"));
    if (!stamp) return file_.skip(Skip::no_stamp);
    if (!channel) return file_.skip(Skip::unknown_form);
    ++file_.coverage->recognised;
    Sighting sighting;
    sighting.account = text_member(object, "account");
    if (sighting.account.empty()) {
      ++no_user_;
      return;
    }
    if (sighting.account.size() > kAccountLimit) return file_.skip(Skip::long_account);
    if (!report_.options->is_work(sighting.account)) {
      ++not_work_;
      return;
    }
    sighting.channel = *channel;
    sighting.when = clock_.iso(*stamp);
    sighting.session = text_member(object, "session");
    sighting.file = file_.index;
    sighting.line = number;
    auto& seen = sighting.seen;
    seen.ehlo = text_member(object, "ehlo");
    seen.imap_id = text_member(object, "imap_id");
    seen.user_agent = text_member(object, "user_agent");
    seen.activesync_query = text_member(object, "activesync_query");
    seen.activesync_model = text_member(object, "activesync_model");
    seen.activesync_os = text_member(object, "activesync_os");
    seen.certificate_subject = text_member(object, "certificate_subject");
    bool first_hop = true;
    if (object["first_hop"].get_bool().get(first_hop) == simdjson::SUCCESS) {
      seen.first_hop = first_hop;
    }
    seen.headers = headers(object);
    ++seen_;
    if (seen.ehlo.empty() && seen.imap_id.empty() && seen.user_agent.empty() &&
        seen.activesync_query.empty() && seen.activesync_model.empty() &&
        seen.certificate_subject.empty() && seen.headers.empty()) {
      ++nothing_;
    }
    report_.see(sighting);
  }

  std::span<const devices::Field> headers(const json::object& object) {
    json::object fields;
    std::size_t count = 0;
    if (object["headers"].get_object().get(fields) != simdjson::SUCCESS) return {};
    for (const auto& field : fields) {
      std::string_view value;
      if (field.value.get_string().get(value) != simdjson::SUCCESS) continue;
      if (count == fields_.size()) {
        file_.skip(Skip::too_much_said);
        break;
      }
      fields_[count++] = {field.key, value};
    }
    return std::span(fields_.data(), count);
  }

  Report report_;
  FileContext file_;
  Clock clock_;
  json::parser parser_;
  bool allocated_ = false;
  std::vector<char> buffer_;
  std::array<devices::Field, 12> fields_;
  std::uint64_t seen_ = 0, nothing_ = 0, no_user_ = 0, not_work_ = 0;
};

bool looks_like_json(std::string_view line) {
  return line.starts_with('{') && line.find("\"time\"") != line.npos;
}

const RegisterKind kJsonRegistered{
    {"json", "one JSON object a line, with the members documented in docs/logs.md", looks_like_json,
     [](const Report& report) -> std::unique_ptr<Reader> {
       return std::make_unique<JsonLines>(report);
     }}};

}  // namespace
}  // namespace interdict::logs
