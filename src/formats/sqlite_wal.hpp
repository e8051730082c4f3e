// What a -wal holds that SQLite will not show: transactions lost to damage.
//
// SQLite reads the frames of a -wal up to the first one whose checksum fails and is silent about
// the rest, so a damaged -wal looks like a shorter one. Format:
// https://www.sqlite.org/fileformat.html, section 4. Not damage, since a healthy phone leaves them
// behind: frames of an earlier generation (other salts), and frames of a transaction that was never
// committed or was rolled back.

#pragma once

#include <optional>

#include "base/random_access.hpp"
#include "base/result.hpp"

namespace interdict::sqlite {

/// Why committed changes in a -wal are not seen; nothing for a sound or empty one. One pass, one
/// frame (at most 64 KiB) in memory.
std::optional<Error> wal_damage(RandomAccess& wal);

}  // namespace interdict::sqlite
