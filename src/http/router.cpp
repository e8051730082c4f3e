#include "http/router.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::http {
namespace {

constexpr std::size_t kDefaultBody = 64 << 10;
constexpr std::size_t kMaxSegments = 32;

std::size_t default_body(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch ? kDefaultBody
                                                                                    : 0;
}

template <class F>
void each_segment(std::string_view path, F&& f) {
  path.remove_prefix(1);  // '/'
  while (true) {
    const auto slash = path.find('/');
    f(path.substr(0, slash));
    if (slash == path.npos) return;
    path.remove_prefix(slash + 1);
  }
}

/// The decoded segments of a request's path; none: it is not plainly a path.
std::optional<std::vector<std::string>> segments_of(std::string_view path) {
  std::vector<std::string> out;
  bool plain = !path.empty() && path.front() == '/';
  if (!plain) return {};
  each_segment(path, [&](std::string_view encoded) {
    if (!plain || out.size() == kMaxSegments) {
      plain = false;
      return;
    }
    auto segment = percent_decoded(encoded);
    plain = segment && *segment != "." && *segment != ".." &&
            segment->find('\0') == std::string::npos && valid_utf8(*segment);
    if (plain) out.push_back(std::move(*segment));
  });
  if (!plain) return {};
  return out;
}

bool name_like(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

}  // namespace

Status Router::add(Method method, std::string_view pattern, Handler handler, RouteOptions options) {
  return insert(method, pattern, std::move(handler), options);
}

Status Router::add_later(Method method, std::string_view pattern, LaterHandler handler,
                         RouteOptions options) {
  return insert(method, pattern, std::move(handler), options);
}

Status Router::insert(Method method, std::string_view pattern,
                      std::variant<Handler, LaterHandler> handler, RouteOptions options) {
  Entry entry{TRY_WITHIN(pattern, parse(pattern)),
              {method, options.max_body.value_or(default_body(method)), std::move(handler)}};
  const auto place = std::lower_bound(entries_.begin(), entries_.end(), entry, before);
  if (place != entries_.end() && !before(entry, *place)) {
    return Error{Errc::usage, fmt::format("{} {} has a handler already", name_of(method), pattern)};
  }
  entries_.insert(place, std::move(entry));
  return ok();
}

Result<std::vector<Router::Segment>> Router::parse(std::string_view pattern) {
  if (!pattern.starts_with('/')) return Error{Errc::usage, "a route begins with '/'"};
  std::vector<Segment> out;
  std::optional<std::string_view> bad;
  each_segment(pattern, [&](std::string_view text) {
    const bool after_rest = !out.empty() && out.back().kind == Segment::Kind::rest;
    Segment segment{Segment::Kind::literal, std::string(text)};
    if (text.starts_with('{') && text.ends_with('}')) {
      text = text.substr(1, text.size() - 2);
      const bool rest = text.ends_with("...");
      if (rest) text.remove_suffix(3);
      segment = {rest ? Segment::Kind::rest : Segment::Kind::one, std::string(text)};
      if (!name_like(text)) bad = "a parameter needs a name of a-z, 0-9 and _";
      for (const auto& other : out) {
        if (other.kind != Segment::Kind::literal && other.text == text) bad = "a name stands twice";
      }
    } else if (text.find_first_of("{}%?#") != text.npos) {
      bad = "a literal has none of {}%?#";
    }
    if (after_rest) bad = "{name...} stands at the end";
    out.push_back(std::move(segment));
  });
  if (bad) return Error{Errc::usage, std::string(*bad)};
  return out;
}

/// Literals before parameters, so that the first match is the most exact. Names of parameters do
/// not tell two patterns apart.
bool Router::before(const Entry& a, const Entry& b) {
  const auto key = [](const Segment& s) {
    return std::pair(s.kind, s.kind == Segment::Kind::literal ? std::string_view(s.text) : "");
  };
  const auto common = std::min(a.pattern.size(), b.pattern.size());
  for (std::size_t i = 0; i < common; ++i) {
    const auto left = key(a.pattern[i]), right = key(b.pattern[i]);
    if (left != right) return left < right;
  }
  if (a.pattern.size() != b.pattern.size()) return a.pattern.size() < b.pattern.size();
  return a.route.method < b.route.method;
}

bool Router::matches(const std::vector<Segment>& pattern, const Path& path) {
  const bool open = pattern.back().kind == Segment::Kind::rest;
  if (open ? path.size() < pattern.size() : path.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const auto& segment = pattern[i];
    if (segment.kind == Segment::Kind::literal ? segment.text != path[i] : path[i].empty()) {
      return false;
    }
  }
  // Several segments are joined again by '/': none may hold one of its own.
  for (std::size_t i = pattern.size() - 1; open && i < path.size(); ++i) {
    if (path[i].empty() || path[i].find_first_of("/\\") != std::string::npos) return false;
  }
  return true;
}

Router::Found Router::find(Method method, std::string_view path) const {
  Found found;
  const auto segments = segments_of(path);
  if (!segments) {
    found.refusal = {400, "a path that is none"};
    return found;
  }
  for (const auto& entry : entries_) {
    if (!matches(entry.pattern, *segments)) continue;
    const bool head = method == Method::head && entry.route.method == Method::get;
    if (entry.route.method != method && !head) {
      if (found.allow.find(name_of(entry.route.method)) != std::string::npos) continue;
      if (!found.allow.empty()) found.allow += ", ";
      found.allow += name_of(entry.route.method);
      if (entry.route.method == Method::get) found.allow += ", HEAD";
      continue;
    }
    found.route = &entry.route;
    for (std::size_t i = 0; i < entry.pattern.size(); ++i) {
      const auto& [kind, name] = entry.pattern[i];
      if (kind == Segment::Kind::literal) continue;
      std::string value = (*segments)[i];
      for (auto j = i + 1; kind == Segment::Kind::rest && j < segments->size(); ++j) {
        value.append("/").append((*segments)[j]);
      }
      found.parameters.emplace_back(name, std::move(value));
    }
    return found;
  }
  found.refusal = found.allow.empty() ? Refusal{404, "there is nothing here"}
                                      : Refusal{405, "this method is not for this path"};
  return found;
}

}  // namespace interdict::http
