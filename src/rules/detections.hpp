// Detections: SQL over the tables, one file each in rules/detections/, carried in the program.
//
// A file opens with a header of "-- name: value" lines (continued by "--   more"), each name once,
// and ends it with an empty line; then comes one SELECT:
//   -- id:       ios/operation-triangulation-process   (platform, slash, file name with - for _)
//   -- title:    BackupAgent used the network
//   -- kind:     compromise
//   -- families: Operation Triangulation
//   -- sources:  https://…                    (where the knowledge is published)
//   -- benign:   what else could cause this   ("none known" is an answer)
//   -- next:     what to check next
//   -- baseline: 0 findings in 2 clean DataUsage databases (411 processes)
//   -- version:  1
// The SELECT yields one finding a row and must name: `at` (a time or NULL), `summary` (a sentence)
// and at least one column `cite…` holding citations (the hidden column _cite of a table, or several
// joined by char(10)). An optional `until` is the time of the last trace; an optional `title` or
// `kind` column overrides the header's unless NULL; an optional `cited` says how many citations
// there were where the SELECT bounds their list.
//
// Cost: a detection scans each table at most once (MATERIALIZED where it needs it twice); anything
// else is a look-up by key. Its test asserts that.

#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/finding_kind.hpp"
#include "artefacts/locator.hpp"
#include "artefacts/table.hpp"
#include "base/embedded.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace interdict::rules {

struct Detection {
  std::string id, title, families, sources, benign, next, baseline, version;
  FindingKind kind = FindingKind::note;
  std::string sql;
  std::string sha256;                           // hex, of the whole file
  std::vector<const artefacts::Table*> tables;  // those its SQL names
};

/// malformed: names the file and what is wrong with it; limit: longer than 64 KiB.
Result<Detection> parse_detection(const Embedded& file);
/// Every detection in the program, sorted by id. A malformed one is a programming error:
/// terminates.
const std::vector<Detection>& detections();

}  // namespace interdict::rules
