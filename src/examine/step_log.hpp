// What a step said, as the parent heard it.
//
// The step read a phone and may have been taken over: what it says is checked, and a step that says
// more than kMaxStepBytes, or something that is no message, is not listened to any longer.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "examine/frames.hpp"
#include "examine/messages.hpp"

namespace interdict::examine {

inline constexpr std::uint64_t kMaxStepBytes = 64u << 20;

class StepLog {
 public:
  void hear(std::string_view bytes);
  void ended(const StepEnded& how) { ending_ = how; }
  [[nodiscard]] bool has_ended() const { return ending_.has_value(); }

  std::uint64_t rows = 0;
  std::vector<Hit> hits;
  std::vector<Total> totals;
  std::vector<SourceSeen> sources;
  std::optional<Inventory> inventory;
  std::vector<std::string> odd_files;
  std::vector<Digest> digests;
  std::vector<RuleHit> rule_hits;
  std::vector<std::string> blind, overflows;
  std::optional<Failure> output_failure;

  /// Why the step did not come to its end; empty when it did. `seconds`: what a step may take.
  [[nodiscard]] std::string why_unfinished(long long seconds) const;

 private:
  bool take(const Frame& frame);
  template <class Message>
  bool append(std::vector<Message>& to, std::string_view body);
  bool append_sentence(std::vector<std::string>& to, std::string_view body);

  FrameBuffer buffer_;
  std::uint64_t heard_ = 0;
  bool done_ = false, nonsense_ = false;
  std::optional<Failure> failure_;
  std::optional<StepEnded> ending_;
};

/// "segmentation fault" for 11.
std::string name_of_signal(int number);

}  // namespace interdict::examine
