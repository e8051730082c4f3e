#include "examine/address_space.hpp"

#include <charconv>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace interdict::examine {

void AddressSpace::open() { statm_ = Fd(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)); }

void AddressSpace::limit(std::uint64_t more) const {
#ifdef INTERDICT_SANITIZED
  static_cast<void>(more);
#else
  char text[128];
  const auto n = ::pread(statm_.get(), text, sizeof text, 0);
  std::uint64_t pages = 0;  // unknown: the limit is then on everything
  if (n > 0) std::from_chars(text, text + n, pages);
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0) return;
  const auto wanted = pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) + more;
  limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
  ::setrlimit(RLIMIT_AS, &limit);
#endif
}

}  // namespace interdict::examine
