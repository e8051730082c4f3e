// Policy: loading, compiling and deciding at the size of a state, each beside a plain way to do it.
//
// The generated ban: 10,000 rules, 100,000 organisations (a tree of ten to a parent), 1,000,000
// people with an address each, 200 device classes, 2,000 exemptions; people and organisations from
// CSV files. Every kernel checks answers against the interpreter that reads the document.

#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "policy/interpreter.hpp"
#include "policy/policy.hpp"
#include "support/temporary_folder.hpp"

using namespace interdict;

namespace {

constexpr int kRules = 10'000, kOrganisations = 100'000, kPeople = 1'000'000;
constexpr int kClasses = 200, kExemptions = 2'000, kRoles = 8;
constexpr std::size_t kQuestions = 1U << 16;

/// Numbers that are the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  int below(int n) { return static_cast<int>(engine_() % static_cast<std::uint32_t>(n)); }

 private:
  std::mt19937 engine_;
};

void write_organisations(const std::filesystem::path& folder) {
  std::ofstream out(folder / "organisations.csv");
  out << "organisation,parent,name,country,zone,domains\n";
  for (int o = 0; o < kOrganisations; ++o) {
    const auto parent = o == 0 ? std::string() : fmt::format("org-{}", (o - 1) / 10);
    out << fmt::format("org-{0},{1},Agency number {0},DE,{2},org-{0}.example\n", o, parent,
                       o % 7 == 0 ? "Europe/Berlin" : "");
  }
}

void write_people(const std::filesystem::path& folder) {
  Dice dice(1);
  std::ofstream out(folder / "people.csv");
  out << "person,organisation,accounts,roles\n";
  for (int p = 0; p < kPeople; ++p) {
    const int o = dice.below(kOrganisations);
    out << fmt::format("person.{0},org-{1},person.{0}@org-{1}.example,role-{2}\n", p, o,
                       dice.below(kRoles));
  }
}

void write_rules(std::ofstream& out, Dice& dice) {
  for (int r = 0; r < kRules; ++r) {
    // The first thousand stand near the top, where they reach nearly everybody.
    const int o = r < 1000 ? dice.below(111) : dice.below(kOrganisations);
    out << fmt::format(
        "[[rule]]\nid = \"rule-{}\"\norganisation = \"org-{}\"\ndevices = \"class-{}\"\n", r, o,
        dice.below(kClasses));
    if (dice.below(3) == 0) out << fmt::format("roles = [\"role-{}\"]\n", dice.below(kRoles));
    if (dice.below(4) == 0) out << "channels = [\"mail.send\", \"web\"]\n";
    if (dice.below(5) == 0) out << "overridable = true\n";
    const int month = 1 + dice.below(6);
    out << fmt::format(
        "stages = [{{ from = 2023-{:02}-{:02}, action = \"advise\" }}, {{ from = 2023-{:02}-01, "
        "action = \"warn\" }}, {{ from = 2023-{:02}-15, action = \"refuse\" }}]\n",
        month, 1 + dice.below(28), month + 2, month + 4);
  }
}

void write_ban(const std::filesystem::path& folder) {
  Dice dice(2);
  std::ofstream out(folder / "ban.toml");
  out << "schema = 1\nid = \"state\"\norganisations_file = \"organisations.csv\"\n"
         "people_file = \"people.csv\"\nroles = [";
  for (int r = 0; r < kRoles; ++r) out << fmt::format("\"role-{}\", ", r);
  out << "]\n";
  constexpr std::string_view kLines[] = {"iphone", "ipad", "mac", "android-phone", "windows-pc"};
  for (int c = 0; c < kClasses; ++c) {
    out << fmt::format("[[device_class]]\nid = \"class-{}\"\nline = \"{}\"\n", c, kLines[c % 5]);
    if (c >= 5) out << fmt::format("model = \"model-{}\"\n", c);
  }
  write_rules(out, dice);
  for (int e = 0; e < kExemptions; ++e) {
    out << fmt::format(
        "[[exemption]]\nid = \"exemption-{}\"\nowner = \"o\"\nreason = \"r\"\norganisation = "
        "\"org-{}\"\npeople = [\"person.{}\"]\nfrom = 2023-05-01\nuntil = 2023-09-01\n",
        e, 0, dice.below(kPeople));
    if (e % 2 == 0) out << fmt::format("devices = \"class-{}\"\n", dice.below(kClasses));
  }
}

const std::filesystem::path& generated() {
  static const test::TemporaryFolder folder;
  static const std::filesystem::path path = [] {
    write_organisations(folder.path());
    write_people(folder.path());
    write_ban(folder.path());
    return folder.path() / "ban.toml";
  }();
  return path;
}

const policy::Policy& the_policy() {
  static const policy::Policy made = [] {
    policy::Problems problems;
    auto ban = policy::read_ban(generated(), problems);
    if (!ban) {
      fmt::print(stderr, "{}\n", ban.error().what());
      std::abort();
    }
    auto compiled = policy::Policy::compile(std::move(*ban));
    if (!compiled) std::abort();
    return std::move(*compiled);
  }();
  return made;
}

