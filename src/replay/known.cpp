#include "replay/known.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace interdict::replay {
namespace {

/// Length first, so that no text can imitate the border of two.
void append(std::string& key, std::string_view text) {
  const auto n = static_cast<std::uint32_t>(text.size());
  key.append({static_cast<char>(n & 0xFF), static_cast<char>(n >> 8 & 0xFF),
              static_cast<char>(n >> 16 & 0xFF), static_cast<char>(n >> 24)});
  key.append(text);
}

void key_of(const devices::Observed& seen, std::string& key) {
  key.clear();
  key += seen.first_hop ? '1' : '0';
  for (const auto text : {seen.ehlo, seen.imap_id, seen.activesync_query, seen.user_agent,
                          seen.activesync_model, seen.activesync_os, seen.certificate_subject}) {
    append(key, text);
  }
  for (const auto& field : seen.headers) {
    append(key, field.name);
    append(key, field.value);
  }
}

std::string key_of(const devices::Position& p) {
  return fmt::format("{} {} {} {} {} {} {}", static_cast<int>(p.vendor), static_cast<int>(p.family),
                     static_cast<int>(p.line), static_cast<int>(p.os), to_string(p.os_version),
                     to_string(p.build), p.model);
}

/// Of the deepest level that is known and named.
devices::Grade grade_of_claim(const devices::Claim& claim) {
  using devices::Level;
  const auto odds = [&](Level l) {
    const auto i = static_cast<std::size_t>(l);
    return std::max(claim.against_interest[i], claim.in_interest[i]);
  };
  const auto& p = claim.position;
  if (p.line != devices::Line::unknown) return devices::grade_of(odds(Level::line));
  if (p.os != devices::Os::unknown) return devices::grade_of(odds(Level::os));
  if (p.family != devices::Family::unknown) return devices::grade_of(odds(Level::family));
  if (p.vendor != devices::Vendor::unknown) return devices::grade_of(odds(Level::vendor));
  return devices::Grade::none;
}

}  // namespace

std::optional<Known::What> Known::what(const devices::Observed& seen) {
  key_of(seen, key_);
  const auto found = known_.find(std::string_view(key_));
  if (found != known_.end()) return found->second;
  const auto made = identify(seen);
  if (!made) return std::nullopt;
  // Whoever says something new each time must not make us keep it all.
  if (known_.size() >= max_known_) known_.clear();
  known_.emplace(key_, *made);
  return made;
}

std::optional<Known::What> Known::identify(const devices::Observed& seen) {
  ++identified_;
  const auto claim = devices::identify(seen);
  const auto id = claims_.intern(claim);
  if (!id) return std::nullopt;
  auto key = key_of(claim.position);
  auto at = device_index_.find(std::string_view(key));
  if (at == device_index_.end()) {
    if (devices_.size() >= max_devices_) return std::nullopt;
    at = device_index_.emplace(std::move(key), static_cast<std::uint32_t>(devices_.size())).first;
    devices_.push_back({claim.position, devices::described(claim.position)});
  }
  Device& device = devices_[at->second];
  device.grade = std::max(device.grade, grade_of_claim(claim));
  device.forged = device.forged || claim.forged;
  return What{*id, at->second};
}

}  // namespace interdict::replay
