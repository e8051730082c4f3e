// SQL functions: each is total, a NULL or an unreadable argument gives NULL.

#include "rules/functions.hpp"

#include <sqlite3.h>

#include <new>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "formats/url.hpp"

namespace interdict::rules {
namespace {

constexpr std::size_t kMaxDigits = 9;
constexpr int kParts = 4;

bool digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::string_view> text_argument(sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return std::nullopt;
  const unsigned char* text = sqlite3_value_text(value);
  if (text == nullptr) return std::nullopt;
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
  return text_of(std::as_bytes(std::span(text, size)));
}

void give(sqlite3_context* context, const std::string& text) {
  sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

using Body = void (*)(sqlite3_context*, std::string_view);

/// The shape all functions share: one argument, NULL in gives NULL out, no exception gets out.
template <Body body>
void call(sqlite3_context* context, int, sqlite3_value** arguments) noexcept {
  try {
    if (const auto text = text_argument(arguments[0])) body(context, *text);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

void host(sqlite3_context* context, std::string_view url) {
  if (const auto host = url::host_of(url)) give(context, *host);
}

void micros(sqlite3_context* context, std::string_view time) {
  if (const auto t = parse_iso8601(time)) sqlite3_result_int64(context, t->micros);
}

void key_of_version(sqlite3_context* context, std::string_view version) {
  if (const auto key = version_key(version)) give(context, *key);
}

template <Body body>
int add(sqlite3* db, const char* name) {
  return sqlite3_create_function_v2(db, name, 1,
                                    SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, nullptr,
                                    call<body>, nullptr, nullptr, nullptr);
}

/// Takes the digits at the front of `rest`; nothing when there are none or too many.
std::optional<std::string_view> take_number(std::string_view& rest) {
  std::size_t length = 0;
  while (length < rest.size() && digit(rest[length])) ++length;
  if (length == 0 || length > kMaxDigits) return std::nullopt;
  const std::string_view number = rest.substr(0, length);
  rest.remove_prefix(length);
  return number;
}

}  // namespace

std::optional<std::string> version_key(std::string_view version) {
  std::string key;
  int parts = 0;
  for (bool more = true; more; ++parts) {
    const auto number = parts < kParts ? take_number(version) : std::nullopt;
    if (!number) return std::nullopt;
    key += fmt::format("{:0>9}.", *number);
    more = version.starts_with('.');
    if (more) version.remove_prefix(1);
  }
  for (; parts < kParts; ++parts) key += "000000000.";
  if (version.empty()) return key + '-';
  const bool response = version.size() == 4 && version.starts_with(" (") && version[3] == ')' &&
                        version[2] >= 'a' && version[2] <= 'z';
  if (!response) return std::nullopt;
  return key + version[2];
}

Status register_functions(sqlite3* db) {
  for (const int code :
       {add<host>(db, "host"), add<micros>(db, "micros"), add<key_of_version>(db, "version_key")}) {
    if (code != SQLITE_OK) return Error{Errc::limit, sqlite3_errstr(code)};
  }
  return ok();
}

}  // namespace interdict::rules
