// Which handler answers which method and path.
//
// A pattern is a path whose segments are literal, "{name}" (one segment, not empty), or at the end
// "{name...}" (one segment or more). A literal goes before a {name}, a {name} before {name...},
// from left to right; the order of registration does not matter. A segment is compared and handed
// on decoded, so "%2F" never splits one. A path that is not plainly a path ("..", ".", bad
// encoding, NUL, not UTF-8) is refused before any route is asked.

#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "http/head.hpp"
#include "http/message.hpp"
#include "http/reply.hpp"

namespace interdict::http {

/// Runs on the loop: microseconds, no disk. What it throws becomes a 500.
using Handler = std::function<Response(const Request&)>;
/// Hands the request to another thread, which answers through the reply.
using LaterHandler = std::function<void(Request, Reply)>;

struct RouteOptions {
  /// Bytes of a body. By default none for GET, HEAD, DELETE and OPTIONS, 64 KiB for the others.
  std::optional<std::size_t> max_body{};
};

class Router {
 public:
  struct Route {
    Method method;
    std::size_t max_body;
    std::variant<Handler, LaterHandler> handler;
  };

  /// GET answers HEAD too, without its body. Usage: no pattern, or one that is there already.
  Status add(Method method, std::string_view pattern, Handler handler, RouteOptions options = {});
  Status add_later(Method method, std::string_view pattern, LaterHandler handler,
                   RouteOptions options = {});

  struct Found {
    const Route* route = nullptr;  // lives as long as the router is not added to
    Fields parameters;
    Refusal refusal{};  // where there is no route: 400, 404 or 405
    std::string allow;  // with 405
  };
  /// `path`: without its query, still encoded.
  [[nodiscard]] Found find(Method method, std::string_view path) const;

 private:
  struct Segment {
    enum class Kind : std::uint8_t { literal, one, rest } kind;
    std::string text;  // a literal, or the parameter's name
  };
  struct Entry {
    std::vector<Segment> pattern;
    Route route;
  };
  using Path = std::vector<std::string>;

  Status insert(Method method, std::string_view pattern,
                std::variant<Handler, LaterHandler> handler, RouteOptions options);
  static Result<std::vector<Segment>> parse(std::string_view pattern);
  static bool before(const Entry& a, const Entry& b);
  static bool matches(const std::vector<Segment>& pattern, const Path& path);

  std::vector<Entry> entries_;  // the first that matches is the right one
};

}  // namespace interdict::http
