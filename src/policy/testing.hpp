// For the tests of this room: bans from text, and decisions in one line.

#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "policy/device_text.hpp"
#include "policy/policy.hpp"

namespace interdict::policy::testing {

inline std::string problems_of(std::string_view text, const std::filesystem::path& folder = {}) {
  Problems problems("ban.toml");
  const auto ban = read_ban_text(text, folder, problems);
  std::string all;
  for (const auto& p : problems.sorted()) all += to_string(p) + "\n";
  CHECK(ban.has_value() == all.empty());
  return all;
}

inline Policy policy_of(std::string_view text, const std::filesystem::path& folder = {}) {
  Problems problems("ban.toml");
  auto ban = read_ban_text(text, folder, problems);
  if (!ban) FAIL(ban.error().what());
  auto policy = Policy::compile(std::move(*ban));
  REQUIRE(policy.has_value());
  return std::move(*policy);
}

inline Decision decision(const Policy& policy, std::string_view account, const ClaimRow& row,
                         std::string_view at,
                         devices::Channel channel = devices::Channel::mail_send) {
  ClaimTable claims(policy.ban());
  const auto when = parse_iso8601(at);
  REQUIRE(when.has_value());
  return policy.decide(policy.intern(account), claims, *claims.intern(row), channel, *when);
}
inline Decision decision(const Policy& policy, std::string_view account, std::string_view device,
                         std::string_view at,
                         devices::Channel channel = devices::Channel::mail_send) {
  const auto row = row_of_device(policy.ban(), device);
  REQUIRE(row.has_value());
  return decision(policy, account, *row, at, channel);
}
/// "refuse no-apple", "outside", "allow -".
inline std::string said(const Policy& policy, const Decision& d) {
  if (d.kind == Decision::Kind::outside) return "outside";
  if (d.kind == Decision::Kind::exempt) {
    return fmt::format("exempt {}", policy.ban().exemptions[d.exemption].id);
  }
  return fmt::format("{} {}", name_of(d.action),
                     d.rule == kNone ? std::string("-") : policy.ban().rules[d.rule].id);
}

/// A small world: a tree of three, one outside of it, iphones and ipads.
inline constexpr std::string_view kWorld = R"(schema = 1
id = "test"
roles = ["official", "guest"]
[[organisation]]
id = "top"
zone = "Europe/Berlin"
domains = ["top.example"]
groups = ["board"]
[[organisation]]
id = "middle"
parent = "top"
domains = ["middle.example"]
[[organisation]]
id = "low"
parent = "middle"
domains = ["low.example"]
[[organisation]]
id = "other"
zone = "UTC"
domains = ["other.example"]
[[person]]
id = "anna"
organisation = "low"
roles = ["official"]
accounts = ["anna@low.example"]
[[person]]
id = "ben"
organisation = "top"
groups = ["board"]
accounts = ["ben@top.example"]
[[device_class]]
id = "iphone"
line = "iphone"
[[device_class]]
id = "ipad"
line = "ipad"
[[device_class]]
id = "apple-mobile"
any_of = ["iphone", "ipad"]
)";
inline std::string world(std::string_view more) { return std::string(kWorld).append(more); }

}  // namespace interdict::policy::testing
