#include "indicators/compile.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/text.hpp"
#include "formats/stix_pattern.hpp"

namespace interdict::indicators {
namespace compiling {
namespace {

using stix::Operator;

constexpr std::size_t kMaxCombinations = 256;
constexpr std::int64_t kMaxRegexMemory = 256 << 10;

struct Known {
  std::string_view path;  // lower case, no quotes, no hyphens in the names of hashes
  Type type;
};
constexpr Known kProperties[] = {
    {"domain-name:value", Type::domain},
    {"ipv4-addr:value", Type::ip},
    {"ipv6-addr:value", Type::ip},
    {"url:value", Type::url},
    {"email-addr:value", Type::email},
    {"email-message:from_ref.value", Type::email},
    {"email-message:sender_ref.value", Type::email},
    {"process:name", Type::process},
    {"process:image_ref.name", Type::process},
    {"process:binary_ref.name", Type::process},
    {"file:name", Type::file_name},
    {"file:path", Type::file_path},
    {"file:parent_directory_ref.path", Type::file_path},
    {"directory:path", Type::file_path},
    {"file:hashes.md5", Type::md5},
    {"file:hashes.sha1", Type::sha1},
    {"file:hashes.sha256", Type::sha256},
    {"app:id", Type::app_id},
    {"app:cert.md5", Type::cert_sha256},
    {"app:cert.sha1", Type::cert_sha256},
    {"app:cert.sha256", Type::cert_sha256},
    {"x509-certificate:hashes.md5", Type::cert_sha256},
    {"x509-certificate:hashes.sha1", Type::cert_sha256},
    {"x509-certificate:hashes.sha256", Type::cert_sha256},
    {"configuration-profile:id", Type::profile_id},
    {"android-property:name", Type::property},
};

struct Refusal {
  std::string_view object;
  std::string_view why;
};
constexpr Refusal kRefusals[] = {
    {"mac-addr", "phones keep no hardware addresses of what they talked to"},
    {"network-traffic", "phones keep no packets, ports or flows"},
    {"autonomous-system", "phones do not note whose network an address belongs to"},
    {"user-account", "accounts are not compared"},
    {"windows-registry-key", "Windows only"},
    {"mutex", "phones keep no record of mutexes"},
    {"software", "an app is told by its id, not by its name"},
    {"artifact", "file contents are not searched"},
};

std::string plain_path(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '\'' && c != '"') out += ascii_lower(c);
  }
  for (const std::string_view branch : {":hashes.", ":cert."}) {
    const auto at = out.find(branch);
    if (at == out.npos) continue;
    const auto name = out.begin() + static_cast<std::ptrdiff_t>(at + branch.size());
    out.erase(std::remove_if(name, out.end(), [](char c) { return c == '-' || c == '_'; }),
              out.end());
  }
  return out;
}

bool case_matters(Type type) {
  return type == Type::process || type == Type::file_name || type == Type::file_path ||
         type == Type::url;
}

/// LIKE as a regular expression: % is any text, _ is one character.
std::string regex_of_like(std::string_view like) {
  std::string out = "^";
  std::size_t literal = 0;
  const auto flush = [&](std::size_t end) {
    out += re2::RE2::QuoteMeta(re2::StringPiece(like.data() + literal, end - literal));
    literal = end + 1;
  };
  for (std::size_t i = 0; i < like.size(); ++i) {
    if (like[i] != '%' && like[i] != '_') continue;
    flush(i);
    out += like[i] == '%' ? ".*" : ".";
  }
  flush(like.size());
  return out + "$";
}

class Compiler {
 public:
  explicit Compiler(const stix::Pattern& pattern) : pattern_(pattern) {}

  Compiled run() {
    observation(pattern_.root);
    return std::move(out_);
  }

 private:
  using Terms = std::vector<std::vector<std::uint32_t>>;  // into literals_

  void refuse(std::string why) {
    auto& all = out_.why_not;
    if (std::find(all.begin(), all.end(), why) == all.end()) all.push_back(std::move(why));
  }

  void observation(std::uint32_t index) {
    using Kind = stix::Observation::Kind;
    const auto& node = pattern_.observations[index];
    if (!node.qualifiers.empty()) {
      return refuse(fmt::format("{}: times and numbers of observations are not compared",
                                node.qualifiers.front()));
    }
    switch (node.kind) {
      case Kind::comparison:
        return comparison(node.comparison);
      case Kind::conjunction:
        return refuse("AND needs two observations, a row is one");
      case Kind::followed_by:
        return refuse("FOLLOWEDBY needs an order of observations");
      case Kind::disjunction:
        for (const auto part : node.parts) observation(part);
    }
  }

  void comparison(std::uint32_t index) {
    literals_.clear();
    usable_.clear();
    const auto terms = disjunction(index, false);
    if (!terms) {
      return refuse(fmt::format("AND and OR give more than {} combinations", kMaxCombinations));
    }
    for (const auto& term : *terms) {
      if (!std::all_of(term.begin(), term.end(), [&](auto i) { return usable_[i]; })) continue;
      if (std::all_of(term.begin(), term.end(), [&](auto i) { return literals_[i].negated; })) {
        refuse("it says only what must not be seen");
        continue;
      }
      auto& out = out_.terms.emplace_back();
      for (const auto i : term) out.push_back(literals_[i]);
    }
  }

