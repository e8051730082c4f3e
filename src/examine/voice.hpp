// How a step speaks: its messages, written to the pipe whose bytes the worker passes on.
//
// Small messages travel together. A hit travels at once: it must outlive a decoder that falls at
// the next row.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "evidence/tree.hpp"
#include "examine/archive.hpp"
#include "examine/frames.hpp"
#include "examine/messages.hpp"

namespace interdict::examine {

class Voice {
 public:
  /// Does not own the pipe. When nobody reads it any more the process ends: there is no one to work
  /// for.
  explicit Voice(int pipe) : pipe_(pipe) {}

  template <class Message>
  void say(StepSays what, const Message& message) {
    append_frame(unsent_, static_cast<std::uint8_t>(what), encode(message));
    if (what == StepSays::hit || unsent_.size() >= kTogether) send();
  }
  void say(StepSays what) {
    append_frame(unsent_, static_cast<std::uint8_t>(what), {});
    send();
  }
  void send();

  /// Sends a RowsRead, but not more than ten times a second. Cheap to call for every row.
  void count_row() {
    if (++rows_ % kRowsBetweenLooks == 0) look_at_clock();
  }

 private:
  static constexpr std::uint64_t kRowsBetweenLooks = 512;
  static constexpr std::size_t kTogether = 1 << 15;
  void look_at_clock();

  int pipe_;
  std::string unsent_;
  std::uint64_t rows_ = 0;
  std::chrono::steady_clock::time_point last_{};
};

/// Texts from a phone are cut to this many bytes before they travel: enough for any path.
inline constexpr std::size_t kMaxText = 4096;
std::string bounded(std::string_view text, std::size_t most = kMaxText);
Locator bounded(Locator locator);

/// The SHA-256 of every cited file. Files that cannot be read any more are left out.
using CitedFiles = std::unordered_map<std::string, evidence::File>;  // by device path
void say_digests(Voice& voice, evidence::Tree& tree, const CitedFiles& files);

}  // namespace interdict::examine
