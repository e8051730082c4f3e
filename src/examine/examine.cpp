// From options to a report: what the parent does before, around and after the worker.

#include "examine/examine.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "examine/conversation.hpp"
#include "examine/coverage.hpp"
#include "examine/findings.hpp"
#include "examine/outputs.hpp"
#include "examine/plan.hpp"

namespace interdict::examine {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Whichever backup it is, the one examined or the one beside it.
bool lies_in_backup(const fs::path& path) {
  std::error_code why;
  for (auto folder = path; folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::exists(folder / "Manifest.db", why)) return true;
  }
  return false;
}

/// The output folder: made if it was not there, and taken away again if nothing came of it.
class OutputFolder {
 public:
  static Result<OutputFolder> open(const fs::path& path, const fs::path& backup) {
    std::error_code why;
    const auto real = fs::weakly_canonical(path, why), evidence = fs::weakly_canonical(backup, why);
    const auto [at, unused] = std::ranges::mismatch(evidence, real);
    if (at == evidence.end() || lies_in_backup(real)) {
      return Error{Errc::usage,
                   fmt::format("{}: reports are not written into the evidence", path.string())};
    }
    const bool made = fs::create_directories(path, why);
    if (why) return Error{Errc::io, fmt::format("{}: {}", path.string(), why.message())};
    return OutputFolder(path, made);
  }
  OutputFolder(OutputFolder&& o) noexcept
      : path_(std::move(o.path_)), made_(std::exchange(o.made_, false)) {}
  OutputFolder& operator=(OutputFolder&&) = delete;
  ~OutputFolder() {
    if (made_) ::rmdir(path_.c_str());  // refused unless it is empty
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  OutputFolder(fs::path path, bool made) : path_(std::move(path)), made_(made) {}
  fs::path path_;
  bool made_;
};

/// A second descriptor of a part, for the worker: the part itself stays with the parent, which
/// alone can give it its name.
Result<Fd> descriptor_of(const PartFile& part) {
  auto path = part.path();
  path += ".part";
  Fd fd(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return os_error(path, errno);
  return fd;
}

std::optional<UtcTime> now() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return UtcTime{std::chrono::duration_cast<std::chrono::microseconds>(since_1970).count()};
}

void add_table(Report& report, const artefacts::Table& table, const StepLog& log,
               std::string_view why, const indicators::Set& set) {
  auto coverage = coverage_of(table, report.device, log, why);
  report.coverage.push_back(std::move(coverage.entry));
  if (coverage.unread) report.unread_core.emplace_back(table.id);
  report.evidence_damaged = report.evidence_damaged || coverage.damaged;
  std::ranges::move(findings_of(table, log, set), std::back_inserter(report.findings));
  if (log.inventory) {
    report.files_listed += log.inventory->listed;
    report.files_missing += log.inventory->missing;
    report.files_empty += log.inventory->empty;
    report.files_truncated += log.inventory->truncated;
  }
  for (const auto& odd : log.odd_files) {
    if (report.odd_files.size() < kMaxOddFiles) report.odd_files.push_back(odd);
  }
}

void add_detection(Report& report, const rules::Detection& detection, const StepLog& log,
                   std::string_view why) {
  auto found = findings_of(detection, log);
  report.rules.push_back({.id = detection.id,
                          .version = detection.version,
                          .sha256 = detection.sha256,
                          .error = std::string(why),
                          .blind = log.blind,
                          .findings = found.size()});
  std::ranges::move(found, std::back_inserter(report.findings));
}

/// One file may be a source of several tables; whoever cites it first has it measured.
void add_digests(Report& report, const std::vector<StepLog>& logs) {
  std::map<std::string_view, std::string_view> by_file;
  for (const auto& log : logs) {
    for (const auto& digest : log.digests) by_file.emplace(digest.file, digest.sha256);
  }
  for (auto& entry : report.coverage) {
    for (auto& source : entry.sources) {
      if (const auto found = by_file.find(source.file); found != by_file.end()) {
        source.sha256 = found->second;
      }
    }
  }
}

/// Core stores that were not asked for were not read either.
void add_unasked(Report& report) {
  for (const auto* table : artefacts::tables()) {
    const auto is_it = [&](const ArtefactEntry& entry) { return entry.table == table; };
    if (table->core && std::ranges::none_of(report.coverage, is_it)) {
      report.unread_core.emplace_back(table->id);
    }
  }
  std::ranges::sort(report.unread_core);
}

/// Detections left out because not all their tables were asked for.
void add_rules_not_run(Report& report, std::span<const artefacts::Table* const> tables) {
  for (const auto& detection : rules::detections()) {
    if (needs_only(detection, tables)) continue;
    report.rules.push_back({.id = detection.id,
                            .version = detection.version,
                            .sha256 = detection.sha256,
                            .error = "not run: it needs tables that were not asked for",
                            .blind = {}});
  }
  std::ranges::sort(report.rules, {}, &RuleEntry::id);
}

Report assemble(const Options& options, Heard heard, const std::vector<Step>& steps,
                std::span<const artefacts::Table* const> tables, const indicators::Set& set) {
  Report report;
  report.device = std::move(heard.opened.facts);
  report.evidence_notes = std::move(heard.opened.notes);
  report.indicator_files = set.files();
  report.not_evaluated = set.not_evaluated();
  report.out_of_reach = set.out_of_reach(tables);
  report.indicator_digest = set.digest();
  report.indicator_count = set.size();
  report.sandbox = std::move(heard.locks);
  report.errors = std::move(heard.errors);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const StepLog& log = heard.steps[i];
    const auto why = log.why_unfinished(options.limits.step.count());
    if (step.table != nullptr) add_table(report, *step.table, log, why, set);
    if (step.detection != nullptr) add_detection(report, *step.detection, log, why);
    if (!why.empty()) report.errors.push_back(fmt::format("{}: {}", step.name(), printable(why)));
    for (const auto& overflow : log.overflows) {
      report.errors.push_back(fmt::format("{}: {}", step.name(), printable(overflow)));
    }
  }
  add_digests(report, heard.steps);
  add_unasked(report);
  add_rules_not_run(report, tables);
  put_in_order(report.findings);
  report.verdict = verdict_of(report);
  return report;
}

}  // namespace

Result<Report> examine(const Options& options, const indicators::Set& indicators) {
  const auto started = now();
  const auto begin = Clock::now();
  const auto tables = TRY(select_tables(options.only));
  const auto backup = TRY(evidence::find_backup(options.evidence));
  auto steps = plan(tables);

  std::optional<OutputFolder> folder;
  std::vector<PartFile> parts;
  if (options.out) {
    folder.emplace(TRY(OutputFolder::open(*options.out, backup)));
    parts.push_back(TRY_WITHIN("writing", PartFile::create(*options.out / "timeline.csv")));
    TRY(add_timeline(steps, *options.out, TRY_WITHIN("writing", descriptor_of(parts.front()))));
  }
  auto heard = TRY(converse(options, backup, steps, indicators));
  auto report = assemble(options, std::move(heard), steps, tables, indicators);
  report.run = {.program = std::string(kProgram),
                .started = started,
                .seconds = std::chrono::duration<double>(Clock::now() - begin).count(),
                .evidence_path = options.evidence.string()};
  if (options.out) {
    for (auto& part : TRY(write_parts(report, *options.out))) parts.push_back(std::move(part));
    TRY(commit_all(std::move(parts)));
  }
  return report;
}

}  // namespace interdict::examine
