// What an examination says: the model that every output is written from.
//
// A report is plain data. Outputs are one file each in examine/reports/, registered at their end.

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/finding_kind.hpp"
#include "artefacts/locator.hpp"
#include "artefacts/table.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "evidence/tree.hpp"
#include "indicators/indicators.hpp"

namespace interdict::examine {

/// A row that a finding cites.
struct CitedRow {
  Locator locator;
  std::optional<UtcTime> at;  // the row's first time column, if any
  std::string column;         // which column matched; empty for a detection
  std::string value;          // the link or path it stood in; of a message never more than that
  bool truncated = false;     // a process name that the kernel had cut at 16 bytes
};
inline constexpr std::size_t kMaxCitedRows = 100;  // an indicator or rule; `count` has the rest

/// One answer with its evidence. Either an indicator matched or a detection's rule did.
struct Finding {
  std::string id;  // 16 hex digits, the same for the same finding in another run or twin backup
  FindingKind kind = FindingKind::note;
  std::string title;     // one line a lay person understands
  std::string summary;   // a sentence or two with the facts
  std::string artefact;  // where it was seen: "ios/sms"; of a detection: its first cited table
  std::optional<indicators::Indicator> indicator;
  std::string rule_id, rule_version, rule_sha256;  // of a detection
  std::string families, sources,
      baseline;        // of a detection; families of an indicator: its collections
  std::string benign;  // what else could cause this
  std::string next;    // what to check next
  std::uint64_t count = 0;
  std::optional<UtcTime> first_seen, last_seen;
  std::vector<CitedRow> rows;  // at most kMaxCitedRows, in table order
};

enum class CoverageState : std::uint8_t {
  parsed,               // read to its end, nothing odd
  partial,              // read, but rows or sources were damaged or left out
  absent_as_expected,   // this OS or kind of backup does not hold it
  absent_unexpectedly,  // it should be there and is not
  unreadable,           // there, and nothing could be read
};
std::string_view name_of(CoverageState state);  // "absent as expected"

struct SourceEntry {
  std::string file;    // device path
  std::string sha256;  // of the content as decrypted; computed for files that a finding cites
  std::uint64_t rows = 0, damaged_rows = 0;
  std::map<std::string, std::uint64_t, std::less<>> reasons;
  std::vector<std::string> notes;
  std::string error;
};

struct ArtefactEntry {
  const artefacts::Table* table = nullptr;
  CoverageState state = CoverageState::absent_unexpectedly;
  std::string why;  // for anything but parsed: one sentence
  std::uint64_t rows = 0, damaged_rows = 0;
  std::vector<SourceEntry> sources;
};

/// What was run besides the tables.
struct RuleEntry {
  std::string id, version, sha256;
  std::string error;               // why it could not run; empty: it ran
  std::vector<std::string> blind;  // "ios/safari_history: absent": where it saw nothing
  std::uint64_t findings = 0;
};

enum class Verdict : std::uint8_t { no_trace_found, inconclusive, suspicious, compromised };
std::string_view name_of(Verdict verdict);  // "no trace found"

/// Differs between runs on the same input; everything outside it must not.
struct RunHeader {
  std::string program;  // "interdict 0.1.0"
  std::optional<UtcTime> started;
  double seconds = 0;
  std::string evidence_path;  // as given
};

struct Report {
  RunHeader run;
  evidence::Facts device;
  std::vector<std::string> evidence_notes;
  std::vector<indicators::LoadedFile> indicator_files;
  std::vector<indicators::NotEvaluated> not_evaluated;
  std::vector<indicators::OutOfReach> out_of_reach;
  std::string indicator_digest;
  std::size_t indicator_count = 0;
  std::vector<Finding> findings;        // by falling kind, then by first_seen, title and id
  std::vector<ArtefactEntry> coverage;  // by table id
  std::vector<RuleEntry> rules;
  std::vector<std::string> sandbox;  // one sentence a lock: in force, or missing and why
  std::vector<std::string> errors;   // a decoder that crashed, hung or ran out of memory, …
  bool evidence_damaged = false;
  std::vector<std::string> unread_core;  // ids of core stores not read
  std::uint64_t files_listed = 0, files_missing = 0, files_empty = 0, files_truncated = 0;
  std::vector<std::string> odd_files;  // "device path: missing", at most kMaxOddFiles
  Verdict verdict = Verdict::inconclusive;
};
inline constexpr std::size_t kMaxOddFiles = 10'000;

/// compromised: any compromise; suspicious: any attempt or exposure; else inconclusive when no core
/// store was read or the evidence is damaged; else no trace found.
Verdict verdict_of(const Report& report);

/// 0 every core store read and no finding at or above fail_on · 1 such a finding · 3 none, but a
/// core store was not read.
int exit_status(const Report& report, FindingKind fail_on);

/// An output: one file in examine/reports/, registered there.
struct Output {
  std::string_view file_name;  // "report.json"
  /// Writes the whole file in pieces; a sink error ends it.
  Status (*write)(const Report& report, const std::function<Status(std::string_view)>& sink);
};
struct RegisterOutput {
  explicit RegisterOutput(const Output& output);
};
/// Sorted by file name.
std::vector<const Output*> outputs();

}  // namespace interdict::examine
