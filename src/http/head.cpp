#include "http/head.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace interdict::http {
namespace {

constexpr std::size_t kMaxLengthDigits = 15;  // a petabyte less one

bool digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A host and a port, loosely: what they mean is not our business, that they hold no separator is.
bool host_like(std::string_view text) {
  constexpr std::string_view kOthers = "-._~!$&'()*+,;=:[]%";
  return std::all_of(text.begin(), text.end(), [&](char c) {
    const char lower = ascii_lower(c);
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') ||
           kOthers.find(c) != kOthers.npos;
  });
}

}  // namespace

std::optional<Refusal> HeadScan::look(std::string_view all) {
  while (!size_) {
    const auto end = all.find('\n', seen_);
    if (end == all.npos) {
      seen_ = all.size();
      break;
    }
    if (end == 0 || all[end - 1] != '\r') return Refusal{400, "a line that ends without CR"};
    if (auto refused = line(all.substr(line_begin_, end - 1 - line_begin_))) return refused;
    if (end - 1 == line_begin_) size_ = end + 1;
    line_begin_ = seen_ = end + 1;
    ++lines_;
  }
  if (lines_ == 0 && all.size() > limits_.target + 32)
    return Refusal{414, "the target is too long"};
  if (size_.value_or(all.size()) > limits_.head) return Refusal{431, "the head is too long"};
  return {};
}

std::optional<Refusal> HeadScan::line(std::string_view line) {
  if (line.find('\r') != line.npos) return Refusal{400, "a CR inside a line"};
  if (line.empty() && lines_ == 0) return Refusal{400, "an empty request line"};
  if (lines_ > limits_.fields + 1) return Refusal{431, "too many header fields"};
  if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
    return Refusal{400, "a folded header line"};
  }
  return {};
}

std::optional<Refusal> check_fields(const Request& request) {
  const auto& headers = request.headers;
  const auto hosts = headers.count("host");
  if (hosts > 1 || (hosts == 0 && !request.http_1_0)) {
    return Refusal{400, "exactly one Host field is needed"};
  }
  if (hosts == 1 && !host_like(*headers.find("host"))) return Refusal{400, "no host name"};

  const auto lengths = headers.count("content-length");
  const auto codings = headers.count("transfer-encoding");
  if (lengths + codings > 1) return Refusal{400, "more than one length of the body"};
  if (lengths == 1) {
    const auto value = *headers.find("content-length");
    if (!digits(value) || value.size() > kMaxLengthDigits) {
      return Refusal{400, "a Content-Length that is no number"};
    }
  }
  if (codings == 1) {
    if (request.http_1_0) return Refusal{400, "Transfer-Encoding in HTTP/1.0"};
    if (!equal_ignoring_case(*headers.find("transfer-encoding"), "chunked")) {
      return Refusal{501, "a transfer coding other than chunked"};
    }
  }
  const auto expect = headers.find("expect");
  if (expect && !equal_ignoring_case(*expect, "100-continue")) {
    return Refusal{417, "an expectation other than 100-continue"};
  }
  return {};
}

std::optional<Refusal> check_target(std::string_view target, const HeadLimits& limits) {
  if (target.size() > limits.target) return Refusal{414, "the target is too long"};
  if (target.empty() || target.front() != '/') return Refusal{400, "a target that is no path"};
  for (const char c : target) {
    if (c <= 0x20 || c >= 0x7f || c == '#') return Refusal{400, "a target with a bad character"};
  }
  return {};
}

}  // namespace interdict::http
