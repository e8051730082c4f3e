// One request out of bytes. Boost.Beast reads the grammar; parser.cpp is its only place.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/head.hpp"
#include "http/message.hpp"

namespace interdict::http {

class Parser {
 public:
  /// The longest line of chunk sizes and extensions, and all trailer fields together. They are
  /// read and dropped.
  static constexpr std::size_t kMaxChunkExtension = 256;
  static constexpr std::size_t kMaxExtensions = 4 << 10;  // of a body
  static constexpr std::size_t kMaxFraming = 8 << 10;

  Parser();
  ~Parser();
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  /// Takes a whole head, as HeadScan found it, and fills request(), but for its body.
  std::optional<Refusal> head(std::string_view head, const HeadLimits& limits);

  struct Step {
    std::size_t consumed = 0;  // the rest must be given again, with more behind it
    std::optional<Refusal> refusal;
  };
  /// Takes what has arrived of the body, as far as it belongs to it.
  Step body(std::string_view bytes);
  /// After head(): what the body may have. A refusal if it says that it has more.
  std::optional<Refusal> limit_body(std::uint64_t most);

  [[nodiscard]] bool done() const;
  [[nodiscard]] bool keep_alive() const;
  [[nodiscard]] bool expects_continue() const;
  Request& request();

 private:
  class Grammar;
  std::unique_ptr<Grammar> grammar_;
  bool begun_ = false;  // the body
};

}  // namespace interdict::http
