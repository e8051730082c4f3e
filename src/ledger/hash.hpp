// XXH3, compiled into this room: keys of the aggregator, notices, and digests of migrations. None
// of these defends against somebody who seeks collisions: persons and rules are the organisation's
// own, and keys of the aggregator are compared in full.

#pragma once

// The default, memcpy, becomes a checked call under -D_FORTIFY_SOURCE=3.
#define XXH_FORCE_MEMORY_ACCESS 1
#define XXH_INLINE_ALL
#include <xxhash.h>
