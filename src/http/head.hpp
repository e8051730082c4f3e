// Where the head of a request ends, and whether its lines are lines.
//
// Two programs that disagree about where a request ends can be made to see different requests
// ("request smuggling"). So this is stricter than RFC 9112 allows: a bare CR or LF, a folded line
// (obs-fold, RFC 9112 5.2) and an empty line before the request line are refused, not repaired.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "http/message.hpp"

namespace interdict::http {

/// Why a request is not taken. `why` is a literal.
struct Refusal {
  int status = 400;
  std::string_view why;
};

struct HeadLimits {
  std::size_t head = 8 << 10;    // bytes, request line and empty line included
  std::size_t target = 4 << 10;  // bytes
  std::size_t fields = 100;
};

/// Finds the end of a head that arrives in pieces; no byte is looked at twice.
class HeadScan {
 public:
  explicit HeadScan(const HeadLimits& limits) : limits_(limits) {}
  /// `all`: the head so far, from its first byte, longer than at the last call. Then either
  /// complete() or a refusal or neither: more is needed.
  std::optional<Refusal> look(std::string_view all);
  [[nodiscard]] std::optional<std::size_t> size() const { return size_; }  // once it is complete

 private:
  std::optional<Refusal> line(std::string_view line);

  HeadLimits limits_;
  std::size_t line_begin_ = 0, seen_ = 0, lines_ = 0;
  std::optional<std::size_t> size_;
};

/// What the fields of a parsed head say together: one Host, one length, no coding but "chunked".
std::optional<Refusal> check_fields(const Request& request);
/// An origin-form target of visible characters.
std::optional<Refusal> check_target(std::string_view target, const HeadLimits& limits);

}  // namespace interdict::http
