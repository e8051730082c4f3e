#include "replay/replay.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "replay/known.hpp"

namespace interdict::replay {
namespace {

using policy::Action;
using policy::Decision;

constexpr std::int64_t kDayMicros = 86'400'000'000;

std::size_t number(Action a) { return static_cast<std::size_t>(a); }

/// "alice@work.example" of "WORK\alice" and "alice".
std::string with_domain(std::string_view account, std::string_view domain) {
  account.remove_prefix(account.rfind('\\') + 1);  // npos + 1 is 0
  if (account.empty() || account.find('@') != account.npos) return {};
  std::string out(account);
  out += '@';
  out += domain;
  return out;
}

template <class T>
void widen(T& span, UtcTime t) {
  span.first = std::min(span.first, t);
  span.last = std::max(span.last, t);
}

}  // namespace

struct Replay::State {
  State(const policy::Policy& p, Options o)
      : policy(p), options(std::move(o)), known(p.ban(), options.max_known, options.max_rows) {}

  const policy::Policy& policy;
  Options options;
  Known known;
  std::unique_ptr<logs::Run> run;
  Report report;
  struct Account {
    policy::PersonId who;
    std::uint32_t subject = 0;
  };
  TextMap<Account> accounts;             // as logged
  TextMap<std::uint32_t> subject_index;  // by name
  tsl::robin_map<std::uint64_t, std::uint32_t> row_index;
  bool any = false;

  policy::PersonId person(std::string_view account) const {
    const auto who = policy.intern(account);
    if (!who.outside() || options.domain.empty()) return who;
    return policy.intern(with_domain(account, options.domain));
  }

  /// Nothing: too many subjects.
  const Account* account(std::string_view logged) {
    if (const auto at = accounts.find(logged); at != accounts.end()) return &at->second;
    const auto who = person(logged);
    if (who.outside() || accounts.size() >= options.max_rows) return nullptr;
    const auto& ban = policy.ban();
    std::string name;
    if (const auto listed = policy.listed(who)) {
      name = ban.text(ban.people.id[*listed]);
    } else {
      name = policy::account_key(logged);
      if (name.find('@') == name.npos) name = with_domain(name, options.domain);
    }
    auto subject = subject_index.find(std::string_view(name));
    if (subject == subject_index.end()) {
      subject =
          subject_index.emplace(name, static_cast<std::uint32_t>(report.subjects.size())).first;
      report.subjects.push_back({name, policy.organisation_of(who)});
    }
    return &accounts.emplace(std::string(logged), Account{who, subject->second}).first->second;
  }

  /// Nothing: too many rows.
  Row* row(std::uint32_t subject, std::uint32_t device, devices::Channel channel, UtcTime when) {
    static_assert(devices::kChannels <= 4);
    const auto key = std::uint64_t{subject} << 34 | std::uint64_t{device} << 2 |
                     static_cast<std::uint64_t>(channel);
    if (const auto at = row_index.find(key); at != row_index.end()) return &report.rows[at->second];
    if (report.rows.size() >= options.max_rows) return nullptr;
    row_index.emplace(key, static_cast<std::uint32_t>(report.rows.size()));
    Row made;
    made.subject = subject;
    made.device = device;
    made.channel = channel;
    made.first = made.last = when;
    report.rows.push_back(std::move(made));
    return &report.rows.back();
  }

  void see(const logs::Sighting& s) {
    if (!any) report.first = report.last = s.when;
    any = true;
    widen(report, s.when);
    const Account* who = account(s.account);
    const auto what = known.what(s.seen);
    if (who == nullptr || !what) {
      ++report.given_up;
      return;
    }
    if (!known.device_known(what->device)) ++report.unknown_device;
    const auto d = policy.decide(who->who, known.claims(), what->claim, s.channel, s.when);
    ++report.actions[number(d.action)];
    const bool exempt = d.kind == Decision::Kind::exempt;
    const bool glass = d.kind == Decision::Kind::break_glass;
    report.exempt += exempt ? 1 : 0;
    report.break_glass += glass ? 1 : 0;
    Row* to = row(who->subject, what->device, s.channel, s.when);
    if (to == nullptr) {
      ++report.given_up;
      return;
    }
    widen(*to, s.when);
    ++to->count;
    ++to->actions[number(d.action)];
    to->exempt += exempt ? 1 : 0;
    to->break_glass += glass ? 1 : 0;
    if (d.rule != policy::kNone) note(*to, d, s.when);
  }

