// Our class against the labels of public samples: what we say of Apple phones and tablets.
//
// The samples lie beside the project and are never copied into it; what goes into the documentation
// is counts, and the ids of our own rows. --bless writes the table of docs/identification.md,
// without it the table is compared. The bounds below hold in either case.

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "devices/claim.hpp"
#include "devices/headers.hpp"
#include "devices/input.hpp"
#include "support/shared_data.hpp"

using namespace interdict;
using namespace interdict::devices;

namespace {

enum Outcome { apple_mobile, other, unknown, kOutcomes };
constexpr std::array<std::string_view, kOutcomes> kOutcomeNames{"Apple mobile", "other", "unknown"};

Claim claim_of_agent(std::string_view agent) {
  Observed seen;
  seen.user_agent = agent;
  return identify(seen);
}
Outcome outcome_of(const Claim& claim) {
  DeviceClass c;
  c.vendor = Vendor::apple;
  c.family = Family::mobile;
  switch (belonging(c, claim).membership) {
    case Membership::yes:
      return apple_mobile;
    case Membership::no:
      return other;
    default:
      return unknown;
  }
}

struct Sample {
  std::string agent, label;
};

/// The value behind "key:" of a line of these flat tables: plain, or in one kind of quotes.
bool value_of_key(std::string_view line, std::string_view key, std::string& into) {
  const auto at = line.find(key);
  if (at == line.npos || line.substr(0, at).find_first_not_of(" -") != line.npos) return false;
  line.remove_prefix(at + key.size());
  if (!line.starts_with(':')) return false;
  line.remove_prefix(1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  into.clear();
  if (!line.starts_with('\'') && !line.starts_with('"')) {
    into = line;
    return true;
  }
  const char quote = line.front();
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == quote && quote == '\'' && i + 1 < line.size() && line[i + 1] == quote) {
      ++i;  // YAML doubles a single quote
    } else if (line[i] == quote) {
      break;
    } else if (line[i] == '\\' && quote == '"' && i + 1 < line.size()) {
      ++i;
    }
    into += line[i];
  }
  return true;
}

/// Line by line: an agent, then its label before the next agent.
std::vector<Sample> read_table(const std::filesystem::path& path, std::string_view agent_key,
                               std::string_view label_key) {
  std::vector<Sample> out;
  std::ifstream file(path);
  std::string line, value;
  while (std::getline(file, line)) {
    if (value_of_key(line, agent_key, value)) {
      out.push_back({value, ""});
    } else if (!out.empty() && out.back().label.empty() && value_of_key(line, label_key, value)) {
      out.back().label = value;
    }
  }
  return out;
}

using Row = std::array<std::size_t, kOutcomes>;
struct Disagreement {
  std::string label;
  Outcome ours;
  std::string row;  // the signal that decided
  auto operator<=>(const Disagreement&) const = default;
};

int failures = 0;
void expect(bool holds, std::string_view what) {
  if (holds) return;
  fmt::print("FAILED: {}\n", what);
  ++failures;
}

/// "the system they label": iOS, or anything else that they name.
std::string_view group_of(std::string_view label) {
  if (label == "iOS") return "iOS";
  if (label == "Other") return "no label";
  return "another system";
}

std::string operating_systems() {
  const auto samples = read_table(test::shared_data() / "user-agents/uap-test_os.yaml",
                                  "user_agent_string", "family");
  expect(samples.size() > 450, "the table of systems was read");
  std::map<std::string_view, Row> rows;
  std::map<Disagreement, std::size_t> disagreements;
  Row plain_ios{};  // without those that only name Darwin
  for (const auto& sample : samples) {
    const auto claim = claim_of_agent(sample.agent);
    const auto ours = outcome_of(claim);
    const auto group = group_of(sample.label);
    ++rows[group][ours];
    const std::string why(claim.evidence.empty() ? "no row" : claim.evidence[0].id);
    if (group == "iOS" && why != "user-agent/darwin") ++plain_ios[ours];
    const bool wrong = (group == "iOS" && ours != apple_mobile) ||
                       (group == "another system" && ours == apple_mobile);
    if (wrong) ++disagreements[{std::string(group == "iOS" ? "iOS" : sample.label), ours, why}];
    if (wrong && std::getenv("CONFUSION_SHOW") != nullptr) {
      fmt::print("{} | {} | {} | {}\n", sample.label, kOutcomeNames[ours], why, sample.agent);
    }
  }
  const auto total = [](const Row& r) { return r[0] + r[1] + r[2]; };
  // The bounds: an iPhone is nearly never called something else, nothing else an iPhone.
  expect(rows["iOS"][other] <= 1, "at most one agent labelled iOS is called something else");
  expect(rows["another system"][apple_mobile] == 0, "no other system is called an Apple mobile");
  expect(plain_ios[apple_mobile] * 100 >= total(plain_ios) * 95,
         "95 % of the agents that name more than Darwin are found");
  std::string out =
      "| they label | samples | Apple mobile | other | unknown |\n|---|---|---|---|---|\n";
  for (const auto& [group, row] : rows) {
    out += fmt::format("| {} | {} | {} | {} | {} |\n", group, total(row), row[0], row[1], row[2]);
  }
  out += fmt::format("| iOS, more than Darwin named | {} | {} | {} | {} |\n", total(plain_ios),
                     plain_ios[0], plain_ios[1], plain_ios[2]);
  out += "\nWhere we disagree with the labels, by the row that decided:\n\n";
  out += "| they label | we say | row | samples |\n|---|---|---|---|\n";
  for (const auto& [d, count] : disagreements) {
    out += fmt::format("| {} | {} | `{}` | {} |\n", d.label, kOutcomeNames[d.ours], d.row, count);
  }
  return out;
}

