// The gate's judge: what a face of the gate saw becomes a claim, the claim a decision of the
// policy, the decision a verdict. Decides nothing itself.
//
// In order: an account that is no work account passes unrecorded. What was seen is identified, with
// the organisation's inventory where it knows the device; a login that shows no device is taken for
// what the same person used from the same network before, if that was one device only. A device that
// has an id of its own (ActiveSync's) is what it was before until it has shown otherwise a few times
// or strongly (devices/history): one odd request does not make an iPhone an Android. A person's
// compromised phone (ledger) makes a claim that fits its model a compromised one. Then the policy
// decides. In the mode `observe` the verdict is always to pass.
//
// Threads  one, the loop's. Nothing here waits for a disk.
// Bounds   kMaxRemembered networks of persons, each with kMaxDevices devices, and as many devices
//          with an id.

#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/history.hpp"
#include "devices/inventory.hpp"
#include "gate/submission.hpp"
#include "ledger/ledger.hpp"
#include "policy/policy.hpp"

namespace interdict::gate {

enum class Mode : std::uint8_t {
  observe,  // nothing happens but sightings and decisions in the ledger
  act,      // on the stages of the ban
};

struct Settings {
  Mode mode = Mode::observe;
  bool add_headers = true;  // X-Interdict on mail that passes with advice or a warning
  std::int64_t remember_seconds = std::int64_t{30} * 86'400;
};

/// Counts since the start, for metrics.
struct GateCounts {
  std::uint64_t outside = 0, observed = 0;
  std::array<std::uint64_t, policy::kActions> by_action{};
  std::uint64_t by_memory = 0;       // decided by what was remembered of a network
  std::uint64_t compromised = 0;     // decided on a compromised phone
  std::uint64_t claims_refused = 0;  // the table of claims was full: passed
};

class Gatekeeper final : public Judge {
 public:
  using Now = std::function<UtcTime()>;
  /// The ledger must outlive the gatekeeper.
  Gatekeeper(const Settings& settings, ledger::Ledger& ledger, Now now);
  ~Gatekeeper() override;

  /// From now on this policy decides. Claims are made for a policy, so they start anew.
  void use(std::unique_ptr<policy::Policy> policy);
  void use(std::unique_ptr<devices::Inventory> inventory);
  [[nodiscard]] const policy::Policy* policy() const { return policy_.get(); }

  /// Without a policy everything passes.
  Verdict judge(const Submission& submission) override;

  /// An IMAP ID that came after the login, as the server's log tells it: the next login from there
  /// knows it. `session` as in the login's request; unknown sessions are nobody's.
  void late_id(std::string_view account, std::string_view session, std::string_view imap_id);

  [[nodiscard]] const GateCounts& counts() const { return counts_; }
  static constexpr std::size_t kMaxRemembered = 100'000, kMaxDevices = 4, kMaxSessions = 20'000;

 private:
  struct Seen;
  struct Network;
  struct Device;
  [[nodiscard]] devices::Claim claim_of(const Submission& s, std::string_view device_id) const;
  /// What is settled about the device of that id. Only who has proved to be somebody settles.
  void settle(const std::string& key, const Submission& s, devices::Claim& claim, UtcTime at);
  /// What this person used from there, if it was one device only.
  [[nodiscard]] const devices::Claim* only_device(const std::string& key, UtcTime at) const;
  void open_session(std::string_view session, const std::string& key);
  void remember(const std::string& key, const devices::Claim& claim, UtcTime at);
  void record(std::string_view person, const devices::Claim& claim,
              const policy::Decision& decision, devices::Channel channel, UtcTime at);
  [[nodiscard]] Verdict carry_out(const policy::Decision& decision) const;
  [[nodiscard]] bool is_compromised(std::string_view person,
                                    const devices::Position& position) const;
  [[nodiscard]] std::string why(const policy::Decision& decision) const;
  [[nodiscard]] std::string person_of(policy::PersonId who, std::string_view account) const;

  Settings settings_;
  ledger::Ledger& ledger_;
  Now now_;
  std::unique_ptr<policy::Policy> policy_;
  std::optional<policy::ClaimTable> claims_;
  std::string digest_;  // of policy_, hexadecimal
  std::unique_ptr<devices::Inventory> inventory_;
  std::unordered_map<std::string, Network> networks_;      // person and network
  std::unordered_map<std::string, Device> devices_;        // person and device id
  std::unordered_map<std::string, std::string> sessions_;  // session to its network's key
  std::vector<std::string> session_ring_;                  // in the order they came
  std::size_t oldest_session_ = 0;
  GateCounts counts_;
};

/// The network of an address: its first 24 bits (IPv4) or 64 (IPv6). Empty: no address.
std::string network_of_address(std::string_view address);

}  // namespace interdict::gate
