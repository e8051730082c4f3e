// What the processes of a run say to each other.
//
//   runner   --pipe-->   worker   --socket-->   parent
//
// A step speaks in the messages of `StepSays`; the worker passes its bytes on, tagged with the
// number of the step that it had given to that runner. `fields` is written once for both
// directions (archive.hpp); M is a message or a const message.

#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "artefacts/finding_kind.hpp"
#include "artefacts/locator.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "evidence/tree.hpp"

namespace interdict::examine {

template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

enum class WorkerSays : std::uint8_t {
  lock,           // Sentence: one lock, in force or missing
  need_password,  // empty
  opened,         // Opened
  failed,         // Failure: there will be no report
  step_bytes,     // StepBytes
  step_again,     // StepAgain: what was said of this step is void
  step_ended,     // StepEnded
  finished,       // empty; nothing follows
};
enum class ParentSays : std::uint8_t {
  password,     // the bytes of the password
  no_password,  // Failure
};
enum class StepSays : std::uint8_t {
  rows,           // RowsRead
  hit,            // Hit: an indicator matched a row; sent for the first rows of a finding
  total,          // Total: an indicator's hits in this table, once it is read
  source,         // SourceSeen
  inventory,      // Inventory
  odd_file,       // Sentence
  digest,         // Digest of a cited file
  rule_finding,   // RuleHit
  blind,          // Sentence: a source that a detection could not see
  overflow,       // Sentence: more than a table may report
  failed,         // Failure: the step ended itself
  output_failed,  // Failure: the disk; the run ends
  done,           // empty: everything was said
  returned,       // empty: of the runner, after each step
};

struct Sentence {
  std::string text;
};
struct Failure {
  Errc code = Errc::io;
  std::string text;
};
struct Opened {
  evidence::Facts facts;
  std::vector<std::string> notes;
};
struct StepBytes {
  std::uint16_t step = 0;
  std::string bytes;
};
struct StepAgain {
  std::uint16_t step = 0;
};
enum class Ending : std::uint8_t { exited, signalled, gave_up };
struct StepEnded {
  std::uint16_t step = 0;
  Ending how = Ending::exited;
  std::int32_t number = 0;  // exit status or signal
};

struct RowsRead {
  std::uint64_t rows = 0;
};
struct Hit {
  std::uint32_t indicator = 0;
  std::uint16_t column = 0;
  FindingKind kind = FindingKind::note;
  bool truncated = false;
  std::optional<UtcTime> at;
  std::string value;
  Locator locator;
};
struct Total {
  std::uint32_t indicator = 0;
  FindingKind kind = FindingKind::note;
  std::uint64_t count = 0;
  std::optional<UtcTime> first, last;
};
struct SourceSeen {
  std::string file;
  std::uint64_t rows = 0, damaged_rows = 0;
  std::map<std::string, std::uint64_t, std::less<>> reasons;
  std::vector<std::string> notes;
  bool not_stored = false;  // listed, but its content is not in the evidence
  bool ended_early = false;
  Errc code = Errc::io;  // of ended_early
  std::string error;
};
struct Inventory {
  std::uint64_t listed = 0, missing = 0, empty = 0, truncated = 0;
};
struct Digest {
  std::string file, sha256;
};
struct RuleHit {
  FindingKind kind = FindingKind::note;
  std::optional<UtcTime> at, until;
  std::string title, summary;
  std::uint64_t cited = 0;
  std::vector<Locator> cites;
};

template <class A, Is<Sentence> M>
void fields(A& a, M& m) {
  a(m.text);
}
template <class A, Is<Failure> M>
void fields(A& a, M& m) {
  a.enumerator(m.code, Errc::interrupted), a(m.text);
}
template <class A, Is<Opened> M>
void fields(A& a, M& m) {
  auto& f = m.facts;
  a.enumerator(f.container, evidence::Container::ios_backup), a(f.encrypted), a(f.product_type);
  a(f.product_version), a(f.build), a(f.device_name), a(f.serial_number), a(f.unique_identifier);
  a(f.path_convention), a(m.notes);
}
template <class A, Is<StepBytes> M>
void fields(A& a, M& m) {
  a(m.step), a(m.bytes);
}
template <class A, Is<StepAgain> M>
void fields(A& a, M& m) {
  a(m.step);
}
template <class A, Is<StepEnded> M>
void fields(A& a, M& m) {
  a(m.step), a.enumerator(m.how, Ending::gave_up), a(m.number);
}
template <class A, Is<RowsRead> M>
void fields(A& a, M& m) {
  a(m.rows);
}
template <class A, Is<Hit> M>
void fields(A& a, M& m) {
  a(m.indicator), a(m.column), a.enumerator(m.kind, FindingKind::compromise), a(m.truncated);
  a(m.at), a(m.value), a(m.locator);
}
template <class A, Is<Total> M>
void fields(A& a, M& m) {
  a(m.indicator), a.enumerator(m.kind, FindingKind::compromise), a(m.count), a(m.first), a(m.last);
}
template <class A, Is<SourceSeen> M>
void fields(A& a, M& m) {
  a(m.file), a(m.rows), a(m.damaged_rows), a(m.reasons), a(m.notes), a(m.not_stored);
  a(m.ended_early), a.enumerator(m.code, Errc::interrupted), a(m.error);
}
template <class A, Is<Inventory> M>
void fields(A& a, M& m) {
  a(m.listed), a(m.missing), a(m.empty), a(m.truncated);
}
template <class A, Is<Digest> M>
void fields(A& a, M& m) {
  a(m.file), a(m.sha256);
}
template <class A, Is<RuleHit> M>
void fields(A& a, M& m) {
  a.enumerator(m.kind, FindingKind::compromise), a(m.at), a(m.until), a(m.title), a(m.summary);
  a(m.cited), a(m.cites);
}

}  // namespace interdict::examine
