// A kind of log: one file in this room, registered at its end. Lines in, sightings out.
//
// A reader keeps what sessions said until it knows whose they were, in a bounded number of open
// sessions; it never keeps a line. It is fed by Run (run.hpp), one thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/zone.hpp"
#include "logs/clock.hpp"
#include "logs/coverage.hpp"
#include "logs/sighting.hpp"

namespace interdict::logs {

/// Where on a web server a channel lives. The longest prefix that fits decides.
struct PathRule {
  std::string prefix;  // "/webmail"; letter case ignored; ends at '/', '?' or the path's end
  devices::Channel channel{};
};

struct Options {
  int year = 0;             // of the first line, for classic syslog stamps; 0: not given
  Zone zone = Zone::utc();  // of stamps that do not say theirs
  std::string kind;         // empty: found out from the first lines of each file
  /// Whether an account, as logged, is one the organisation's rules are about. Must be set.
  std::function<bool(std::string_view account)> is_work;
  std::vector<PathRule> paths;       // beside the built-in ones (web_paths.hpp), and before them
  std::size_t max_open = 65'536;     // sessions open at once, per kind; oldest are given up
  std::size_t max_line = 64U << 10;  // longer lines are skipped
};

/// One line, without its end.
struct Line {
  std::string_view text;
  std::uint64_t number = 0;
  bool whole = true;  // false: the file ended before the line did
};

/// What a reader needs of the file its lines come from. Valid until the next begin_file().
struct FileContext {
  std::uint32_t index = 0;
  int year = 0;
  FileCoverage* coverage = nullptr;

  void skip(Skip why) const { ++coverage->skipped[static_cast<std::size_t>(why)]; }
};

/// What a reader reports to.
struct Report {
  const Options* options = nullptr;
  const Sink* sink = nullptr;
  Coverage* coverage = nullptr;

  void see(const Sighting& sighting) const {
    ++coverage->sightings;
    (*sink)(sighting);
  }
};

class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;
  virtual void begin_file(const FileContext& file) = 0;
  virtual void line(const Line& line) = 0;
  /// Clock counts into the file's coverage. An error makes the whole file unusable.
  virtual Status end_file() = 0;
  /// Every session that is still open is reported; what cannot be shown goes into the coverage.
  virtual void finish() = 0;
};

struct Kind {
  std::string_view name;  // for --kind
  std::string_view summary;
  /// Whether a line looks like one of these.
  bool (*recognise)(std::string_view line) = nullptr;
  std::unique_ptr<Reader> (*make)(const Report& report) = nullptr;
  /// Its lines may have classic stamps, which need a year.
  bool classic = false;
};
struct RegisterKind {
  explicit RegisterKind(const Kind& kind);
};
/// For stamps without a year when none was given.
Error undated_error();
/// All kinds, sorted by name.
std::span<const Kind> kinds();
const Kind* find_kind(std::string_view name);

}  // namespace interdict::logs
