// Manifest.db as SQLite should see it.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/random_access.hpp"
#include "base/result.hpp"

namespace interdict::evidence {

/// True if the file begins as every SQLite 3 database does.
bool begins_as_database(RandomAccess& file);

/// An encrypted Manifest.db has been seen with PKCS#7 padding and without. Without, its last bytes
/// may look like padding by accident; the page size tells. Gives `plain`, with the bytes that were
/// taken for padding put back if only then it is a whole number of pages. `cipher_size` is what
/// was stored.
std::shared_ptr<RandomAccess> with_whole_pages(std::shared_ptr<RandomAccess> plain,
                                               std::uint64_t cipher_size);

/// SQLite refuses a database that is shorter than its header says. Gives a view whose header counts
/// the pages that are there, so that what can be read is read; `note` receives a sentence. A whole
/// database is given back as it is.
std::shared_ptr<RandomAccess> with_true_page_count(std::shared_ptr<RandomAccess> database,
                                                   std::string& note);

}  // namespace interdict::evidence
