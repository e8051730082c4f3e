// Random bans for property tests: small, dense, full of overlaps, and always readable.

#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>
#include <rapidcheck.h>

namespace interdict::policy::testing {

struct RandomBan {
  std::string text;
  std::vector<std::string> accounts;
  std::vector<int> parent;  // of each organisation; -1: none
  int organisations = 0, people = 0, classes = 0, rules = 0;

  [[nodiscard]] bool below_first(int o) const {
    while (o > 0) o = parent[static_cast<std::size_t>(o)];
    return o == 0;
  }
};
struct RandomOptions {
  bool relaxing = true;
  bool exemptions = true;
};

/// Even from the first case on: rapidcheck's own ranges grow with the size of a case.
inline int below(int n) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, n)); }
inline bool one_in(int n) { return below(n) == 0; }
inline std::string random_day() {
  return fmt::format("2023-{:02}-{:02}", 1 + below(12), 1 + below(28));
}
inline std::string random_scope(const RandomBan& world, std::string_view prefix) {
  std::string out;
  if (one_in(4)) out += fmt::format("{}roles = [\"r{}\"]\n", prefix, below(2));
  if (one_in(5)) out += fmt::format("{}groups = [\"g{}\"]\n", prefix, below(2));
  if (one_in(5)) out += fmt::format("{}people = [\"p{}\"]\n", prefix, below(world.people));
  return out;
}
inline std::string random_channels() {
  constexpr std::string_view kNames[] = {"mail.send", "mail.read", "sync", "web"};
  std::string out;
  if (!one_in(2)) return out;
  for (const auto name : kNames) {
    if (one_in(2)) out += fmt::format("{}\"{}\"", out.empty() ? "" : ", ", name);
  }
  return out.empty() ? out : fmt::format("channels = [{}]\n", out);
}
inline std::string random_stages(bool relaxing) {
  constexpr std::string_view kNames[] = {"allow", "advise", "warn", "hold", "refuse"};
  std::string out;
  int month = 1 + below(4), action = 0;
  for (int i = 0; i < 4 && month <= 12; ++i) {
    const int next = below(5);
    if (next < action && !relaxing) continue;
    out += fmt::format("{{ from = 2023-{:02}-{:02}, action = \"{}\"{} }}, ", month, 1 + below(28),
                       kNames[next], next < action ? ", relaxes = true" : "");
    action = next;
    month += 1 + below(4);
  }
  return out.empty() ? "{ from = 2023-05-05, action = \"warn\" }" : out;
}
inline std::string random_exemption(const RandomBan& world, std::string_view id) {
  auto out = fmt::format(
      "[[exemption]]\nid = \"{}\"\nowner = \"o\"\nreason = \"r\"\norganisation = "
      "\"o{}\"\n",
      id, below(world.organisations));
  if (one_in(2)) out += random_scope(world, "");
  if (one_in(2)) out += random_channels();
  if (one_in(4)) out += random_scope(world, "except_");
  if (!one_in(3)) out += fmt::format("devices = \"c{}\"\n", below(world.classes));
  if (one_in(2) && world.rules > 0) out += fmt::format("rules = [\"x{}\"]\n", below(world.rules));
  const int from = 1 + below(6);
  if (one_in(2)) out += fmt::format("from = 2023-{:02}-10\n", from);
  if (one_in(2)) out += fmt::format("until = 2023-{:02}-10\n", from + 1 + below(6));
  return out;
}

inline void add_who(RandomBan& world) {
  world.text = "schema = 1\nid = \"random\"\nroles = [\"r0\", \"r1\"]\n";
  world.organisations = 1 + below(6);
  for (int o = 0; o < world.organisations; ++o) {
    world.text += fmt::format(
        "[[organisation]]\nid = \"o{0}\"\ndomains = [\"d{0}.example\"]\nzone = \"{1}\"\n"
        "groups = [\"g0\", \"g1\"]\n",
        o, one_in(2) ? "Europe/Berlin" : "Asia/Tokyo");
    world.parent.push_back(o > 0 && !one_in(4) ? below(o) : -1);
    if (world.parent.back() >= 0) {
      world.text += fmt::format("parent = \"o{}\"\n", world.parent.back());
    }
    world.accounts.push_back(fmt::format("somebody@d{}.example", o));
  }
  world.people = 1 + below(5);
  for (int p = 0; p < world.people; ++p) {
    world.text += fmt::format(
        "[[person]]\nid = \"p{0}\"\norganisation = \"o{1}\"\naccounts = [\"p{0}@x.example\"]\n", p,
        below(world.organisations));
    if (one_in(2)) world.text += fmt::format("roles = [\"r{}\"]\n", below(2));
    if (one_in(2)) world.text += fmt::format("groups = [\"g{}\"]\n", below(2));
    world.accounts.push_back(fmt::format("p{}@x.example", p));
  }
}

inline rc::Gen<RandomBan> random_ban(RandomOptions options = {}) {
  return rc::gen::exec([options] {
    RandomBan world;
    add_who(world);
    world.classes = 1 + below(4);
    for (int c = 0; c < world.classes; ++c) {
      world.text += fmt::format("[[device_class]]\nid = \"c{}\"\n", c);
      world.text += c > 0 && one_in(2) ? fmt::format("any_of = [\"c{}\"]\n", below(c))
                                       : std::string("line = \"iphone\"\n");
    }
    const int rules = below(8);
    for (int r = 0; r < rules; ++r) {
      const bool adoption = r > 0 && one_in(3);
      const int o = below(world.organisations);
      const auto stages = random_stages(options.relaxing);
      const auto overridable = one_in(r == 0 ? 4 : 2) ? "false" : "true";
      // Rule 0 is always a rule of organisation 0, so that it can be adopted and overridden.
      if (adoption && o > 0) {
        world.text += fmt::format(
            "[[adoption]]\nid = \"x{}\"\nrule = \"x0\"\norganisation = "
            "\"o{}\"\noverridable = {}\n{}stages = [{}]\n",
            r, o, overridable, random_scope(world, "except_"), stages);
        continue;
      }
      const bool replaces = r > 0 && o > 0 && world.below_first(o) && !one_in(4);
      world.text += fmt::format(
          "[[rule]]\nid = \"x{}\"\norganisation = \"o{}\"\ndevices = \"c{}\"\n"
          "overridable = {}\n{}{}{}stages = [{}]\n",
          r, r == 0 ? 0 : o, below(world.classes), overridable,
          replaces ? "overrides = \"x0\"\n" : "",
          random_scope(world, "") + random_scope(world, "except_"), random_channels(), stages);
    }
    world.rules = rules;
    const int exemptions = options.exemptions ? below(7) : 0;
    for (int e = 0; e < exemptions; ++e) {
      world.text += random_exemption(world, fmt::format("e{}", e));
    }
    if (one_in(3)) {
      world.text += fmt::format(
          "[[break_glass]]\naccount = \"p0@x.example\"\nowner = \"o\"\nreason "
          "= \"r\"\n");
    }
    if (one_in(3)) world.text += "[unknown]\nhold = \"warn\"\nrefuse = \"hold\"\n";
    if (one_in(3)) world.text += "[thresholds]\nsession_evidence_from = \"never\"\n";
    return world;
  });
}

}  // namespace interdict::policy::testing