  void note(Row& row, const Decision& d, UtcTime when) const {
    const auto& stages = policy.ban().rules[d.rule].stages;
    std::uint32_t stage = 0;
    while (stage + 1 < stages.size() && stages[stage + 1].from <= when) ++stage;
    if (stages.empty() || stages[stage].from > when) return;
    const auto belongs = policy::is_yes(d.standing)        ? StageUse::Belongs::yes
                         : policy::is_conflict(d.standing) ? StageUse::Belongs::conflict
                                                           : StageUse::Belongs::unknown;
    for (auto& use : row.uses) {
      if (use.rule != d.rule || use.stage != stage || use.belongs != belongs ||
          use.action != d.action) {
        continue;
      }
      ++use.count;
      widen(use, when);
      return;
    }
    row.uses.push_back({d.rule, stage, belongs, d.action, 1, when, when});
  }

  void sort_rows() {
    const auto key = [&](const Row& r) {
      const auto& device = report.devices[r.device];
      return std::tuple(std::string_view(report.subjects[r.subject].name), r.channel,
                        std::string_view(device.text), r.first.micros, r.device);
    };
    std::sort(report.rows.begin(), report.rows.end(),
              [&](const Row& a, const Row& b) { return key(a) < key(b); });
    for (auto& row : report.rows) {
      std::sort(row.uses.begin(), row.uses.end(), [](const StageUse& a, const StageUse& b) {
        return std::tie(a.rule, a.stage, a.belongs, a.action) <
               std::tie(b.rule, b.stage, b.belongs, b.action);
      });
    }
  }

  /// A new build of a known phone is no new device: what counts is vendor, family, line and system.
  void find_new() {
    const std::int64_t settled = report.first.micros + options.settle_days * kDayMicros;
    report.settled = any && report.last.micros > settled;
    using Kind =
        std::tuple<std::uint32_t, devices::Vendor, devices::Family, devices::Line, devices::Os>;
    const auto kind = [&](const Row& r) {
      const auto& p = report.devices[r.device].position;
      return Kind{r.subject, p.vendor, p.family, p.line, p.os};
    };
    std::map<Kind, std::int64_t> first;
    for (const auto& row : report.rows) {
      const auto [at, made] = first.emplace(kind(row), row.first.micros);
      if (!made) at->second = std::min(at->second, row.first.micros);
    }
    for (auto& row : report.rows) {
      row.is_new = report.devices[row.device].known() && first[kind(row)] > settled;
    }
  }

  void add_up_stages() {
    std::map<std::pair<policy::RuleIndex, std::uint32_t>, StageTotal> totals;
    for (const auto& row : report.rows) {
      for (const auto& use : row.uses) {
        auto& total = totals[{use.rule, use.stage}];
        total.rule = use.rule;
        total.stage = use.stage;
        total.actions[number(use.action)] += use.count;
        if (use.belongs != StageUse::Belongs::yes) {
          total.not_known += use.count;
        } else if (total.users.empty() || total.users.back() != row.subject) {
          total.users.push_back(row.subject);
        }
      }
    }
    for (auto& [key, total] : totals) {
      std::sort(total.users.begin(), total.users.end());
      total.users.erase(std::unique(total.users.begin(), total.users.end()), total.users.end());
      report.stages.push_back(std::move(total));
    }
  }
};

Replay::Replay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Replay::Replay(Replay&&) noexcept = default;
Replay& Replay::operator=(Replay&&) noexcept = default;
Replay::~Replay() = default;

Result<Replay> Replay::begin(const policy::Policy& policy, Options options) {
  auto state = std::make_unique<State>(policy, std::move(options));
  State* const s = state.get();  // outlives the run, which it owns
  s->options.max_rows = std::clamp<std::size_t>(s->options.max_rows, 1, 1 << 30);
  auto logs = s->options.logs;
  logs.is_work = [s](std::string_view account) {
    return s->accounts.find(account) != s->accounts.end() || !s->person(account).outside();
  };
  s->run = std::make_unique<logs::Run>(TRY(logs::Run::begin(
      std::move(logs), [s](const logs::Sighting& sighting) { s->see(sighting); })));
  return Replay(std::move(state));
}

Status Replay::read(logs::Input input, std::string_view name, int year) {
  return state_->run->read(std::move(input), name, year);
}

Report Replay::finish() {
  State& s = *state_;
  s.report.coverage = s.run->finish();
  s.report.identified = s.known.identified();
  s.report.devices = s.known.take_devices();
  s.sort_rows();
  s.find_new();
  s.add_up_stages();
  return std::move(s.report);
}

}  // namespace interdict::replay