std::string unlabelled() {
  std::string out = "| table | samples | Apple mobile | other | unknown |\n|---|---|---|---|---|\n";
  const auto table = [&](const char* name, const char* agent_key) {
    const auto samples =
        read_table(test::shared_data() / "user-agents" / name, agent_key, "no such key");
    expect(samples.size() > 40, fmt::format("{} was read", name));
    Row row{};
    for (const auto& sample : samples) {
      const auto ours = outcome_of(claim_of_agent(sample.agent));
      ++row[ours];
      // Whoever names no Apple device and no system of theirs is never taken for one.
      const bool named = std::ranges::any_of(
          std::array<std::string_view, 7>{"iPhone", "iPad", "iPod", "iOS", "IOS", "CriOS", "FxiOS"},
          [&](std::string_view word) { return sample.agent.find(word) != std::string::npos; });
      expect(named || ours != apple_mobile, fmt::format("not an Apple mobile: {}", sample.agent));
      // Who says that he is something else and only like an iPhone is not one.
      const bool decoy = sample.agent.find("Windows Phone") != std::string::npos ||
                         sample.agent.find("like iPhone") != std::string::npos;
      expect(!decoy || ours != apple_mobile, fmt::format("a decoy: {}", sample.agent));
    }
    out +=
        fmt::format("| `{}` | {} | {} | {} | {} |\n", name, samples.size(), row[0], row[1], row[2]);
  };
  table("uap-test_ua.yaml", "user_agent_string");
  table("device-detector-pim.yml", "user_agent");
  return out;
}

std::string messages() {
  std::string out = "| message | we say | grade | forged |\n|---|---|---|---|\n";
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(test::shared_data() / "mail")) {
    if (entry.path().extension() == ".eml") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  expect(paths.size() >= 5, "the messages were read");
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    const auto status = each_observation(
        text.str(), Form::message,
        [&](const Observed& seen, std::size_t) {
          const auto claim = identify(seen);
          const auto ours = outcome_of(claim);
          const auto name = path.filename().string();
          expect(ours == apple_mobile, name + " is an Apple mobile's");
          expect(!claim.forged, name + " is not forged");
          DeviceClass c;
          c.vendor = Vendor::apple;
          c.family = Family::mobile;
          out +=
              fmt::format("| `{}` | {} | {} | {} |\n", name, described(claim.position),
                          name_of(grade_of(belonging(c, claim).odds)), claim.forged ? "yes" : "no");
          return ok();
        },
        [](std::size_t, std::string_view) {});
    expect(status.has_value(), path.filename().string() + " is read");
  }
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (test::missing_data("user-agents/uap-test_os.yaml") || test::missing_data("mail")) return 0;
  const auto measured = fmt::format(
      "### Labelled user agents\n\n{}\n### Unlabelled user agents\n\n{}\n### Messages\n\n{}",
      operating_systems(), unlabelled(), messages());
  constexpr std::string_view kBegin = "<!-- measured: tests/confusion -->\n";
  constexpr std::string_view kEnd = "<!-- end of measured -->";
  const auto path = std::filesystem::path(INTERDICT_SOURCE) / "docs/identification.md";
  std::stringstream page;
  page << std::ifstream(path).rdbuf();
  const auto text = page.str();
  const auto begin = text.find(kBegin), end = text.find(kEnd);
  if (begin == text.npos || end == text.npos || end < begin) {
    fmt::print("FAILED: docs/identification.md has no place for the table\n");
    return 1;
  }
  const auto renewed =
      text.substr(0, begin + kBegin.size()) + "\n" + measured + "\n" + text.substr(end);
  if (argc > 1 && std::string_view(argv[1]) == "--bless") {
    std::ofstream(path) << renewed;
  } else {
    expect(renewed == text, "docs/identification.md says what was measured (confusion --bless)");
  }
  if (failures == 0) fmt::print("{}", measured);
  return failures == 0 ? 0 : 1;
}
