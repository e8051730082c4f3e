#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "policy/explain.hpp"
#include "replay/outputs.hpp"

namespace interdict::replay {
namespace {

using policy::Action;

constexpr std::size_t kMostNamed = 50;  // people or devices in one list; the CSV has all

class Writer {
 public:
  Writer(const policy::Policy& policy, const Report& report)
      : policy_(policy), ban_(policy.ban()), report_(report) {}

  std::string write() {
    head();
    actions();
    for (const auto& total : report_.stages) stage(total);
    new_devices();
    unknown_devices();
    coverage();
    return std::move(out_);
  }

 private:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    out_ += fmt::format(format, std::forward<Arguments>(arguments)...);
    out_ += '\n';
  }
  std::string local(policy::OrgIndex o, UtcTime t) const { return local_text(ban_, o, t); }
  static std::string counted_of(std::uint64_t n, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", n, n == 1 ? one : many);
  }
  static std::string people(std::uint64_t n) { return counted_of(n, "person", "people"); }
  static std::string day(UtcTime t) { return iso8601(t).substr(0, 10); }

  void head() {
    line("{}", printable(ban_.title.empty() ? ban_.id : ban_.title));
    line("  {}", policy_.digest_text());
    const auto logs = counted_of(report_.coverage.files.size(), "log", "logs");
    if (report_.coverage.sightings == 0) {
      line("  no work account was seen in {}", logs);
      return;
    }
    line("  {} of {} in {}, {} to {} (UTC)",
         counted_of(report_.coverage.sightings, "sighting", "sightings"),
         people(report_.subjects.size()), logs, day(report_.first), day(report_.last));
  }

  void actions() {
    line("");
    line("What the ban would have done");
    for (std::size_t i = policy::kActions; i-- > 0;) {
      line("  {:<8}{:>10}", name_of(static_cast<Action>(i)), report_.actions[i]);
    }
    if (report_.exempt > 0) line("  of those allowed, {} by an exemption", report_.exempt);
    if (report_.break_glass > 0) {
      line("  of those allowed, {} by a break-glass account", report_.break_glass);
    }
  }

  /// Who used a device of the class after the stage had begun, and what became of it.
  void stage(const StageTotal& total) {
    const auto& rule = ban_.rules[total.rule];
    const auto& stage = rule.stages[total.stage];
    line("");
    line("{}: {} from {}", rule.id, name_of(stage.action), local(rule.organisation, stage.from));
    std::string done;
    for (std::size_t i = 0; i < policy::kActions; ++i) {
      if (total.actions[i] == 0) continue;
      done += fmt::format("{}{} {}", done.empty() ? "" : ", ", name_of(static_cast<Action>(i)),
                          total.actions[i]);
    }
    line("  {} used such a device; sightings: {}", people(total.users.size()), done);
    if (total.not_known > 0) {
      line("  of them, {} with a device that is not known or contradicts itself", total.not_known);
    }
    users(total);
  }

  void users(const StageTotal& total) {
    std::size_t named = 0;
    for (const auto& row : report_.rows) {
      for (const auto& use : row.uses) {
        if (use.rule != total.rule || use.stage != total.stage ||
            use.belongs != StageUse::Belongs::yes) {
          continue;
        }
        if (++named > kMostNamed) continue;
        const auto& subject = report_.subjects[row.subject];
        line("    {}  {} on {}: {} {}, {} to {}", printable(subject.name),
             printable(report_.devices[row.device].text), name_of(row.channel), name_of(use.action),
             use.count, local(subject.organisation, use.first),
             local(subject.organisation, use.last));
      }
    }
    if (named > kMostNamed) line("    and {} more; --csv lists all", named - kMostNamed);
  }

  void new_devices() {
    line("");
    if (!report_.settled) {
      line("New devices: the logs are too short to say; all would be new");
      return;
    }
    line("New devices, first seen after the settling time");
    std::size_t named = 0;
    for (const auto& row : report_.rows) {
      if (!row.is_new || ++named > kMostNamed) continue;
      const auto& subject = report_.subjects[row.subject];
      line("    {}  {} on {}, since {}", printable(subject.name),
           printable(report_.devices[row.device].text), name_of(row.channel),
           local(subject.organisation, row.first));
    }
    if (named == 0) line("    none");
    if (named > kMostNamed) line("    and {} more; --csv lists all", named - kMostNamed);
  }

  void unknown_devices() {
    std::set<std::uint32_t> subjects;
    for (const auto& row : report_.rows) {
      if (!report_.devices[row.device].known()) subjects.insert(row.subject);
    }
    line("");
    line("Unknown devices: {} of {} say nothing of the device",
         counted_of(report_.unknown_device, "sighting", "sightings"), people(subjects.size()));
  }

  void coverage() {
    const auto& c = report_.coverage;
    line("");
    line("What was read");
    for (const auto& file : c.files) {
      line("  {}: {}, {} lines, {} of a form we know", printable(file.name), file.kind, file.lines,
           file.recognised);
      for (std::size_t i = 0; i < logs::kSkips; ++i) {
        const auto why = static_cast<logs::Skip>(i);
        if (file.skipped[i] > 0) line("    {} skipped: {}", file.skipped[i], sentence(why));
      }
      if (!file.damage.empty()) line("    damaged: {}", printable(file.damage));
      clock(file.clock);
    }
    const auto counted = [&](std::uint64_t n, std::string_view text) {
      if (n > 0) line("  {} {}", n, text);
    };
    counted(c.not_work, "sessions of accounts outside this policy: not looked at, not kept");
    counted(c.evicted, "sessions given up because too many were open at once");
    counted(c.open_at_end, "sessions whose end is not in these logs");
    counted(c.forged_frames, "values that imitate what a server writes around them");
    counted(report_.given_up, "sightings beyond the bounds of this replay");
    if (c.cannot_show.empty()) return;
    line("");
    line("What these logs cannot show");
    for (const auto& blind : c.cannot_show) {
      line("  {} of {}: {}", blind.count, blind.of, blind.text);
    }
  }

  void clock(const logs::ClockCoverage& clock) {
    const auto counted = [&](std::uint64_t n, std::string_view text) {
      if (n > 0) line("    {} {}", n, text);
    };
    counted(clock.folds, "stamps in an hour that came twice: taken as the first of the two");
    counted(clock.gaps, "stamps in an hour that was skipped: taken as the moment of the change");
    counted(clock.years, "New Years crossed");
    counted(clock.out_of_order, "days that came more than two days out of order");
  }

  const policy::Policy& policy_;
  const policy::Ban& ban_;
  const Report& report_;
  std::string out_;
};

}  // namespace

std::string text(const policy::Policy& policy, const Report& report) {
  return Writer(policy, report).write();
}

}  // namespace interdict::replay
