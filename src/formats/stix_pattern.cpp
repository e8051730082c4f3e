#include "formats/stix_pattern.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"

namespace interdict::stix {
namespace pattern {
namespace {

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_name_start(char c) {
  return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_name(char c) { return is_name_start(c) || is_digit(c) || c == '-'; }
bool is_quote(char c) { return c == '\'' || c == '"'; }

struct Symbol {
  std::string_view text;
  Operator op;
};
constexpr Symbol kSymbols[] = {
    // the longer ones first
    {"==", Operator::equal},
    {"!=", Operator::not_equal},
    {"<>", Operator::not_equal},
    {"<=", Operator::less_or_equal},
    {">=", Operator::greater_or_equal},
    {"=", Operator::equal},
    {"<", Operator::less},
    {">", Operator::greater},
};
constexpr Symbol kWords[] = {
    {"IN", Operator::in},
    {"LIKE", Operator::like},
    {"MATCHES", Operator::matches},
    {"ISSUBSET", Operator::is_subset},
    {"ISSUPERSET", Operator::is_superset},
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Pattern> run() {
    out_.root = TRY(observations(0));
    skip_blank();
    if (at_ != text_.size()) return wrong("the end");
    return std::move(out_);
  }

 private:
  using Index = Result<std::uint32_t>;

  [[nodiscard]] Error wrong(std::string_view expected) const {
    return {Errc::malformed, fmt::format("character {}: expected {}", at_ + 1, expected)};
  }

  void skip_blank() {
    while (at_ < text_.size()) {
      const auto rest = text_.substr(at_);
      std::size_t end = rest.npos;
      if (is_blank(rest.front())) {
        end = 1;
      } else if (rest.starts_with("/*")) {
        const auto close = rest.find("*/", 2);
        end = close == rest.npos ? rest.size() : close + 2;
      } else if (rest.starts_with("//")) {
        end = std::min(rest.find_first_of("\r\n"), rest.size());
      } else {
        return;
      }
      at_ += end;
    }
  }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    skip_blank();
    if (peek() != c) return false;
    ++at_;
    return true;
  }
  /// A key word; not the beginning of a longer name or of an object path.
  bool take_word(std::string_view word) {
    skip_blank();
    if (!equal_ignoring_case(text_.substr(at_, word.size()), word)) return false;
    const auto end = at_ + word.size();
    if (end < text_.size() && (is_name(text_[end]) || text_[end] == ':')) return false;
    at_ = end;
    return true;
  }

  /// The list behind `first`: parts joined by `word`. A single part stays itself.
  template <class Node, class Next>
  Index joined(std::vector<Node>& nodes, typename Node::Kind kind, std::string_view word,
               const Next& next) {
    std::vector<std::uint32_t> parts{TRY(next())};
    while (take_word(word)) parts.push_back(TRY(next()));
    if (parts.size() == 1) return parts.front();
    Node node;
    node.kind = kind;
    node.parts = std::move(parts);
    return add(nodes, std::move(node));
  }
  template <class Node>
  Index add(std::vector<Node>& nodes, Node node) {
    if (++nodes_ > kMaxPatternNodes) return Error(Errc::limit, "pattern of too many parts");
    nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(nodes.size() - 1);
  }

  Index observations(std::size_t depth) {
    using Kind = Observation::Kind;
    if (depth == kMaxPatternDepth) return Error(Errc::limit, "pattern nested too deeply");
    const auto one = [&] { return observation(depth); };
    const auto all = [&] { return joined(out_.observations, Kind::conjunction, "AND", one); };
    const auto any = [&] { return joined(out_.observations, Kind::disjunction, "OR", all); };
    return joined(out_.observations, Kind::followed_by, "FOLLOWEDBY", any);
  }

  Index observation(std::size_t depth) {
    std::uint32_t index = 0;
    if (take('(')) {
      index = TRY(observations(depth + 1));
      if (!take(')')) return wrong("')'");
    } else if (take('[')) {
      Observation node;
      node.comparison = TRY(comparisons(depth + 1));
      if (!take(']')) return wrong("AND, OR or ']'");
      index = TRY(add(out_.observations, std::move(node)));
    } else {
      return wrong("'[' or '('");
    }
    while (true) {
      const auto qualifier = TRY(this->qualifier());
      if (qualifier.empty()) return index;
      if (++nodes_ > kMaxPatternNodes) return Error(Errc::limit, "pattern of too many parts");
      out_.observations[index].qualifiers.push_back(qualifier);
    }
  }

  /// Empty when there is none.
  Result<std::string> qualifier() {
    if (take_word("WITHIN")) {
      const auto n = TRY(constant());
      if (!take_word("SECONDS")) return wrong("SECONDS");
      return fmt::format("WITHIN {} SECONDS", n.text);
    }
    if (take_word("REPEATS")) {
      const auto n = TRY(constant());
      if (!take_word("TIMES")) return wrong("TIMES");
      return fmt::format("REPEATS {} TIMES", n.text);
    }
    if (take_word("START")) {
      const auto start = TRY(constant());
      if (!take_word("STOP")) return wrong("STOP");
      return fmt::format("START {} STOP {}", start.text, TRY(constant()).text);
    }
    return std::string();
  }

  Index comparisons(std::size_t depth) {
    using Kind = Comparison::Kind;
    if (depth == kMaxPatternDepth) return Error(Errc::limit, "pattern nested too deeply");
    const auto one = [&] { return comparison(depth); };
    const auto all = [&] { return joined(out_.comparisons, Kind::conjunction, "AND", one); };
    return joined(out_.comparisons, Kind::disjunction, "OR", all);
  }

  Index comparison(std::size_t depth) {
    const bool negated = take_word("NOT");
    if (take('(')) {
      const auto inner = TRY(comparisons(depth + 1));
      if (!take(')')) return wrong("AND, OR or ')'");
      if (!negated) return inner;
      Comparison node;
      node.kind = Comparison::Kind::conjunction;
      node.negated = true;
      node.parts = {inner};
      return add(out_.comparisons, std::move(node));
    }
    Test test = TRY(this->test());
    test.negated = test.negated != negated;
    Comparison node;
    node.test = TRY(add(out_.tests, std::move(test)));
    return add(out_.comparisons, std::move(node));
  }

  Result<Test> test() {
    Test test;
    if (take_word("EXISTS")) {
      test.op = Operator::exists;
      test.path = TRY(path());
      return test;
    }
    test.path = TRY(path());
    test.negated = take_word("NOT");
    test.op = TRY(comparison_operator());
    if (test.op != Operator::in) {
      test.constants.push_back(TRY(constant()));
      return test;
    }
    if (!take('(')) return wrong("'('");
    do {
      if (++nodes_ > kMaxPatternNodes) return Error(Errc::limit, "pattern of too many parts");
      test.constants.push_back(TRY(constant()));
    } while (take(','));
    if (!take(')')) return wrong("',' or ')'");
    return test;
  }

  Result<Operator> comparison_operator() {
    skip_blank();
    for (const auto& symbol : kSymbols) {
      if (!text_.substr(at_).starts_with(symbol.text)) continue;
      at_ += symbol.text.size();
      return symbol.op;
    }
    for (const auto& word : kWords) {
      if (take_word(word.text)) return word.op;
    }
    return wrong("a comparison operator");
  }

  /// type:key.'key'[index]…
  Result<std::string> path() {
    std::string path(name());
    if (path.empty()) return wrong("an object path");
    if (!take(':')) return wrong("':'");
    path += ':';
    path += TRY(key());
    while (true) {
      if (take('.')) {
        path += '.';
        path += TRY(key());
      } else if (take('[')) {
        skip_blank();
        const auto start = at_;
        if (!take('*')) {
          while (is_digit(peek())) ++at_;
        }
        if (at_ == start) return wrong("an index or '*'");
        path += fmt::format("[{}]", text_.substr(start, at_ - start));
        if (!take(']')) return wrong("']'");
      } else {
        return path;
      }
    }
  }
  std::string_view name() {
    skip_blank();
    const auto start = at_;
    if (is_name_start(peek())) {
      while (is_name(peek())) ++at_;
    }
    return text_.substr(start, at_ - start);
  }
  Result<std::string> key() {
    skip_blank();
    if (is_quote(peek())) return quoted();
    const auto bare = name();
    if (bare.empty()) return wrong("a property");
    return std::string(bare);
  }

  /// 'text' with \' and \\; any other back-slash stands for itself.
  Result<std::string> quoted() {
    const char quote = text_[at_++];
    std::string out;
    while (at_ < text_.size() && text_[at_] != quote) {
      const bool escape = text_[at_] == '\\' && at_ + 1 < text_.size() &&
                          (is_quote(text_[at_ + 1]) || text_[at_ + 1] == '\\');
      at_ += escape ? 1 : 0;
      out += text_[at_++];
    }
    if (at_ == text_.size()) return wrong("the closing quote");
    ++at_;
    return out;
  }

  Result<Constant> constant() {
    using Kind = Constant::Kind;
    skip_blank();
    if (is_quote(peek())) return Constant{Kind::text, TRY(quoted())};
    if (take_word("true")) return Constant{Kind::boolean, "true"};
    if (take_word("false")) return Constant{Kind::boolean, "false"};
    if (at_ + 1 < text_.size() && is_quote(text_[at_ + 1])) {
      const char mark = text_[at_];
      if (mark == 'b' || mark == 'h' || mark == 't') {
        ++at_;
        const auto kind = mark == 'b' ? Kind::binary : mark == 'h' ? Kind::hex : Kind::timestamp;
        return Constant{kind, TRY(quoted())};
      }
    }
    return number();
  }
  Result<Constant> number() {
    const auto start = at_;
    if (peek() == '+' || peek() == '-') ++at_;
    const auto digits = at_;
    while (is_digit(peek())) ++at_;
    auto kind = Constant::Kind::integer;
    std::size_t count = at_ - digits;
    if (peek() == '.') {
      kind = Constant::Kind::real;
      const auto fraction = ++at_;
      while (is_digit(peek())) ++at_;
      count += at_ - fraction;
    }
    if (count == 0) {
      at_ = start;
      return wrong("a constant");
    }
    return Constant{kind, std::string(text_.substr(start, at_ - start))};
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t nodes_ = 0;
  Pattern out_;
};

}  // namespace
}  // namespace pattern

std::string_view name_of(Operator op) {
  constexpr std::array<std::string_view, 12> kNames = {
      "=", "!=", "<", ">", "<=", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"};
  return kNames[static_cast<std::size_t>(op)];
}

Result<Pattern> parse_pattern(std::string_view text) {
  if (text.size() > kMaxPattern) return Error(Errc::limit, "pattern longer than 64 KiB");
  return pattern::Parser(text).run();
}

std::optional<SimplePattern> simple_pattern(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 2 || text.size() > kMaxPattern) return std::nullopt;
  if (text.front() != '[' || text.back() != ']') return std::nullopt;
  text = trimmed(text.substr(1, text.size() - 2));
  const auto equals = text.find('=');
  if (equals == text.npos || equals == 0) return std::nullopt;
  const auto path = trimmed(text.substr(0, equals));
  const auto value = trimmed(text.substr(equals + 1));
  const auto in_path = [](char c) {
    return pattern::is_name(c) || c == ':' || c == '.' || pattern::is_quote(c);
  };
  if (path.empty() || !std::all_of(path.begin(), path.end(), in_path)) return std::nullopt;
  if (value.size() < 2 || value.front() != '\'' || value.back() != '\'') return std::nullopt;
  const auto inner = value.substr(1, value.size() - 2);
  const bool plain = inner.find('\'') == inner.npos && inner.find('\\') == inner.npos;
  if (!plain) return std::nullopt;
  return SimplePattern{path, inner};
}

}  // namespace interdict::stix
