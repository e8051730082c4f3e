#include "base/random_access.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace interdict {

Status MemoryBytes::read_at(std::uint64_t offset, std::span<std::byte> into) {
  if (offset > bytes_.size() || into.size() > bytes_.size() - offset) {
    return Error{Errc::truncated, "read past the end"};
  }
  std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
  return ok();
}

Result<Bytes> read_all(RandomAccess& source, std::uint64_t limit) {
  if (source.size() > limit) {
    return Error{Errc::limit,
                 fmt::format("{} bytes, more than the {} we read", source.size(), limit)};
  }
  Bytes all(static_cast<std::size_t>(source.size()));
  TRY(source.read_at(0, all));
  return all;
}

}  // namespace interdict
