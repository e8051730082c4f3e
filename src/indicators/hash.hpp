// XXH3, compiled into this room: it hashes every value of a phone.

#pragma once

// Loads through a packed type. The default, memcpy, becomes a checked call under
// -D_FORTIFY_SOURCE=3 and takes as long as the hash itself.
#define XXH_FORCE_MEMORY_ACCESS 1
#define XXH_INLINE_ALL
#include <xxhash.h>
