#include "formats/stix_input.hpp"

#include <algorithm>
#include <cstring>

namespace interdict::stix {

namespace {
constexpr std::size_t kMaxObject = std::size_t{64} << 20;
}

void Window::grow(std::size_t bytes) {
  const auto size = kHeadroom + bytes + kTail;
  auto grown = std::make_unique_for_overwrite<char[]>(size);
  std::copy_n(bytes_.get(), size_, grown.get());
  std::memset(grown.get() + size - kTail, ' ', kTail);
  bytes_ = std::move(grown);
  size_ = size;
}

Result<bool> Input::more() {
  if (at_end_) return false;
  std::memmove(window_.data() + Window::kHeadroom, data(), size());
  end_ = Window::kHeadroom + size();
  begin_ = Window::kHeadroom;
  if (end_ + Window::kTail >= window_.size()) {
    if (window_.size() > kMaxObject) return Error(Errc::limit, "an object of more than 64 MiB");
    window_.grow(2 * window_.size());
  }
  while (end_ + Window::kTail < window_.size()) {
    const auto room = window_.size() - Window::kTail - end_;
    const auto got = TRY(pull_(std::span(window_.data() + end_, room)));
    if (got == 0) {
      at_end_ = true;
      break;
    }
    end_ += std::min(got, room);
  }
  return size() > 0;
}

Result<char> Input::next_significant() {
  while (true) {
    const char c = TRY(peek());
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
    drop(1);
  }
}

Result<bool> Input::take(char c) {
  if (TRY(next_significant()) != c) return false;
  drop(1);
  return true;
}

}  // namespace interdict::stix
