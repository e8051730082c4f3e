// Replay: last month's logs under next month's ban. What would have been done, and to whom.
//
// The same functions as at the gate: identify() makes a claim of each sighting, the policy decides
// at the sighting's own time. Nothing is remembered but one row for each (person, device, channel);
// identify() runs once for each distinct observation, so the cost of a line is that of parsing it.
//
// What a replay is not: it decides on each sighting alone, as a gate without memory would.

#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "devices/claim.hpp"
#include "logs/run.hpp"
#include "policy/policy.hpp"

namespace interdict::replay {

struct Options {
  logs::Options logs;  // is_work is set by the replay: who the policy knows
  std::string domain;  // "work.example": put behind accounts that have none (alice, WORK\alice)
  unsigned settle_days = 7;  // what is first seen later than this after the first sighting is new
  std::size_t max_rows = 1'000'000;
  std::size_t max_known = 100'000;  // distinct observations kept, to identify each once
};

struct Subject {
  std::string name;  // id of a listed person, else the account in small letters
  policy::OrgIndex organisation = 0;
};

struct Device {
  devices::Position position;
  std::string text;  // devices::described(); hostile, show it through printable()
  devices::Grade grade = devices::Grade::none;  // the surest that was seen
  bool forged = false;                          // some sighting carried marks of forging
  [[nodiscard]] bool known() const { return position != devices::Position{}; }
};

/// What a stage of a rule made of a device.
struct StageUse {
  enum class Belongs : std::uint8_t { yes, conflict, unknown };  // to the class of the rule
  policy::RuleIndex rule = 0;
  std::uint32_t stage = 0;  // of Rule::stages
  Belongs belongs = Belongs::yes;
  policy::Action action{};
  std::uint64_t count = 0;
  UtcTime first, last;
};

/// A person met the mail system with a device on a channel.
struct Row {
  std::uint32_t subject = 0;  // of Report::subjects
  std::uint32_t device = 0;   // of Report::devices
  devices::Channel channel{};
  UtcTime first, last;
  std::uint64_t count = 0;
  std::array<std::uint64_t, policy::kActions> actions{};
  std::uint64_t exempt = 0, break_glass = 0;  // of those that were allowed
  bool is_new = false;  // this kind of device was first seen after the settling time
  std::vector<StageUse> uses;
};

/// All that happened under one stage of one rule.
struct StageTotal {
  policy::RuleIndex rule = 0;
  std::uint32_t stage = 0;
  std::array<std::uint64_t, policy::kActions> actions{};  // sightings by what was done
  std::uint64_t not_known = 0;                            // of them, device unknown or in conflict
  std::vector<std::uint32_t> users;  // subjects seen with a device of the class, sorted
};

struct Report {
  std::vector<Subject> subjects;
  std::vector<Device> devices;
  std::vector<Row> rows;           // by person, channel, device
  std::vector<StageTotal> stages;  // by rule and stage
  std::array<std::uint64_t, policy::kActions> actions{};
  std::uint64_t exempt = 0, break_glass = 0;
  std::uint64_t unknown_device = 0;  // sightings of which nothing is known of the device
  UtcTime first, last;               // of all sightings; equal and 0 without any
  bool settled = false;              // the logs are longer than the settling time
  std::uint64_t given_up = 0;        // sightings beyond the bounds: counted in `actions` alone
  std::uint64_t identified = 0;      // times identify() ran
  logs::Coverage coverage;
};

class Replay {
 public:
  /// `policy` must outlive the replay.
  static Result<Replay> begin(const policy::Policy& policy, Options options);
  Replay(Replay&&) noexcept;
  Replay& operator=(Replay&&) noexcept;
  ~Replay();

  /// As logs::Run::read; a file that fails costs itself alone.
  Status read(logs::Input input, std::string_view name, int year = 0);
  /// Call once, last.
  Report finish();

 private:
  struct State;
  explicit Replay(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace interdict::replay
