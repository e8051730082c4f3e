// What a query could not read, said once each.

#pragma once

#include <string>
#include <unordered_set>
#include <vector>

namespace interdict::rules {

class Failures {
 public:
  /// Look-ups open the same source again and again: a sentence is kept once. At most kMax are kept.
  void add(std::string sentence) {
    if (list_.size() < kMax && seen_.insert(sentence).second) list_.push_back(std::move(sentence));
  }
  void clear() {
    list_.clear();
    seen_.clear();
  }
  [[nodiscard]] const std::vector<std::string>& list() const { return list_; }

 private:
  static constexpr std::size_t kMax = 1000;
  std::vector<std::string> list_;
  std::unordered_set<std::string> seen_;
};

}  // namespace interdict::rules
