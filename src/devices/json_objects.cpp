#include "devices/json_objects.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/text.hpp"

namespace interdict::devices {
namespace objects {
namespace {

namespace dom = simdjson::dom;

/// The members of one object; values that are not text are printed into `room`.
class Members {
 public:
  std::span<const JsonMember> read(dom::object object) {
    members_.clear();
    room_.clear();
    room_.reserve(kMaxJsonMembers * kLongestNumber);  // never moves while views into it live
    for (const auto [name, value] : object) {
      if (members_.size() == kMaxJsonMembers) break;
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS || printed(value, text)) {
        members_.push_back({name, text});
      }
    }
    return members_;
  }

 private:
  static constexpr std::size_t kLongestNumber = 32;

  bool printed(dom::element value, std::string_view& text) {
    std::array<char, kLongestNumber> digits;
    std::to_chars_result end{};
    if (bool b = false; value.get(b) == simdjson::SUCCESS) {
      text = b ? "true" : "false";
      return true;
    }
    if (std::int64_t i = 0; value.get(i) == simdjson::SUCCESS) {
      end = std::to_chars(digits.data(), digits.data() + digits.size(), i);
    } else if (std::uint64_t u = 0; value.get(u) == simdjson::SUCCESS) {
      end = std::to_chars(digits.data(), digits.data() + digits.size(), u);
    } else if (double d = 0; value.get(d) == simdjson::SUCCESS) {
      end = std::to_chars(digits.data(), digits.data() + digits.size(), d);
    } else {
      return false;
    }
    if (end.ec != std::errc()) return false;
    const auto begin = room_.size();
    room_.append(digits.data(), end.ptr);
    text = std::string_view(room_).substr(begin);
    return true;
  }

  std::vector<JsonMember> members_;
  std::string room_;
};

Status read_array(std::string_view text, const VisitObject& visit, const VisitBad& bad) {
  dom::parser parser(kMaxJson);
  dom::array array;
  if (const auto error = parser.parse(text.data(), text.size()).get(array);
      error != simdjson::SUCCESS) {
    return Error{Errc::malformed, fmt::format("JSON: {}", simdjson::error_message(error))};
  }
  Members members;
  std::size_t number = 0;
  for (const auto element : array) {
    ++number;
    dom::object object;
    if (element.get(object) != simdjson::SUCCESS) {
      bad(number, "not an object");
      continue;
    }
    TRY(visit(members.read(object)));
  }
  return ok();
}

Status read_lines(std::string_view text, const VisitObject& visit, const VisitBad& bad) {
  dom::parser parser(kMaxJsonLine);
  Members members;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty()) continue;
    if (line.size() > kMaxJsonLine) {
      bad(number, "a line longer than 1 MiB");
      continue;
    }
    dom::object object;
    if (const auto error = parser.parse(line.data(), line.size()).get(object);
        error != simdjson::SUCCESS) {
      bad(number,
          error == simdjson::INCORRECT_TYPE ? "not an object" : simdjson::error_message(error));
      continue;
    }
    TRY(visit(members.read(object)));
  }
  return ok();
}

}  // namespace
}  // namespace objects

Status each_json_object(std::string_view text, const VisitObject& visit, const VisitBad& bad) {
  if (text.size() > kMaxJson) return Error{Errc::limit, "JSON larger than 256 MiB"};
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == text.npos) return ok();
  return text[start] == '[' ? objects::read_array(text, visit, bad)
                            : objects::read_lines(text, visit, bad);
}

Status read_json_object(std::string_view text, const VisitObject& visit) {
  if (text.size() > kMaxJsonLine) return Error{Errc::limit, "JSON larger than 1 MiB"};
  objects::dom::parser parser(kMaxJsonLine);
  objects::dom::object object;
  const auto error = parser.parse(text.data(), text.size()).get(object);
  if (error == simdjson::INCORRECT_TYPE) return Error{Errc::malformed, "JSON, but no object"};
  if (error != simdjson::SUCCESS) {
    return Error{Errc::malformed, fmt::format("JSON: {}", simdjson::error_message(error))};
  }
  objects::Members members;
  return visit(members.read(object));
}

std::string_view value_of(std::span<const JsonMember> members, std::string_view name) {
  const auto* const end = members.data() + members.size();
  const auto* const found =
      std::find_if(members.data(), end, [&](const JsonMember& m) { return m.name == name; });
  return found == end ? std::string_view() : found->value;
}

}  // namespace interdict::devices
