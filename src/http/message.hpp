// What a handler sees of a request and gives as a response. No library type appears here.
//
// Facts   RFC 9110 (semantics), RFC 9112 (the wire), RFC 3986 (percent encoding), WHATWG URL
//         5.1 (application/x-www-form-urlencoded: '+' is a blank).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "net/address.hpp"

namespace interdict::http {

enum class Method : std::uint8_t { get, head, post, put, patch, remove, options };
std::string_view name_of(Method method);
std::optional<Method> method_of(std::string_view name);  // names are case-sensitive

/// The fields of a message in their order. Names are compared without regard to case.
class Headers {
 public:
  void add(std::string_view name, std::string_view value);
  /// The first of that name.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] bool empty() const { return places_.empty(); }
  struct FieldView {
    std::string_view name, value;  // die with the next add() and with the Headers
  };
  [[nodiscard]] FieldView operator[](std::size_t i) const;

 private:
  struct Place {
    std::uint32_t name, value, end;
  };
  std::string text_;  // all names and values, one allocation for the lot
  std::vector<Place> places_;
};

/// Names and values, decoded. A name may stand more than once.
using Fields = std::vector<std::pair<std::string, std::string>>;
/// The first value of that name.
std::optional<std::string_view> find(const Fields& fields, std::string_view name);

struct Request {
  Method method = Method::get;
  std::string target;  // as it was sent: origin-form, visible ASCII, begins with '/'
  bool http_1_0 = false;
  Headers headers;
  std::string body;  // chunks joined

  /// Who asks: the peer, or what a trusted proxy says of it. None: a Unix socket without a word
  /// from a trusted proxy.
  std::optional<net::Address> client;
  std::optional<std::uint32_t> peer_user;  // uid behind a Unix socket
  Fields parameters;                       // of the route: {name} -> decoded value

  [[nodiscard]] std::string_view path() const;   // as sent, still encoded
  [[nodiscard]] std::string_view query() const;  // as sent, without the '?'
  [[nodiscard]] std::string_view parameter(std::string_view name) const;  // "": the route has none
};

struct Response {
  int status = 200;
  Fields headers;  // a name or value that is none (CR, LF, NUL …) turns the response into a 500
  std::string body;
  bool close = false;  // end the connection after it

  static Response text(int status, std::string_view body);
  static Response html(int status, std::string_view body);
  static Response json(int status, std::string_view body);
  /// 303: what a form is answered with.
  static Response see_other(std::string_view location);
  Response with(std::string_view name, std::string_view value) &&;
};
/// A short answer to what went wrong, as JSON: {"error":"…"}.
Response failure(int status, std::string_view why);

std::string_view reason_of(int status);

/// Undoes percent encoding; none: a '%' without two digits after it.
std::optional<std::string> percent_decoded(std::string_view text);
std::string percent_encoded(std::string_view text);  // all but unreserved characters

inline constexpr std::size_t kMaxFormFields = 1'000;
/// "a=1&b=2", a query or a form body. Malformed: bad encoding, text that is not UTF-8 or holds NUL.
/// Limit: more than kMaxFormFields.
Result<Fields> parse_form(std::string_view text);

/// Appends a response as bytes: Content-Length is ours, the body is left out where there must be
/// none (HEAD, 204, 304). `date` is the value of the Date field. False: the response could not be
/// sent, a 500 that closes the connection stands in its place.
bool append_response(std::string& out, const Response& response, Method asked, bool http_1_0,
                     bool keep_alive, std::string_view date);
/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_seconds);

}  // namespace interdict::http
