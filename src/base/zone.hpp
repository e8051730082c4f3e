// Time zones: what a wall clock somewhere means in UTC, and the other way round.
//
// "From 17 July" in a ban is a midnight in some place; the stamp of a classic log line is a wall
// clock of some server. Both go through here, with the two things a wall clock cannot say: a time
// that was skipped (a gap) and one that came twice (a fold). Either is resolved and reported.
//
// Source  the system's zone files (IANA tz database), through the date library, which is included
//         in zone.cpp alone. Those files list the changes up to 2037; later instants take the
//         offset of the last change.
// Cost    find() reads a file; a conversion is a binary search over a table of changes (tens of
//         nanoseconds), through a ZoneCursor a comparison with the interval used last.

#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace interdict {

/// What a wall clock shows: microseconds since 1970-01-01T00:00:00 on that clock.
struct LocalTime {
  std::int64_t micros = 0;
  auto operator<=>(const LocalTime&) const = default;
};

/// A wall clock's calendar date and time; nothing for a date that does not exist (30 February), a
/// year outside 1970 to 2199 or a time of day beyond 23:59:60. A leap second is the next second.
std::optional<LocalTime> local_time(int year, unsigned month, unsigned day, unsigned hour = 0,
                                    unsigned minute = 0, unsigned second = 0, unsigned micros = 0);

/// What a wall clock meant.
struct Resolved {
  enum class Kind : std::uint8_t {
    exact,
    gap,   // the clock was put forward over it: `utc` is the instant of that change
    fold,  // the clock was put back over it: `utc` is the earlier of the two instants
  };
  UtcTime utc;
  Kind kind = Kind::exact;
  bool operator==(const Resolved&) const = default;
};

/// A time zone. Immutable; copies share its table and may be used by any thread.
class Zone {
 public:
  /// "Europe/Berlin", "UTC". Letter case counts. Errc::not_found names the nearest spelling.
  static Result<Zone> find(std::string_view name);
  static Zone utc();

  [[nodiscard]] std::string_view name() const;
  [[nodiscard]] Resolved to_utc(LocalTime local) const;
  [[nodiscard]] LocalTime to_local(UtcTime utc) const;

 private:
  friend class ZoneCursor;
  struct Table;
  explicit Zone(std::shared_ptr<const Table> table) : table_(std::move(table)) {}
  // Shared: a policy of 100,000 organisations holds a handful of zones.
  std::shared_ptr<const Table> table_;
};

/// For one thread that converts many near times: remembers the interval between two changes.
class ZoneCursor {
 public:
  explicit ZoneCursor(Zone zone) : zone_(std::move(zone)) {}
  [[nodiscard]] const Zone& zone() const { return zone_; }

  Resolved to_utc(LocalTime local) {
    if (local.micros < from_ || local.micros >= before_) return search(local);
    return {UtcTime{local.micros - offset_}, Resolved::Kind::exact};
  }

 private:
  Resolved search(LocalTime local);
  Zone zone_;
  // Wall clocks in [from_, before_) are exact and `offset_` microseconds ahead of UTC.
  std::int64_t from_ = 0, before_ = 0, offset_ = 0;
};

}  // namespace interdict
