// How much memory this process may still take (RLIMIT_AS).

#pragma once

#include <cstdint>

#include "base/file.hpp"

namespace interdict::examine {

/// Measures through /proc/self/statm, which must be opened before the process is locked in. Under
/// sanitizers, which reserve terabytes, it limits nothing.
class AddressSpace {
 public:
  void open();
  /// From now on at most `more` bytes beyond what is mapped already; in a child, what its parent
  /// has.
  void limit(std::uint64_t more) const;

 private:
  Fd statm_;
};

}  // namespace interdict::examine
