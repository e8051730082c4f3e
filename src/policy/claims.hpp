// Claims as a policy sees them: for each of its classes, what may be done on the strength of it.
//
// A claim has endless shades, a policy asks few questions. Thresholds and the need for
// session-level evidence are applied once, when a claim is interned; a decision reads one byte a
// class.

#pragma once

#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "devices/claim.hpp"
#include "policy/ban.hpp"

namespace interdict::policy {

/// What a claim says of a class. Of `yes_*`, the strictest action that its odds and mouths carry.
enum class Standing : std::uint8_t {
  no,
  unknown,
  conflict_soft,  // mouths disagree, and nothing but content speaks
  conflict,
  yes_advise,
  yes_warn,
  yes_hold,
  yes_refuse,
};
inline constexpr std::size_t kStandings = 8;
std::string_view name_of(Standing s);
constexpr bool is_yes(Standing s) { return s >= Standing::yes_advise; }
constexpr bool is_conflict(Standing s) {
  return s == Standing::conflict || s == Standing::conflict_soft;
}

/// Whether an exemption bound to a class is granted: "I am the exempt one" is said in one's own
/// interest, so it needs what a hold would need.
constexpr bool carries_exemption(Standing s) { return s >= Standing::yes_hold; }

/// What is done at a stage, for each standing: the whole of thresholds, unknown and conflict.
using Outcomes = std::array<std::array<Action, kActions>, kStandings>;
Outcomes outcomes_of(const Ban& ban);

/// One standing a class of the ban.
using ClaimRow = std::vector<Standing>;
ClaimRow standings(const Ban& ban, const devices::Claim& claim);
/// A device of which one thing is certain: it is of this class. Classes that contain it are `yes`,
/// disjoint ones `no`, others `unknown`. It is managed unless the class says otherwise.
ClaimRow standings_of_class(const Ban& ban, ClassIndex c);
/// Nothing was seen of the device.
ClaimRow standings_of_nothing(const Ban& ban);

/// Names a distinct row; of the ClaimTable that gave it.
struct ClaimId {
  std::uint32_t value = 0;
  bool operator==(const ClaimId&) const = default;
};

/// Rows seen so far, each kept once. Grows with distinct rows, not with claims; one thread writes.
class ClaimTable {
 public:
  static constexpr std::size_t kMost = 1U << 20;
  explicit ClaimTable(const Ban& ban) : ban_(&ban) {}
  /// Errc::limit when kMost distinct rows are held.
  Result<ClaimId> intern(const devices::Claim& claim);
  Result<ClaimId> intern(const ClaimRow& row);
  [[nodiscard]] std::span<const Standing> row(ClaimId id) const {
    return std::span(rows_).subspan(std::size_t{id.value} * width(), width());
  }
  /// Classes of that row whose standing is not `no`, rising.
  [[nodiscard]] std::span<const ClassIndex> live(ClaimId id) const {
    return std::span(live_).subspan(first_live_[id.value],
                                    first_live_[id.value + 1] - first_live_[id.value]);
  }
  [[nodiscard]] std::size_t size() const { return first_live_.size() - 1; }

 private:
  [[nodiscard]] std::size_t width() const { return ban_->classes.size(); }
  const Ban* ban_;
  std::vector<Standing> rows_;
  std::vector<std::size_t> first_live_{0};
  std::vector<ClassIndex> live_;
  std::unordered_map<std::string, std::uint32_t> index_;
};

}  // namespace interdict::policy
