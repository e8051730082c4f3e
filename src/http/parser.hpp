// The head of a request out of bytes. Boost.Beast reads the grammar; parser.cpp is its only place.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/head.hpp"
#include "http/message.hpp"

namespace interdict::http {

struct ParsedHead {
  Request request;  // but for its body
  std::uint64_t length = 0;
  bool chunked = false;  // and then `length` says nothing
  bool keep_alive = false;
  bool expects_continue = false;
};

/// Fills `out` from a whole head, as HeadScan found it. After a refusal `out` holds what had been
/// understood.
std::optional<Refusal> parse_head(std::string_view head, const HeadLimits& limits, ParsedHead& out);

}  // namespace interdict::http
