// The bytes of a log: a file, a pipe, plain or gzip, in one stream.
//
// gzip is recognised by its first bytes. Members that follow each other are one stream (rotated
// files put together with cat); zero bytes behind the last member are padding. Memory is constant
// whatever the file claims to unpack to; a stream that unpacks to more than 400 times its size
// (beyond the first 64 MiB) is no log and ends with Errc::limit.
// Source: RFC 1952.

#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace interdict::logs {

class Input {
 public:
  /// A file, a named pipe, or "-" for the standard input.
  static Result<Input> open(const std::filesystem::path& path);
  /// For tests: bytes in memory.
  static Input of(std::string bytes);

  Input(Input&&) noexcept;
  Input& operator=(Input&&) noexcept;
  ~Input();

  /// Up to into.size() bytes; 0: the end. After an error what was read before stays valid:
  /// Errc::truncated or malformed for damaged gzip, Errc::limit for a bomb, Errc::io.
  Result<std::size_t> read(std::span<char> into);
  [[nodiscard]] bool compressed() const;

 private:
  class Impl;
  explicit Input(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace interdict::logs
