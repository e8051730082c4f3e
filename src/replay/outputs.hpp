// A report as text for people, as CSV of its rows, as one JSON object. Same report, same bytes.

#pragma once

#include <string>

#include "replay/replay.hpp"

namespace interdict::replay {

/// Instants in the clock of each person's organisation. Hostile text is made printable.
std::string text(const policy::Policy& policy, const Report& report);

/// RFC 4180 with a header line; instants in UTC. Columns: person, organisation, device, how_sure,
/// channel, first, last, count, allow, advise, warn, hold, refuse, exempt, break_glass, new,
/// stages. `stages` holds "RULE STAGE ACTION COUNT" parted by "; ", for devices of the rule's
/// class;
/// "(conflict)" or "(not known)" stands behind it where the device is not surely of it.
std::string csv(const policy::Policy& policy, const Report& report);

std::string json(const policy::Policy& policy, const Report& report);

}  // namespace interdict::replay
