// Values as bytes, for messages between the processes of a run.
//
// A message lists its members once, in a function `fields(archive, message)`; Encoder and Decoder
// both walk that list, so the two directions cannot drift apart.
// The sender may be a decoder that was taken over: Decoder checks every length against what is
// there, refuses enumerators that do not exist, and grows nothing by more than it received.

#pragma once

#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "artefacts/locator.hpp"
#include "base/bytes.hpp"
#include "base/time.hpp"

namespace interdict::examine {

class Encoder {
 public:
  template <std::integral T>
  void operator()(const T& value) {
    auto v = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(T); ++i, v >>= 8)
      out_.push_back(static_cast<char>(v & 0xff));
  }
  void operator()(const std::string& text) {
    (*this)(static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }
  void operator()(const UtcTime& time) { (*this)(time.micros); }
  void operator()(const Locator& l) {
    (*this)(l.artefact), (*this)(l.file), (*this)(l.table), (*this)(l.rowid), (*this)(l.key_path);
  }
  template <class T>
  void operator()(const std::optional<T>& value) {
    (*this)(value.has_value());
    if (value) (*this)(*value);
  }
  template <class T>
  void operator()(const std::vector<T>& values) {
    (*this)(static_cast<std::uint32_t>(values.size()));
    for (const auto& value : values) (*this)(value);
  }
  void operator()(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
    (*this)(static_cast<std::uint32_t>(counts.size()));
    for (const auto& [name, count] : counts) (*this)(name), (*this)(count);
  }
  template <class E>
  void enumerator(const E& value, E /*last*/) {
    out_.push_back(static_cast<char>(value));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// After the first thing that is wrong everything reads as zero and failed() is true.
class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  template <std::integral T>
  void operator()(T& value) {
    std::uint64_t v = 0;
    if (rest_.size() < sizeof(T)) return fail();
    v = load_le(bytes_of(rest_).data(), sizeof(T));
    rest_.remove_prefix(sizeof(T));
    if constexpr (std::same_as<T, bool>) {
      if (v > 1) return fail();
    }
    value = static_cast<T>(v);
  }
  void operator()(std::string& text) {
    std::uint32_t size = 0;
    (*this)(size);
    if (size > rest_.size()) return fail();
    text.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  void operator()(UtcTime& time) { (*this)(time.micros); }
  void operator()(Locator& l) {
    (*this)(l.artefact), (*this)(l.file), (*this)(l.table), (*this)(l.rowid), (*this)(l.key_path);
  }
  template <class T>
  void operator()(std::optional<T>& value) {
    bool present = false;
    (*this)(present);
    if (present) (*this)(value.emplace());
  }
  template <class T>
  void operator()(std::vector<T>& values) {
    for (auto n = count(); n > 0 && !failed_; --n) (*this)(values.emplace_back());
  }
  void operator()(std::map<std::string, std::uint64_t, std::less<>>& counts) {
    for (auto n = count(); n > 0 && !failed_; --n) {
      std::string name;
      (*this)(name);
      (*this)(counts[name]);
    }
  }
  template <class E>
  void enumerator(E& value, E last) {
    std::uint8_t v = 0;
    (*this)(v);
    if (v > static_cast<std::uint8_t>(last)) return fail();
    value = static_cast<E>(v);
  }
  [[nodiscard]] bool failed() const { return failed_; }
  /// Everything was there and nothing is left over.
  [[nodiscard]] bool whole() const { return !failed_ && rest_.empty(); }

 private:
  void fail() {
    failed_ = true;
    rest_ = {};
  }
  std::uint32_t count() {
    std::uint32_t n = 0;
    (*this)(n);
    if (n > rest_.size()) fail();  // an element takes a byte at least
    return failed_ ? 0 : n;
  }
  std::string_view rest_;
  bool failed_ = false;
};

template <class Message>
std::string encode(const Message& message) {
  Encoder encoder;
  fields(encoder, message);
  return encoder.take();
}

/// Nothing when the bytes are not exactly one such message.
template <class Message>
std::optional<Message> decode(std::string_view bytes) {
  Message message{};
  Decoder decoder(bytes);
  fields(decoder, message);
  if (!decoder.whole()) return std::nullopt;
  return message;
}

}  // namespace interdict::examine