  /// The node as OR of ANDs; nothing when that is too large. At most as deep as a pattern is.
  std::optional<Terms> disjunction(std::uint32_t index, bool negated) {
    const auto& node = pattern_.comparisons[index];
    negated = negated != node.negated;
    if (node.kind == stix::Comparison::Kind::test) {
      return literals(pattern_.tests[node.test], negated);
    }
    const bool all = (node.kind == stix::Comparison::Kind::conjunction) != negated;
    std::optional<Terms> sum;
    for (const auto part : node.parts) {
      auto terms = disjunction(part, negated);
      if (!terms) return std::nullopt;
      if (!sum) {
        sum = std::move(terms);
      } else if (!all) {
        std::move(terms->begin(), terms->end(), std::back_inserter(*sum));
      } else {
        sum = product(*sum, *terms);
        if (!sum) return std::nullopt;
      }
    }
    return sum;
  }

  static std::optional<Terms> product(const Terms& a, const Terms& b) {
    if (a.size() * b.size() > kMaxCombinations) return std::nullopt;
    Terms out;
    for (const auto& x : a) {
      for (const auto& y : b) {
        out.push_back(x);
        out.back().insert(out.back().end(), y.begin(), y.end());
      }
    }
    return out;
  }

  /// One literal a constant: any of them for IN, all of them for NOT IN.
  Terms literals(const stix::Test& test, bool negated) {
    negated = negated != test.negated;
    auto op = test.op;
    if (op == Operator::not_equal) {
      op = Operator::equal;
      negated = !negated;
    }
    Terms terms;
    for (const auto& constant : test.constants) {
      const auto index = add(test.path, op, constant, negated);
      if (terms.empty() || !negated) terms.emplace_back();
      terms.back().push_back(index);
    }
    if (test.constants.empty()) terms.push_back({unusable("EXISTS names no value")});
    return terms;
  }

  std::uint32_t unusable(std::string why) {
    refuse(std::move(why));
    literals_.emplace_back();
    usable_.push_back(false);
    return static_cast<std::uint32_t>(literals_.size() - 1);
  }

  std::uint32_t add(const std::string& path, Operator op, const stix::Constant& constant,
                    bool negated) {
    auto found = property(path);
    if (!found.type) return unusable(std::move(found.why_not));
    if (constant.kind != stix::Constant::Kind::text && constant.kind != stix::Constant::Kind::hex) {
      return unusable(fmt::format("{}: only texts are compared", path));
    }
    Literal literal;
    literal.negated = negated;
    literal.value = constant.text;
    literal.key.type = *found.type;
    if (op == Operator::like || op == Operator::matches) {
      literal.regex = regex(op, *found.type, constant.text);
      if (!literal.regex->ok()) {
        return unusable(fmt::format("{}: {}", name_of(op), literal.regex->error()));
      }
    } else if (op == Operator::equal || op == Operator::in ||
               (op == Operator::is_subset && *found.type == Type::ip)) {
      const auto status = make_key(*found.type, constant.text, literal.key);
      if (!status) return unusable(fmt::format("{}: {}", path, status.error().what()));
    } else {
      return unusable(fmt::format("{}: {} is not evaluated for it", path, name_of(op)));
    }
    literals_.push_back(std::move(literal));
    usable_.push_back(true);
    return static_cast<std::uint32_t>(literals_.size() - 1);
  }

  static std::shared_ptr<const re2::RE2> regex(Operator op, Type type, const std::string& text) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxRegexMemory);
    options.set_dot_nl(true);
    options.set_never_capture(true);
    options.set_case_sensitive(case_matters(type));
    return std::make_shared<const re2::RE2>(op == Operator::like ? regex_of_like(text) : text,
                                            options);
  }

  const stix::Pattern& pattern_;
  std::vector<Literal> literals_;
  std::vector<bool> usable_;
  Compiled out_;
};

}  // namespace
}  // namespace compiling

Property property(std::string_view path) {
  const auto plain = compiling::plain_path(path);
  for (const auto& known : compiling::kProperties) {
    if (known.path == plain) return {known.type, {}};
  }
  const auto object = plain.substr(0, plain.find(':'));
  for (const auto& refusal : compiling::kRefusals) {
    if (refusal.object == object) return {{}, fmt::format("{}: {}", object, refusal.why)};
  }
  return {{}, fmt::format("{}: no table of a phone holds it", printable(path.substr(0, 100)))};
}

Compiled compile(std::string_view text) {
  const auto pattern = stix::parse_pattern(text);
  if (!pattern) return {{}, {pattern.error().what()}};
  return compiling::Compiler(*pattern).run();
}

}  // namespace interdict::indicators
