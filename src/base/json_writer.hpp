// Writes JSON with the members in the order they are given: the same values give the same bytes.
//
// Strings that are not valid UTF-8 are repaired (U+FFFD), so the output is always valid JSON.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace interdict {

class JsonWriter {
 public:
  /// indent 0: one line; otherwise that many blanks a level.
  explicit JsonWriter(int indent = 0) : indent_(indent) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& unsigned_integer(std::uint64_t value);
  JsonWriter& real(double value);  // shortest form that reads back; not finite: null
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  // A member of an object in one call.
  JsonWriter& member(std::string_view name, std::string_view value) {
    return key(name).string(value);
  }
  JsonWriter& member(std::string_view name, const char* value) { return key(name).string(value); }
  JsonWriter& member(std::string_view name, std::int64_t value) { return key(name).integer(value); }
  JsonWriter& member(std::string_view name, int value) { return key(name).integer(value); }
  JsonWriter& member(std::string_view name, std::uint64_t value) {
    return key(name).unsigned_integer(value);
  }
  JsonWriter& member(std::string_view name, double value) { return key(name).real(value); }
  JsonWriter& member(std::string_view name, bool value) { return key(name).boolean(value); }

  [[nodiscard]] const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void before_value();
  void line();

  std::string out_;
  int indent_;
  int depth_ = 0;
  bool first_ = true;  // no element yet in the innermost bracket
  bool after_key_ = false;
};

/// value as a JSON string with its quotes.
std::string json_quoted(std::string_view value);

}  // namespace interdict