struct Questions {
  std::vector<policy::PersonId> who;
  std::string text;  // of all accounts: a server has just read the one it asks about
  std::vector<std::string_view> accounts;
  std::vector<policy::ClaimId> claims;
  std::vector<UtcTime> at;
  policy::ClaimTable table;

  explicit Questions(const policy::Policy& policy) : table(policy.ban()) {
    Dice dice(3);
    std::vector<policy::ClaimId> known;
    for (policy::ClassIndex c = 0; c < policy.ban().classes.size(); ++c) {
      known.push_back(*table.intern(policy::standings_of_class(policy.ban(), c)));
    }
    known.push_back(*table.intern(policy::standings_of_nothing(policy.ban())));
    text.reserve(kQuestions * 64);
    for (std::size_t i = 0; i < kQuestions; ++i) {
      const auto p = static_cast<policy::PersonIndex>(dice.below(kPeople));
      const auto account = policy.ban().text(policy.ban().people.accounts_of(p).front());
      text += account;
      accounts.push_back(std::string_view(text).substr(text.size() - account.size()));
      who.push_back(policy.intern(accounts.back()));
      claims.push_back(known[static_cast<std::size_t>(dice.below(static_cast<int>(known.size())))]);
      at.push_back(UtcTime{parse_date("2023-01-01")->micros +
                           std::int64_t{dice.below(400)} * 86'400'000'000});
    }
  }
};
const Questions& the_questions() {
  static const Questions made(the_policy());
  return made;
}

/// The table against the document, on a sample: a fast wrong answer fails the run.
bool right(const policy::Policy& policy, const Questions& q) {
  for (std::size_t i = 0; i < kQuestions; i += kQuestions / 16) {
    auto d = policy.decide(q.who[i], q.table, q.claims[i], devices::Channel::web, q.at[i]);
    d.valid_until = policy::kEnd;
    const auto trace = policy::interpret(policy.ban(), q.accounts[i], q.table.row(q.claims[i]),
                                         devices::Channel::web, q.at[i]);
    if (d != trace.decision) return false;
  }
  return true;
}

void policy_load_and_compile(benchmark::State& state) {
  generated();
  for (auto _ : state) {
    policy::Problems problems;
    auto ban = policy::read_ban(generated(), problems);
    if (!ban) {
      state.SkipWithError(ban.error().what().c_str());
      return;
    }
    std::optional compiled = policy::Policy::compile(std::move(*ban));
    if (!*compiled || (*compiled)->ban().people.size() != kPeople) {
      state.SkipWithError("people lost");
      return;
    }
    state.PauseTiming();  // giving the memory back is no part of loading
    state.counters["profiles"] = static_cast<double>((*compiled)->profiles());
    state.counters["segments"] = static_cast<double>((*compiled)->segments());
    compiled.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(policy_load_and_compile)->Unit(benchmark::kMillisecond)->Iterations(2);

void policy_decide_from_ids(benchmark::State& state) {
  const auto& policy = the_policy();
  const auto& q = the_questions();
  if (!right(policy, q)) {
    state.SkipWithError("the table contradicts the document");
    return;
  }
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        policy.decide(q.who[i], q.table, q.claims[i], devices::Channel::web, q.at[i]));
    i = (i + 1) % kQuestions;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(policy_decide_from_ids)->MinTime(2);

void policy_decide_from_address(benchmark::State& state) {
  const auto& policy = the_policy();
  const auto& q = the_questions();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy.decide(policy.intern(q.accounts[i]), q.table, q.claims[i],
                                           devices::Channel::web, q.at[i]));
    i = (i + 1) % kQuestions;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(policy_decide_from_address)->MinTime(3);

/// The same for a caller that knows its accounts a few ahead, as whoever reads a log does.
void policy_decide_from_address_ahead(benchmark::State& state) {
  const auto& policy = the_policy();
  const auto& q = the_questions();
  constexpr std::size_t kAhead = 6;
  std::size_t i = 0;
  for (auto _ : state) {
    policy.expect(q.accounts[(i + kAhead) % kQuestions]);
    benchmark::DoNotOptimize(policy.decide(policy.intern(q.accounts[i]), q.table, q.claims[i],
                                           devices::Channel::web, q.at[i]));
    i = (i + 1) % kQuestions;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(policy_decide_from_address_ahead)->MinTime(3);

/// The plain way: every rule of the document is asked whether it speaks of this person.
void policy_decide_naive(benchmark::State& state) {
  const auto& policy = the_policy();
  const auto& q = the_questions();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(policy::interpret(
        policy.ban(), q.accounts[i], q.table.row(q.claims[i]), devices::Channel::web, q.at[i]));
    i = (i + 1) % kQuestions;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(policy_decide_naive);

}  // namespace

BENCHMARK_MAIN();
