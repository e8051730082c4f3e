// Observations seen before, by their text: a phone says the same thing thousands of times, and is
// identified once.

#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <tsl/robin_map.h>

#include "policy/claims.hpp"
#include "replay/replay.hpp"

namespace interdict::replay {

/// A map that is asked with views.
template <class Value>
using TextMap = tsl::robin_map<std::string, Value, std::hash<std::string_view>, std::equal_to<>>;

class Known {
 public:
  struct What {
    policy::ClaimId claim;
    std::uint32_t device = 0;  // of devices()
  };

  Known(const policy::Ban& ban, std::size_t max_known, std::size_t max_devices)
      : claims_(ban), max_known_(max_known), max_devices_(max_devices) {}

  /// Nothing: more distinct claims or devices than the bounds allow.
  std::optional<What> what(const devices::Observed& seen);
  [[nodiscard]] const policy::ClaimTable& claims() const { return claims_; }
  [[nodiscard]] std::uint64_t identified() const { return identified_; }
  std::vector<Device> take_devices() { return std::move(devices_); }
  [[nodiscard]] bool device_known(std::uint32_t device) const { return devices_[device].known(); }

 private:
  std::optional<What> identify(const devices::Observed& seen);

  policy::ClaimTable claims_;
  std::size_t max_known_, max_devices_;
  TextMap<What> known_;
  TextMap<std::uint32_t> device_index_;
  std::vector<Device> devices_;
  std::string key_;
  std::uint64_t identified_ = 0;
};

}  // namespace interdict::replay
