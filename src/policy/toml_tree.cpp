// The only file that includes toml++.

#include "policy/toml_tree.hpp"

#include <algorithm>

// toml++ asserts that what it has looked at is still so, and is wrong where a text is hostile: a
// date with 'T' and no digit behind it (found by fuzz_ban_file) would end the program. A broken
// assumption becomes an exception, which read_toml() catches and turns into a problem.
namespace interdict::policy {
struct BrokenAssumption {};
[[noreturn]] inline void broken_assumption() { throw BrokenAssumption{}; }
}  // namespace interdict::policy
#define TOML_ASSERT(expr) \
  static_cast<void>((expr) ? void() : ::interdict::policy::broken_assumption())
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ENABLE_UNRELEASED_FEATURES 0
#include <toml++/toml.h>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::policy {
namespace {

constexpr unsigned kMaxDots = 32;

Place place_of(const toml::source_region& source) {
  return {source.begin.line, source.begin.column};
}

/// Finds a line with more than kMaxDots dots outside of texts and comments, or 0.
class DotCounter {
 public:
  std::uint32_t deep_line(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '\n') {
        next_line();
      } else if (quote_ != 0) {
        i = inside(text, i);
      } else if (c == '"' || c == '\'') {
        i = opened(text, i);
      } else if (c == '#') {
        while (i + 1 < text.size() && text[i + 1] != '\n') ++i;
      } else if (c == '.' && ++dots_ > kMaxDots) {
        return line_;
      }
    }
    return 0;
  }

 private:
  void next_line() {
    ++line_;
    dots_ = 0;
    if (!multiline_) quote_ = 0;
  }
  std::size_t opened(std::string_view text, std::size_t i) {
    quote_ = text[i];
    multiline_ = text.substr(i, 3) == std::string(3, quote_);
    return multiline_ ? i + 2 : i;
  }
  std::size_t inside(std::string_view text, std::size_t i) {
    // A backslash takes the next letter with it, but never a line's end: that is counted above.
    if (text[i] == '\\' && quote_ == '"' && i + 1 < text.size() && text[i + 1] != '\n') {
      return i + 1;
    }
    if (text[i] != quote_) return i;
    if (multiline_) {
      if (text.substr(i, 3) != std::string(3, quote_)) return i;
      i += 2;
      // Up to two quotes may stand before the three that close.
      while (i + 1 < text.size() && text[i + 1] == quote_) ++i;
    }
    quote_ = 0;
    multiline_ = false;
    return i;
  }
  char quote_ = 0;
  bool multiline_ = false;
  unsigned dots_ = 0;
  std::uint32_t line_ = 1;
};

Node::Kind kind_of(toml::node_type type) {
  switch (type) {
    case toml::node_type::array:
      return Node::Kind::array;
    case toml::node_type::string:
      return Node::Kind::text;
    case toml::node_type::integer:
      return Node::Kind::integer;
    case toml::node_type::floating_point:
      return Node::Kind::real;
    case toml::node_type::boolean:
      return Node::Kind::boolean;
    case toml::node_type::date:
      return Node::Kind::date;
    case toml::node_type::time:
      return Node::Kind::time;
    case toml::node_type::date_time:
      return Node::Kind::date_time;
    default:
      return Node::Kind::table;
  }
}

void set_when(Node& node, const toml::date& d, const toml::time& t) {
  const auto local =
      local_time(d.year, d.month, d.day, t.hour, t.minute, t.second, t.nanosecond / 1000);
  node.representable = local.has_value();
  if (local) node.when = *local;
}

Node converted(const toml::node& from, int depth, Problems& problems);

void convert_members(const toml::table& table, int depth, Problems& problems, Node& node) {
  for (auto&& [key, value] : table) {
    node.members.push_back(
        {std::string(key.str()), place_of(key.source()), converted(value, depth + 1, problems)});
  }
  std::ranges::sort(node.members, {}, &Member::place);  // no two begin at one place
}

Node converted(const toml::node& from, int depth, Problems& problems) {
  Node node;
  node.kind = kind_of(from.type());
  node.place = place_of(from.source());
  if (depth > kMaxTomlDepth) {
    problems.add(node.place, fmt::format("nested more than {} deep", kMaxTomlDepth));
    return node;
  }
  switch (node.kind) {
    case Node::Kind::table:
      convert_members(*from.as_table(), depth, problems, node);
      break;
    case Node::Kind::array:
      for (auto&& item : *from.as_array()) {
        node.items.push_back(converted(item, depth + 1, problems));
      }
      break;
    case Node::Kind::text:
      node.text = from.as_string()->get();
      break;
    case Node::Kind::integer:
      node.integer = from.as_integer()->get();
      break;
    case Node::Kind::real:
      node.real = from.as_floating_point()->get();
      break;
    case Node::Kind::boolean:
      node.flag = from.as_boolean()->get();
      break;
    case Node::Kind::date:
      set_when(node, from.as_date()->get(), {});
      break;
    case Node::Kind::date_time: {
      const auto& when = from.as_date_time()->get();
      set_when(node, when.date, when.time);
      node.has_offset = when.offset.has_value();
      if (when.offset) node.offset = when.offset->minutes;
      break;
    }
    case Node::Kind::time:
      break;
  }
  return node;
}

}  // namespace

std::string_view words_for(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::table:
      return "a table";
    case Node::Kind::array:
      return "a list";
    case Node::Kind::text:
      return "text";
    case Node::Kind::integer:
      return "a whole number";
    case Node::Kind::real:
      return "a number";
    case Node::Kind::boolean:
      return "true or false";
    case Node::Kind::date:
      return "a date";
    case Node::Kind::date_time:
      return "a date with a time";
    case Node::Kind::time:
      return "a time without a date";
  }
  return "a value";
}

namespace {

Node parse(std::string_view text, Problems& problems) try {
  const auto parsed = toml::parse(text, std::string_view(problems.file()));
  if (!parsed) {
    const auto& error = parsed.error();
    problems.add(place_of(error.source()),
                 fmt::format("not TOML: {}", printable(error.description().substr(0, 300))));
    return {};
  }
  return converted(parsed.table(), 0, problems);
} catch (const BrokenAssumption&) {
  problems.add({}, "not TOML: a value breaks off where none can (often a date with T and no time)");
  return {};
}

}  // namespace

Node read_toml(std::string_view text, Problems& problems) {
  if (text.size() > kMaxTomlBytes) {
    problems.add({}, fmt::format("larger than {} MiB", kMaxTomlBytes >> 20));
    return {};
  }
  if (const auto line = DotCounter().deep_line(text)) {
    problems.add({line, 1}, fmt::format("more than {} dots outside of texts", kMaxDots));
    return {};
  }
  return parse(text, problems);
}

}  // namespace interdict::policy
