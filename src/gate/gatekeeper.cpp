#include "gate/gatekeeper.hpp"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.hpp"
#include "devices/activesync.hpp"
#include "policy/explain.hpp"

namespace interdict::gate {
namespace {

constexpr std::size_t kShownDigest = 8;

std::int64_t seconds_between(UtcTime from, UtcTime to) {
  return (to.micros - from.micros) / 1'000'000;
}

/// As long as a verdict needs it: the sentences of a claim are for people.
devices::Claim without_words(devices::Claim claim) {
  claim.contradictions.clear();
  for (auto& evidence : claim.evidence) evidence.text.clear();
  return claim;
}

devices::Grade grade_of(const devices::Claim& claim) {
  return devices::grade_of(*std::ranges::max_element(claim.against_interest));
}

}  // namespace

/// A device that a person used from a network.
struct Gatekeeper::Seen {
  devices::Claim claim;
  UtcTime last;
};
struct Gatekeeper::Network {
  std::vector<Seen> devices;  // at most kMaxDevices; beyond that they say nothing any more
  UtcTime last;
};

struct Gatekeeper::Device {
  devices::History history;
  devices::Claim settled;
};

Gatekeeper::Gatekeeper(const Settings& settings, ledger::Ledger& ledger, Now now)
    : settings_(settings), ledger_(ledger), now_(std::move(now)) {}
Gatekeeper::~Gatekeeper() = default;

void Gatekeeper::use(std::unique_ptr<policy::Policy> policy) {
  policy_ = std::move(policy);
  claims_.emplace(policy_->ban());
  digest_ = hex(ByteView(policy_->digest()));
}

void Gatekeeper::use(std::unique_ptr<devices::Inventory> inventory) {
  inventory_ = std::move(inventory);
}

std::string network_of_address(std::string_view address) {
  const std::string text(address);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return fmt::format("4/{:x}", ntohl(v4.s_addr) >> 8);
  }
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) == 1) {
    const std::span bytes(v6.s6_addr);
    return "6/" + hex(std::as_bytes(bytes.first<8>()));
  }
  return {};
}

devices::Claim Gatekeeper::claim_of(const Submission& s, std::string_view device_id) const {
  devices::Observed seen = s.seen;
  if (inventory_) {
    const devices::Inventory::Row* row = nullptr;
    if (!seen.certificate_subject.empty()) {
      row = inventory_->by_certificate(seen.certificate_subject);
    }
    if (row == nullptr && !device_id.empty()) row = inventory_->by_device_id(device_id);
    if (row != nullptr) seen.inventory = devices::Inventory::record(*row);
  }
  return devices::identify(seen);
}

std::string Gatekeeper::person_of(policy::PersonId who, std::string_view account) const {
  const auto& ban = policy_->ban();
  if (const auto listed = policy_->listed(who)) {
    return std::string(ban.text(ban.people.id[*listed]));
  }
  return policy::account_key(account);
}

Verdict Gatekeeper::judge(const Submission& s) {
  if (!policy_) return {};
  const auto who = policy_->intern(s.account);
  if (who.outside()) {
    ++counts_.outside;
    return {};
  }
  const UtcTime at = now_();
  const auto person = person_of(who, s.account);
  std::string device_id;
  if (!s.seen.activesync_query.empty()) {
    if (auto query = devices::read_sync_query(s.seen.activesync_query)) {
      device_id = std::move(query->device_id);
    }
  }
  auto claim = claim_of(s, device_id);
  if (!device_id.empty()) settle(person + '\n' + device_id, s, claim, at);
  if (s.channel == devices::Channel::mail_read) {
    const auto network = network_of_address(s.client_address);
    if (!network.empty()) {
      const auto key = person + '\n' + network;
      if (!s.session.empty()) open_session(s.session, key);
      if (!claim.nothing_seen()) {
        if (s.authenticated) remember(key, claim, at);
      } else if (const auto* known = only_device(key, at)) {
        claim = *known;
        ++counts_.by_memory;
      }
    }
  }
  if (is_compromised(person, claim.position)) {
    claim.compromised = true;
    ++counts_.compromised;
  }
  const auto id = claims_->intern(claim);
  if (!id) {
    ++counts_.claims_refused;
    return {};
  }
  const auto decision = policy_->decide(who, *claims_, *id, s.channel, at);
  ++counts_.by_action[static_cast<std::size_t>(decision.action)];
  if (s.authenticated) {
    ++counts_.observed;
    record(person, claim, decision, s.channel, at);
  }
  auto verdict = carry_out(decision);
  // Who only says to be somebody must not make us write to them.
  if (s.authenticated && decision.action >= policy::Action::warn && settings_.mode == Mode::act) {
    verdict.notice = ledger_.first_time(person, ledger::device_key(claim.position),
                                        policy_->ban().rules[decision.rule].id,
                                        policy::name_of(decision.stage), at);
  }
  return verdict;
}

void Gatekeeper::settle(const std::string& key, const Submission& s, devices::Claim& claim,
                        UtcTime at) {
  const auto known = devices_.find(key);
  const auto before = known == devices_.end() ? devices::History() : known->second.history;
  auto step = devices::observe(before, claim, s.seen.user_agent, at);
  const bool held = step.has(devices::HistoryEvent::held);
  if (s.authenticated && !claim.nothing_seen()) {
    if (known == devices_.end() && devices_.size() >= kMaxRemembered) {
      devices_.erase(devices_.begin());
    }
    Device& device = devices_[key];
    device.history = step.history;
    if (!held) device.settled = without_words(claim);
  }
  if (held && known != devices_.end()) claim = known->second.settled;
  for (auto& contradiction : step.contradictions) {
    claim.forged = claim.forged || contradiction.forged;
    claim.contradictions.push_back(std::move(contradiction));
  }
}

