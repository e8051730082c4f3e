// Lays out a binary property list, object by object: what an XML list becomes when it is read.
//
// Offsets and references take four bytes each. Objects are numbered in the order they are added;
// a container names members that are already there, so no cycle can be built.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace interdict::plist {

/// What an <integer> can hold: -2^63 to 2^64 - 1.
struct WideInteger {
  std::uint64_t bits = 0;  // two's complement
  bool negative = false;
};

class Builder {
 public:
  using Number = std::uint32_t;

  /// expected_bytes: a guess at the size of the file, to grow less often.
  explicit Builder(std::size_t expected_bytes);

  Number boolean(bool value);  // each of the two is stored once
  Number integer(WideInteger value);
  Number real(double value);
  Number date(double cocoa_seconds);
  Number data(ByteView bytes);
  Number text(std::string_view utf8);
  Number uid(std::uint64_t number);
  Number array(std::span<const Number> elements);
  Number dict(std::span<const Number> keys_and_values);  // a key, its value, the next key …

  /// Takes back the object `from` and all after it, none of which may be named by another or be a
  /// boolean.
  void forget(Number from);

  /// The whole file. The builder is spent.
  [[nodiscard]] Bytes finish(Number root);

 private:
  Number begin(unsigned mark);
  Number begin_counted(unsigned type, std::uint64_t count);
  void put(std::uint64_t value, unsigned width);
  void put(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  Bytes out_;
  std::vector<std::uint32_t> offsets_;
  std::optional<Number> booleans_[2];
};

}  // namespace interdict::plist
