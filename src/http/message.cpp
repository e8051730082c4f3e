#include "http/message.hpp"

#include <algorithm>
#include <array>
#include <ctime>

#include <fmt/format.h>

#include "base/json_writer.hpp"
#include "base/text.hpp"

namespace interdict::http {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{
    {Method::get, "GET"},
    {Method::head, "HEAD"},
    {Method::post, "POST"},
    {Method::put, "PUT"},
    {Method::patch, "PATCH"},
    {Method::remove, "DELETE"},
    {Method::options, "OPTIONS"},
}};

constexpr std::array<std::pair<int, std::string_view>, 38> kReasons{{
    {100, "Continue"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    const char lower = ascii_lower(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
           kOthers.find(c) != kOthers.npos;
  });
}

bool field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte == '\t' || (byte >= 0x20 && byte != 0x7f);
  });
}

/// Fields that say where the message ends belong to append_response.
bool ours(std::string_view name) {
  return equal_ignoring_case(name, "content-length") ||
         equal_ignoring_case(name, "transfer-encoding") || equal_ignoring_case(name, "connection");
}

bool sendable(const Response& response) {
  return response.status >= 200 && response.status <= 599 &&
         std::all_of(response.headers.begin(), response.headers.end(), [](const auto& field) {
           return token(field.first) && field_value(field.second) && !ours(field.first);
         });
}

}  // namespace

std::string_view name_of(Method method) {
  for (const auto& [known, name] : kMethods) {
    if (known == method) return name;
  }
  return "";
}

std::optional<Method> method_of(std::string_view name) {
  for (const auto& [method, known] : kMethods) {
    if (known == name) return method;
  }
  return {};
}

void Headers::add(std::string_view name, std::string_view value) {
  const auto begin = static_cast<std::uint32_t>(text_.size());
  text_ += name;
  const auto middle = static_cast<std::uint32_t>(text_.size());
  text_ += value;
  places_.push_back({begin, middle, static_cast<std::uint32_t>(text_.size())});
}

Headers::FieldView Headers::operator[](std::size_t i) const {
  const auto& place = places_[i];
  const std::string_view all = text_;
  return {all.substr(place.name, place.value - place.name),
          all.substr(place.value, place.end - place.value)};
}

std::optional<std::string_view> Headers::find(std::string_view name) const {
  for (std::size_t i = 0; i < places_.size(); ++i) {
    const auto field = (*this)[i];
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (equal_ignoring_case((*this)[i].name, name)) ++found;
  }
  return found;
}

std::optional<std::string_view> find(const Fields& fields, std::string_view name) {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return {};
}

std::string_view Request::path() const {
  return std::string_view(target).substr(0, target.find('?'));
}

std::string_view Request::query() const {
  const auto mark = target.find('?');
  return mark == target.npos ? std::string_view() : std::string_view(target).substr(mark + 1);
}

std::string_view Request::parameter(std::string_view name) const {
  return find(parameters, name).value_or("");
}

Response Response::text(int status, std::string_view body) {
  return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::string(body), false};
}
Response Response::html(int status, std::string_view body) {
  return {status, {{"Content-Type", "text/html; charset=utf-8"}}, std::string(body), false};
}
Response Response::json(int status, std::string_view body) {
  return {status, {{"Content-Type", "application/json"}}, std::string(body), false};
}
Response Response::see_other(std::string_view location) {
  return {303, {{"Location", std::string(location)}}, {}, false};
}
Response Response::with(std::string_view name, std::string_view value) && {
  headers.emplace_back(name, value);
  return std::move(*this);
}

Response failure(int status, std::string_view why) {
  JsonWriter json;
  json.begin_object().member("error", why).end_object();
  return Response::json(status, json.take() + "\n");
}

std::string_view reason_of(int status) {
  for (const auto& [known, reason] : kReasons) {
    if (known == status) return reason;
  }
  return "";
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (text.size() - i < 3) return {};
    const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high << 4 | low);
    i += 2;
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF", kUnreserved = "-._~";
  std::string out;
  for (const char c : text) {
    const char lower = ascii_lower(c);
    if ((c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
        kUnreserved.find(c) != kUnreserved.npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

Result<Fields> parse_form(std::string_view text) {
  Fields out;
  while (!text.empty()) {
    const auto piece = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(text.size(), piece.size() + 1));
    if (piece.empty()) continue;
    if (out.size() == kMaxFormFields) return Error{Errc::limit, "too many fields"};
    std::string blanks(piece);
    std::replace(blanks.begin(), blanks.end(), '+', ' ');
    const std::string_view all = blanks;
    const auto equals = std::min(all.find('='), all.size());
    auto name = percent_decoded(all.substr(0, equals));
    auto value = percent_decoded(all.substr(std::min(all.size(), equals + 1)));
    if (!name || !value) return Error{Errc::malformed, "bad percent encoding"};
    for (const auto& part : {std::string_view(*name), std::string_view(*value)}) {
      if (part.find('\0') != part.npos || !valid_utf8(part)) {
        return Error{Errc::malformed, "a field that is not text"};
      }
    }
    out.emplace_back(std::move(*name), std::move(*value));
  }
  return out;
}

bool append_response(std::string& out, const Response& response, Method asked, bool http_1_0,
                     bool keep_alive, std::string_view date) {
  if (!sendable(response)) {
    const auto instead = failure(500, "the answer cannot be sent");
    append_response(out, instead, asked, http_1_0, false, date);
    return false;
  }
  const bool bodiless = response.status == 204 || response.status == 304;
  auto to = std::back_inserter(out);
  fmt::format_to(to, "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status, reason_of(response.status),
                 date);
  for (const auto& [name, value] : response.headers) {
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (!bodiless) fmt::format_to(to, "Content-Length: {}\r\n", response.body.size());
  if (!keep_alive) {
    out += "Connection: close\r\n";
  } else if (http_1_0) {
    out += "Connection: keep-alive\r\n";
  }
  out += "\r\n";
  if (!bodiless && asked != Method::head) out += response.body;
  return true;
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto seconds = static_cast<std::time_t>(unix_seconds);
  std::tm t{};
  ::gmtime_r(&seconds, &t);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT",
                     kDays[static_cast<std::size_t>(t.tm_wday)], t.tm_mday,
                     kMonths[static_cast<std::size_t>(t.tm_mon)], t.tm_year + 1900, t.tm_hour,
                     t.tm_min, t.tm_sec);
}

}  // namespace interdict::http