/// Mail never says the model: a claim of the same line is consistent with it, one that leaves the
/// line open is not enough.
bool Gatekeeper::is_compromised(std::string_view person, const devices::Position& position) const {
  switch (ledger_.compromised(person, position)) {
    case devices::Fit::yes:
      return true;
    case devices::Fit::unknown:
      return position.line != devices::Line::unknown;
    case devices::Fit::no:
      break;
  }
  return false;
}

void Gatekeeper::record(std::string_view person, const devices::Claim& claim,
                        const policy::Decision& decision, devices::Channel channel, UtcTime at) {
  ledger_.record(ledger::Sighting{.person = person,
                                  .position = claim.position,
                                  .grade = grade_of(claim),
                                  .channel = channel,
                                  .at = at});
  const bool ruled = decision.rule != policy::kNone;
  ledger_.record(ledger::DecisionTaken{
      .person = person,
      .rule = ruled ? std::string_view(policy_->ban().rules[decision.rule].id) : std::string_view(),
      .policy = digest_,
      .action = policy::name_of(decision.action),
      .stage = policy::name_of(decision.stage),
      .channel = channel,
      .at = at});
}

Verdict Gatekeeper::carry_out(const policy::Decision& decision) const {
  Verdict verdict;
  if (settings_.mode == Mode::observe || decision.action == policy::Action::allow) return verdict;
  verdict.text = why(decision);
  switch (decision.action) {
    case policy::Action::refuse:
      verdict.kind = Verdict::Kind::refuse;
      break;
    case policy::Action::hold:
      verdict.kind = Verdict::Kind::hold;
      break;
    case policy::Action::warn:
    case policy::Action::advise:
    case policy::Action::allow:
      if (settings_.add_headers) {
        verdict.headers.emplace_back(
            "X-Interdict", fmt::format("{}; {}", policy::name_of(decision.action), verdict.text));
      }
  }
  return verdict;
}

/// "No Apple phones or tablets for work: refuse since 2023-07-17 (rule no-apple-mobile, policy
/// 0123abcd)".
std::string Gatekeeper::why(const policy::Decision& decision) const {
  const auto& ban = policy_->ban();
  const auto& rule = ban.rules[decision.rule];
  std::string since;
  for (const auto& stage : rule.stages) {
    if (stage.action == decision.stage) {
      since = " since " + policy::local_text(ban, rule.organisation, stage.from).substr(0, 10);
      break;
    }
  }
  return fmt::format("{}: {}{} (rule {}, policy {})", rule.title.empty() ? rule.id : rule.title,
                     policy::name_of(decision.action), since, rule.id,
                     digest_.substr(0, kShownDigest));
}

const devices::Claim* Gatekeeper::only_device(const std::string& key, UtcTime at) const {
  const auto found = networks_.find(key);
  if (found == networks_.end()) return nullptr;
  const Seen* only = nullptr;
  for (const Seen& seen : found->second.devices) {
    if (seconds_between(seen.last, at) > settings_.remember_seconds) continue;
    if (only != nullptr) return nullptr;  // which of them it is cannot be told
    only = &seen;
  }
  return only == nullptr ? nullptr : &only->claim;
}

void Gatekeeper::remember(const std::string& key, const devices::Claim& claim, UtcTime at) {
  if (!networks_.contains(key) && networks_.size() >= kMaxRemembered) {
    // Those that are over go first; if all are fresh, any one goes.
    std::erase_if(networks_, [&](const auto& entry) {
      return seconds_between(entry.second.last, at) > settings_.remember_seconds;
    });
    if (networks_.size() >= kMaxRemembered) networks_.erase(networks_.begin());
  }
  Network& network = networks_[key];
  network.last = at;
  for (Seen& seen : network.devices) {
    if (seen.claim.position == claim.position) {
      seen = {without_words(claim), at};
      return;
    }
  }
  if (network.devices.size() == kMaxDevices) {
    network.devices.erase(std::ranges::min_element(network.devices, {}, &Seen::last));
  }
  network.devices.push_back({without_words(claim), at});
}

void Gatekeeper::open_session(std::string_view session, const std::string& key) {
  const auto [known, is_new] = sessions_.insert_or_assign(std::string(session), key);
  if (!is_new) return;  // the server asks several times a login
  if (session_ring_.size() < kMaxSessions) {
    session_ring_.emplace_back(session);
  } else {
    sessions_.erase(session_ring_[oldest_session_]);
    session_ring_[oldest_session_] = session;
    oldest_session_ = (oldest_session_ + 1) % kMaxSessions;
  }
}

void Gatekeeper::late_id(std::string_view account, std::string_view session,
                         std::string_view imap_id) {
  if (!policy_) return;
  const auto who = policy_->intern(account);
  const auto found = sessions_.find(std::string(session));
  if (who.outside() || found == sessions_.end()) return;
  const auto person = person_of(who, account);
  // The session is the account's own, or its log line is not what it seems.
  if (!found->second.starts_with(person + '\n')) return;
  devices::Observed seen;
  seen.imap_id = imap_id;
  const auto claim = devices::identify(seen);
  if (claim.nothing_seen()) return;
  const auto at = now_();
  remember(found->second, claim, at);
  ledger_.record(ledger::Sighting{.person = person,
                                  .position = claim.position,
                                  .grade = grade_of(claim),
                                  .channel = devices::Channel::mail_read,
                                  .at = at});
}

}  // namespace interdict::gate
